"""Who holds safety oversight, how it is handed over, and how long Veilig Thuis keeps watch."""

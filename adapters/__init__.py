"""What an agency runs beside its own case system."""

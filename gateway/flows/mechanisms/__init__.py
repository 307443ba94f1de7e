"""What single lanes rely on besides an involvement: consents, home bans, accepted cases, broken glass."""

"""How what is told reaches an agency: desks, inbox, webhooks."""

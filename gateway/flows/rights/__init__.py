"""What persons may ask about their data, and what is erased for good."""

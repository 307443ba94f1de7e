"""What the policy says to a caller, what it keeps silent about, and what ends with its basis."""

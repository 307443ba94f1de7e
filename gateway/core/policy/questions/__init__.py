"""What an officer asks of a policy: why, what changes, and what would have changed."""

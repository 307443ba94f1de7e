"""The decisions, pure: no clock, no input or output, no framework."""

"""The wire, data only: messages, headers, problem names and events as both sides see them."""

"""The messages that cross the wire between agency and gateway: data only, camelCase outside, snake_case inside."""

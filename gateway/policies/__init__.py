"""The policies of a running gateway: read from files, signed by officers, followed as they are released."""

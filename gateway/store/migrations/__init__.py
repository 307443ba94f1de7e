"""The history of the schema: one file for each step, never changed once it has run anywhere."""

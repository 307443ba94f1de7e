"""What the flows need from the world: a store that changes only with an event, a converter, a directory, ids.

Two stores live behind these ports (SQLite and PostgreSQL), and one contract suite holds both to them
(`tests/contracts`).
"""

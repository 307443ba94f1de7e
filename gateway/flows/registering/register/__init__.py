"""Register involvements: permit -> convert -> record; the receipt is fixed before anything is matched.

1. `prepare` asks the policy (before anything is looked up) and converts tokens; it needs no transaction.
2. `record` writes a group of prepared calls in one transaction: nonces, registrations, match jobs, events, answers.
Nothing here depends on whether a match exists, so neither do the bytes nor the time of the receipt (G9, G32). What is
registered for a silent purpose takes the same way with the token of nobody: it never matches, and nobody can tell. So
does who has no person number, until people resolved it: see `resolve_identity.py`.
"""

from gateway.flows.registering.register.prepare import prepare
from gateway.flows.registering.register.record import record
from gateway.flows.registering.register.rows import Outcome, Prepared, Row, RowAnswer

__all__ = ["Outcome", "Prepared", "Row", "RowAnswer", "prepare", "record"]

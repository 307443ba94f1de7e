"""How sure an agency is of whom its registration is about, where there was no person number."""

from enum import StrEnum

from gateway.protocol.messages.base import Attested, Message, TokenText


class Identity(StrEnum):
    """How a person is known.

    `exact`: by a person number. `possible`: by name and birth date; set aside until somebody looked. `confirmed`: by
    name and birth date, and an official found that it is one person. `identity_ambiguous`: it could be two people.
    """

    EXACT = "exact"
    POSSIBLE = "possible"
    CONFIRMED = "confirmed"
    AMBIGUOUS = "identity_ambiguous"


class Finding(StrEnum):
    """What an official found about whom a registration is about."""

    CONFIRMED = "confirmed"
    AMBIGUOUS = "identity_ambiguous"
    EXACT = "exact"


class ResolveIdentity(Message):
    """An official of this agency looked at who it is; `token` is of name and birth date, or `exact` of the number."""

    token: TokenText
    finding: Finding
    attested: Attested

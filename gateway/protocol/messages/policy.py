"""What a caller may ask of the policy and of itself."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from gateway.protocol.messages.base import Message, Name, Preconditions

LegalBasis = Annotated[
    tuple[str, ...], Field(description="Each basis of the rule: its name on the card, the law and the article.")
]
Allowed = Annotated[
    tuple[str, ...],
    Field(description="What would be allowed instead: purposes, flags or preconditions, in code names."),
]


class Explanation(Message):
    """Why something is so, in both languages, for people."""

    nl: str
    en: str


class CheckPolicy(Message):
    """May we register this? Answered from the policy alone, nothing is looked up."""

    lane: Name
    purpose: Name
    flag: Name = "involved"
    preconditions: Preconditions = ()


class PolicyChecked(Message):
    """What the policy says, by which rule, on what basis, until when at most."""

    permitted: bool
    code: str | None = None
    rule: str | None = None
    legal_basis: LegalBasis = ()
    allowed: Allowed = ()
    valid_until_at_most: date | None = None
    why: Explanation


class WhoAmI(Message):
    """How the gateway knows the caller."""

    agency: str
    name: str
    kind: str
    key_id: str
    key_valid_until: datetime | None = None
    demo_release: Annotated[
        bool, Field(description="Whether the policies in force are a demo release: its signatures protect nobody.")
    ] = False

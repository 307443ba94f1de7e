"""The parents that a registration of a child names: whom it may name, and what is kept of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.core.refusals import Refusal, Refused
from keys.tokens import IndexToken, SealedElement

MOST: Final = 2


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent as the index holds one: beside the registration, so that it never matches as a person of its own."""

    index_token: IndexToken
    sealed: SealedElement
    epoch: int


def row_of_parent(registration: str, place: int) -> str:
    """Return the id that the seal of a parent is bound to; places count from 1."""
    return f"{registration}.{place}"


def may_name_parents(*, admitted: bool, confidential_address: bool) -> bool:
    """Return whether a registration may name parents: by the card, and never for a confidential address (rule 18)."""
    return admitted and not confidential_address


def checked_parents(child: IndexToken, parents: Sequence[Parent]) -> tuple[Parent, ...]:
    """Return the parents of a child.

    Raises:
        Refused: one of them is the child, or both are one person.
    """
    family = {child.value, *(parent.index_token.value for parent in parents)}
    if len(family) != 1 + len(parents):
        raise Refused(Refusal.PARENTS_INVALID)
    return tuple(parents)

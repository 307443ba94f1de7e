"""A small house whose youth card has a rule for parent matches, and what happens to families in it in one line."""

from datetime import UTC, datetime
from typing import Any

from gateway.core.policy import PolicySet
from gateway.flows.registering import register
from gateway.protocol.messages.registrations import Receipt
from gateway.store import SqlStore
from tests.support.cards import VOCABULARY, Change, policy
from tests.support.house import SmallHouse, TestAgency, agencies, involvement, receipt_of, token_of

RULE = {
    "regel": "O1",
    "gemeenten": ["alle"],
    "grondslag": ["jeugdwet-7.1.4.1"],
    "uitleg": {"nl": "U bent beiden bij kinderen van een ouder betrokken.", "en": "You know children of one parent."},
}


def by_parents(**words: object) -> Change:
    """Make a change that gives a card a rule for parent matches."""

    def change(content: dict[str, Any]) -> None:
        content["oudermatch"] = {**RULE, **words}

    return change


def policies(*changes: Change) -> PolicySet:
    """Return the youth lane alone, after some changes to its card."""
    return PolicySet((policy(*changes),), "digest", vocabulary=VOCABULARY)


def family_house(store: SqlStore, *, number: int = 3, **words: object) -> SmallHouse:
    """Return a house with desks in which children with a parent in common match."""
    house = SmallHouse(store, agencies(number), policies(by_parents(**words)))
    house.open_desks()
    return house


def register_child(
    small: SmallHouse, agency: TestAgency, child: int | str, *parents: int | str, **changes: object
) -> Receipt:
    """Register a child with its parents, and return the receipt."""
    today_on = datetime.now(UTC).date()
    named = tuple(token_of(parent).encode() for parent in parents)
    row = register.Row(0, involvement(child, today_on, parents=named, **changes))
    prepared = register.prepare(small.signed(agency, (row,)), small.house, today_on=today_on)
    return receipt_of(register.record([prepared], small.house)[0])

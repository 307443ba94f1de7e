"""What is kept of a registration that is over, until when, and whom its one hint goes to (domain rules 10 and 12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from gateway.core.contact import Party
from gateway.core.involvement import Oin, Registration
from gateway.core.matching import Side
from gateway.core.policy import DisclosureLevel, LanePolicy
from gateway.protocol.messages.registrations import WithdrawalReason
from keys.tokens import SEALED_BYTES, IndexToken, SealedElement

#: What stands in the place of a person once a registration is erased: nobody.
NOBODY = IndexToken(bytes(32))
NOTHING_SEALED = SealedElement(bytes(SEALED_BYTES))


@dataclass(frozen=True, slots=True)
class Bygone:
    """An archived registration, and one that another agency made of the same person after it was over."""

    lane: str
    archived: Side
    reporter: Side


@dataclass(frozen=True, slots=True)
class Hint:
    """The one hint of an archived registration: `told` is the reporter, and what the rule discloses to it."""

    archived: str
    told: Party


@dataclass(frozen=True, slots=True)
class GivenHint:
    """A hint as the reporter sees it: the agency that was involved before, and its desk."""

    given_at: datetime
    level: DisclosureLevel
    rules: tuple[str, ...]
    legal_basis: tuple[str, ...]
    why_nl: str
    why_en: str
    other: Oin
    other_contact_id: str


def may_be_archived(reason: WithdrawalReason) -> bool:
    """Return whether anything may be kept of what was withdrawn: only when there was a risk, and it is gone."""
    return reason is WithdrawalReason.RISK_GONE


def archived_until(registration: Registration, policy: LanePolicy | None, *, over_on: date) -> date | None:
    """Return the first day on which nothing of it may be kept, or None when nothing may be kept at all.

    The gateway knows no birth date: how long an age limit allows is what the agency said, rounded down to a month. An
    agency that said nothing is taken to have meant the end of its term, which is earlier and never later.
    """
    term = None if policy is None else policy.card.terms.archive
    if policy is None or term is None:
        return None
    bounds = [term.after(over_on)]
    if registration.archive_until_on is not None:
        bounds.append(registration.archive_until_on)
    elif policy.card.under_age is not None:
        bounds.append(registration.valid_until_on)
    until_on = min(bounds)
    return until_on if until_on > over_on else None


def one_for_each(hints: Iterable[Hint]) -> tuple[Hint, ...]:
    """Keep the first hint of each archived registration: that to the reporter who came next."""
    kept: dict[str, Hint] = {}
    for hint in hints:
        kept.setdefault(hint.archived, hint)
    return tuple(kept.values())

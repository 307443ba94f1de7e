"""A home ban as a dated fact: ten days from its first, extendable to twenty-eight in all, in days of the calendar."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from gateway.core.involvement import Oin, Registration
from gateway.core.policy import LanePolicy
from gateway.core.refusals import Refusal, Refused

#: The part of the house that counts the days of a ban (`vergt`), and the words of the card of which it knows.
BAN_CLOCK: Final = "ban_clock"
LANE: Final = "home_ban"
FLAG: Final = "ban_in_force"
IMPOSED: Final = "ban_imposed"

FIRST_TERM: Final = timedelta(days=10)  # Wth, article 2
LONGEST_TERM: Final = timedelta(days=28)  # Wth, article 9


@dataclass(frozen=True, slots=True)
class HomeBan:
    """When a ban began, and which agency leads; it is in force while its registration is, and no second end is kept."""

    starts_on: date
    led_by: Oin

    @property
    def first_until_on(self) -> date:
        """The first day on which the ban is over, unless it is extended."""
        return self.starts_on + FIRST_TERM

    @property
    def latest_until_on(self) -> date:
        """The first day on which it is over however it was extended; never shifted for a holiday (domain rule 13)."""
        return self.starts_on + LONGEST_TERM


@dataclass(frozen=True, slots=True)
class BanInForce:
    """What a ban in force tells at the level of a fact: the first day on which it is over, and who leads."""

    until_on: date
    led_by: Oin


def counts_bans(policy: LanePolicy | None) -> bool:
    """Whether the clock of bans runs in this lane."""
    return policy is not None and BAN_CLOCK in policy.card.mechanisms


def says_ban(registration: Registration) -> bool:
    """Whether a registration is the ban itself, and no involvement with one."""
    return registration.flag == FLAG


def checked_start(ban: HomeBan, *, today_on: date) -> None:
    """Accept a ban that has begun and, without an extension, is not over.

    Raises:
        Refused: `ban_term`.
    """
    if not ban.starts_on <= today_on < ban.first_until_on:
        earliest = today_on - FIRST_TERM + timedelta(days=1)
        raise Refused(Refusal.BAN_TERM, earliest=earliest.isoformat(), latest=today_on.isoformat())


def checked_extension(until_on: date, ban: HomeBan, *, now_until_on: date) -> None:
    """Accept a later end that keeps the ban within its twenty-eight days.

    Raises:
        Refused: `ban_term`, with the first and the last day that would do.
    """
    if not now_until_on < until_on <= ban.latest_until_on:
        earliest = now_until_on + timedelta(days=1)
        raise Refused(Refusal.BAN_TERM, earliest=earliest.isoformat(), latest=ban.latest_until_on.isoformat())

"""What came of the matches of a year: figures for one municipality and lane, none of which tells of a single match.

Figures are of calendar years alone, of whole municipalities alone, and drawn up once, a month after the year: whoever
could ask for another period or area, or again later, would subtract one answer from another (abuse case A6).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from gateway.core.deadlines import AMSTERDAM, is_working_day, local_date
from gateway.core.fingerprint import fingerprint
from gateway.core.small_cells import FEWEST, published
from gateway.protocol.messages.matches import ContactOutcome, LadderStep

#: In words of the domain: the parties found each other.
FOUND: Final = (ContactOutcome.CONTACTED, ContactOutcome.ALREADY_IN_CONTACT, ContactOutcome.PLAN_MADE)
NOT_FOUND: Final = (ContactOutcome.NO_LONGER_INVOLVED, ContactOutcome.WRONG_PERSON, ContactOutcome.NONE)
_MEDIAN: Final = 0.5
_P90: Final = 0.9


@dataclass(frozen=True, slots=True)
class FollowedMatch:
    """A match as its figures see it: no person, no agency; `reports` are the moments and outcomes that were told."""

    lane: str
    step: LadderStep
    opened_at: datetime
    reports: tuple[tuple[datetime, ContactOutcome], ...] = ()

    @property
    def decisive(self) -> tuple[datetime, ContactOutcome] | None:
        """The first report that they found each other; without one the first report, if there is any."""
        reports = sorted(self.reports)
        return next((one for one in reports if one[1] in FOUND), reports[0] if reports else None)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one lane; nothing stands for what is hidden. Each tuple is in the order of its names."""

    lane: str
    matches: int | None
    contact_made: int | None
    other_outcome: int | None
    unanswered: int | None
    found: tuple[int | None, ...]  # in the order of FOUND
    not_found: tuple[int | None, ...]  # in the order of NOT_FOUND
    steps: tuple[int | None, ...]  # the furthest step, in the order of the ladder
    median_working_days: int | None
    p90_working_days: int | None

    @property
    def contact_rate_percent(self) -> int | None:
        """Of how many in a hundred matches contact was made."""
        if self.matches is None or self.contact_made is None:
            return None
        return round(100 * self.contact_made / self.matches)


def period_of(year: int) -> tuple[datetime, datetime]:
    """Return the first instant of a calendar year in Amsterdam and of the next."""
    start, end = (datetime(each, 1, 1, tzinfo=AMSTERDAM) for each in (year, year + 1))
    return start, end


def drawn_up_from(year: int) -> datetime:
    """Return from when the figures of a year are drawn up, and until when reports count for them."""
    return datetime(year + 1, 2, 1, tzinfo=AMSTERDAM)


def event_of(municipality: str, year: int) -> str:
    """Return the id of the one event in which the figures of a municipality and year are drawn up.

    It follows from the two, so that the database lets it happen once; it sorts before every id that was minted.
    """
    return f"evt_00{fingerprint(municipality.encode(), str(year).encode())[:24].upper()}"


def figures_of(lane: str, matches: Iterable[FollowedMatch], *, fewest: int = FEWEST) -> Figures:
    """Return what may be told of the matches of one lane."""
    followed = [match for match in matches if match.lane == lane]
    total = len(followed)
    if total < fewest:
        return _nothing(lane)
    decisive = [match.decisive for match in followed]
    outcomes = [None if one is None else one[1] for one in decisive]
    found, not_found = ([outcomes.count(each) for each in group] for group in (FOUND, NOT_FOUND))
    contact, other, none = published((sum(found), sum(not_found), outcomes.count(None)), fewest=fewest)
    days = sorted(
        _working_days(match.opened_at, one[0])
        for match, one in zip(followed, decisive, strict=True)
        if one is not None and one[1] in FOUND
    )
    steps = [match.step for match in followed]
    return Figures(
        lane=lane,
        matches=total,
        contact_made=contact,
        other_outcome=other,
        unanswered=none,
        found=_parts(found, contact, fewest),
        not_found=_parts(not_found, other, fewest),
        steps=published([steps.count(step) for step in LadderStep], fewest=fewest),
        median_working_days=None if contact is None else _quantile(days, _MEDIAN, fewest),
        p90_working_days=None if contact is None else _quantile(days, _P90, fewest),
    )


def _nothing(lane: str) -> Figures:
    hidden = (None, None, None)
    return Figures(lane, None, *hidden, hidden, hidden, (None,) * len(LadderStep), None, None)


def _parts(cells: Sequence[int], total: int | None, fewest: int) -> tuple[int | None, ...]:
    """Return the parts of a cell: nothing of them when it is hidden itself."""
    return (None,) * len(cells) if total is None else published(cells, fewest=fewest)


def _quantile(days: Sequence[int], share: float, fewest: int) -> int | None:
    """Return so many days as a share of the contacts took at most, if enough contacts lie on either side of it."""
    place = math.ceil(share * len(days))
    if min(place, len(days) - place) < fewest:
        return None
    return days[place - 1]


def _working_days(opened_at: datetime, found_at: datetime) -> int:
    """Return how many working days went by after the day of the match, up to and including that of the contact."""
    opened_on, found_on = local_date(opened_at), local_date(found_at)
    between: list[date] = [opened_on + timedelta(days=1 + each) for each in range((found_on - opened_on).days)]
    return sum(map(is_working_day, between))

"""Which registrations meet: active ones of one person in one lane, once for each pair of different agencies."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from gateway.core.involvement import Oin
from gateway.protocol.messages.matches import MatchKind
from keys.tokens import IndexToken


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two registrations in a meeting, with what deciding about it needs."""

    agency: Oin
    registration: str
    purpose: str
    flag: str
    case_reference: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two registrations of one person by different agencies; `low` is the side whose OIN sorts first.

    Of a parent match `index_token` is the parent, whom the two children have in common.
    """

    lane: str
    index_token: IndexToken
    low: Side
    high: Side
    kind: MatchKind = MatchKind.PERSON_MATCH


Pair = tuple[MatchKind, str, IndexToken, Oin, Oin]
Kind = tuple[Pair, str, str, str, str]  # who meets about whom, then purpose and flag of the low and of the high side


def meeting(
    lane: str, index_token: IndexToken, one: Side, other: Side, *, kind: MatchKind = MatchKind.PERSON_MATCH
) -> Meeting:
    """Return the meeting of two sides in its one canonical order; the same pair always looks the same."""
    low, high = sorted((one, other), key=lambda side: side.agency)
    return Meeting(lane=lane, index_token=index_token, low=low, high=high, kind=kind)


def by_one_parent(meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Keep one meeting of two registrations that have both parents in common: the one by the lower token."""
    kept: dict[tuple[str, str], Meeting] = {}
    for found in meetings:
        best = kept.setdefault(_ids(found), found)
        if found.index_token.value < best.index_token.value:
            kept[_ids(found)] = found
    return tuple(kept.values())


def of_two_agencies(meetings: Iterable[Meeting]) -> Iterator[Meeting]:
    """Give the meetings of different agencies: two registrations of one agency never match (domain rule 2)."""
    return (found for found in meetings if found.low.agency != found.high.agency)


def one_per_pair(meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Keep, for each person, lane and pair of agencies, the meeting of the oldest registrations.

    Two registrations of one agency never match. Ids are ULIDs, so the oldest sorts first; a further registration of an
    agency that already meets another joins that match and tells nobody anything new.
    """
    return _oldest_per(pair_of, of_two_agencies(meetings))


def one_per_kind(meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Keep the meeting of the oldest registrations of each kind: within one, nobody is told anything else."""
    return _oldest_per(kind_of, meetings)


def _oldest_per(key: Callable[[Meeting], Hashable], meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    kept: dict[Hashable, Meeting] = {}
    for found in meetings:
        best = kept.get(key(found))
        if best is None or _ids(found) < _ids(best):
            kept[key(found)] = found
    return tuple(kept.values())


def pair_of(found: Meeting) -> Pair:
    """Return who meets about whom: of one such pair one match stands at a time."""
    return found.kind, found.lane, found.index_token, found.low.agency, found.high.agency


def kind_of(found: Meeting) -> Kind:
    """Return who meets about whom, and all by which the policy decides what each is told."""
    low, high = found.low, found.high
    return pair_of(found), low.purpose, low.flag, high.purpose, high.flag


def _ids(found: Meeting) -> tuple[str, str]:
    return found.low.registration, found.high.registration

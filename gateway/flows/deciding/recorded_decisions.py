"""Read the decisions of a period back: page after page from the store -> kinds of agency from the directory."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Final

from gateway.core.involvement import AMSTERDAM, Oin
from gateway.core.policy.questions.recorded import RecordedDecision, RecordedMeeting, RecordedRegistering, RecordedSide
from gateway.core.refusals import Refusal
from gateway.flows.ports.directory import Directory
from gateway.flows.ports.policies import MeetingOnRecord, RegisteringOnRecord, SideOnRecord
from gateway.flows.ports.store import Store, View

_OnRecord = RegisteringOnRecord | MeetingOnRecord
_KindOf = Callable[[Oin], str | None]

ROWS_AT_ONCE: Final = 1_000
_BY_POLICY: Final = frozenset(
    {
        *(Refusal.LANE_UNKNOWN, Refusal.LANE_NOT_BUILT, Refusal.AGENCY_NOT_ADMITTED, Refusal.PURPOSE_NOT_ADMITTED),
        *(Refusal.FLAG_NOT_ADMITTED, Refusal.PRECONDITION_MISSING, Refusal.BASIS_NOT_IN_FORCE),
        *(Refusal.POLICY_EXPIRED, Refusal.NO_POLICIES),
    }
)
_SILENT: Final = "purpose_silent"


def recorded_decisions(
    store: Store, directory: Directory, *, from_at: datetime, until_at: datetime, rows_at_once: int = ROWS_AT_ONCE
) -> Iterator[RecordedDecision]:
    """Give every decision on record from one moment up to, not including, another, as `simulate` takes them.

    The kind of an agency is the one that it has in the directory now: kinds are never stored.
    """

    @cache
    def kind_of(oin: Oin) -> str | None:
        agency = directory.agency(oin)
        return None if agency is None else agency.kind

    def logged(view: View, after: str) -> Sequence[_OnRecord]:
        return view.decisions.logged(from_at=from_at, until_at=until_at, after=after, limit=rows_at_once)

    def matched(view: View, after: str) -> Sequence[_OnRecord]:
        return view.decisions.matched(from_at=from_at, until_at=until_at, after=after, limit=rows_at_once)

    for page in (logged, matched):
        for found in _pages(store, page):
            yield _recorded(found, kind_of)


def _pages(store: Store, page: Callable[..., Sequence[_OnRecord]]) -> Iterator[_OnRecord]:
    after = ""
    while found := store.view("decisions", partial(page, after=after)):
        yield from found
        after = found[-1].id


def _recorded(found: _OnRecord, kind_of: _KindOf) -> RecordedDecision:
    on = found.at.astimezone(AMSTERDAM).date()
    if isinstance(found, MeetingOnRecord):
        return RecordedMeeting(on, found.lane, found.policy, _side(found.low, kind_of), _side(found.high, kind_of))
    return RecordedRegistering(
        on=on,
        lane=found.lane,
        policy=found.policy,
        agency_kind=kind_of(found.agency),
        purpose=found.purpose,
        flag=found.flag,
        preconditions=found.preconditions,
        rule=found.rule,
        refusal=_SILENT if found.silent else found.refusal,
        by_policy=found.silent or not found.refusal or found.refusal in _BY_POLICY,
    )


def _side(found: SideOnRecord, kind_of: _KindOf) -> RecordedSide:
    return RecordedSide(kind_of(found.agency), found.purpose, found.flag, found.level, found.rules)

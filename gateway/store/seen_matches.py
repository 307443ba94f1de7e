"""A match as one of its parties sees it: its own side, and of the other what that side registered with."""

import json
from typing import Final

from sqlalchemy import RowMapping, and_, bindparam, func, select

from gateway.core.contact import Party, StandingMatch
from gateway.core.involvement import Oin
from gateway.core.policy import DisclosureLevel
from gateway.protocol.messages.matches import ContactOutcome, Handler, LadderStep, MatchKind, MatchState
from gateway.store import tables
from gateway.store.instants import instant
from gateway.store.sets import among

_matches, _parties = tables.matches, tables.match_parties
_own, _other = _parties.alias("own"), _parties.alias("other")
_mine, _theirs, _desks = tables.registrations.alias("mine"), tables.registrations.alias("theirs"), tables.desks
_SEEN = (
    select(
        *(_matches.c[name] for name in ("id", "lane", "state", "opened_at", "due_on", "calendar")),
        *(_matches.c[name] for name in ("step", "next_step_on", "case_coordinator", "kind")),
        *(_own.c[name] for name in ("agency", "registration", "case_reference", "level", "rules")),
        *(_own.c[name] for name in ("legal_basis", "why_nl", "why_en", "outcome")),
        *(_own.c[name] for name in ("handled_by", "mute_asked_at", "muted_at", "named_coordinator")),
        _other.c.mute_asked_at.label("other_mute_asked_at"),
        _other.c.named_coordinator.label("other_named_coordinator"),
        _desks.c.confirmed_at.label("desk_confirmed_at"),
        _other.c.agency.label("other"),
        _other.c.outcome.label("other_outcome"),
        func.coalesce(_other.c.desk, _theirs.c.contact_id).label("other_contact_id"),
        _theirs.c.flag.label("other_flag"),
    )
    .select_from(_own)
    .join(_matches, _matches.c.id == _own.c.match)
    .join(_other, and_(_other.c.match == _own.c.match, _other.c.agency != _own.c.agency))
    .join(_theirs, _theirs.c.id == _other.c.registration)
    .join(_mine, _mine.c.id == _own.c.registration)
    .outerjoin(
        _desks, and_(_desks.c.agency == _own.c.agency, _desks.c.id == func.coalesce(_own.c.desk, _mine.c.contact_id))
    )
    .where(_own.c.agency == bindparam("agency"))
)
ONE: Final = _SEEN.where(_own.c.match == bindparam("id"))
PAGE: Final = _SEEN.where(_own.c.match > bindparam("after")).order_by(_own.c.match).limit(bindparam("limit"))
STANDING_OF: Final = (
    select(_own.c.match, _other.c.agency)
    .join(_other, and_(_other.c.match == _own.c.match, _other.c.agency != _own.c.agency))
    .join(_matches, _matches.c.id == _own.c.match)
    .where(among(_own.c.registration, "ids"), _matches.c.ended_at.is_(None))
    .order_by(_own.c.match)
)


def standing_match(row: RowMapping) -> StandingMatch:
    """Return the match in a row of `ONE` or `PAGE`."""
    return StandingMatch(
        id=row["id"],
        lane=row["lane"],
        state=MatchState(row["state"]),
        opened_at=instant(row["opened_at"]),
        due_on=row["due_on"],
        calendar=row["calendar"],
        own=Party(
            agency=Oin(row["agency"]),
            registration=row["registration"],
            case_reference=row["case_reference"],
            level=DisclosureLevel.from_code(row["level"]),
            rules=tuple(json.loads(row["rules"])),
            legal_basis=tuple(json.loads(row["legal_basis"])),
            why_nl=row["why_nl"],
            why_en=row["why_en"],
            outcome=_outcome(row["outcome"]),
            muted=row["muted_at"] is not None,
            handled_by=Handler(row["handled_by"] or Handler.REPORTER),
            named_coordinator=row["named_coordinator"],
        ),
        other=Oin(row["other"]),
        other_contact_id=row["other_contact_id"],
        other_flag=row["other_flag"],
        other_outcome=_outcome(row["other_outcome"]),
        step=LadderStep(row["step"]),
        next_step_on=row["next_step_on"],
        mute_asked=row["mute_asked_at"] is not None,
        other_mute_asked=row["other_mute_asked_at"] is not None,
        other_named_coordinator=row["other_named_coordinator"],
        case_coordinator=row["case_coordinator"],
        kind=MatchKind(row["kind"]),
        desk_confirmed_at=None if row["desk_confirmed_at"] is None else instant(row["desk_confirmed_at"]),
    )


def _outcome(stored: str | None) -> ContactOutcome | None:
    return None if stored is None else ContactOutcome(stored)

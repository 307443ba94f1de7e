"""What parties settle about a match: who handles it, that both know enough, which agency leads; and who looks on."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Update, and_, bindparam, func, select, update

from gateway.core.contact import KNOWN, Mute
from gateway.core.involvement import Oin
from gateway.core.ladder import ListedState
from gateway.protocol.messages.matches import Handler, LadderStep, MatchKind, MatchState
from gateway.store import tables
from gateway.store.faults import Overtaken
from gateway.store.instants import DatabaseTime, instant
from gateway.store.sets import among, as_pairs, pair_among
from gateway.store.sheet import Sheet
from keys.tokens import IndexToken

_matches, _parties, _alerts = tables.matches, tables.match_parties, tables.alerts
_of_party = and_(_parties.c.match == bindparam("of_match"), _parties.c.agency == bindparam("by"))
_this = and_(_matches.c.id == bindparam("of_match"), _matches.c.ended_at.is_(None))
_TAKE_OVER = update(_parties).where(_of_party).values(handled_by=bindparam("handler"))
_ASK = update(_parties).where(_of_party).values(mute_asked_at=DatabaseTime())
_MUTE_BOTH = update(_parties).where(_parties.c.match == bindparam("of_match")).values(muted_at=DatabaseTime())
_MUTE_MATCH = update(_matches).where(_this).values(muted_at=DatabaseTime())
_NAME = update(_parties).where(_of_party).values(named_coordinator=bindparam("named"))
_LEAD = update(_matches).where(_this).values(case_coordinator=bindparam("named"))
MUTES: Final = (
    select(
        *(_matches.c[name] for name in ("id", "lane", "index_token", "agency_low", "agency_high")),
        *(_parties.c.agency, _matches.c.kind),
    )
    .join(_parties, _parties.c.match == _matches.c.id)
    .where(
        among(_matches.c.token_prefix, "prefixes"),
        _matches.c.muted_at.is_not(None),
        _matches.c.state != MatchState.VOID.value,
        _parties.c.muted_at.is_not(None),
    )
)
_quiet = pair_among(_parties.c.match, _parties.c.agency, "quiet")
_UNMUTE = update(_parties).where(_quiet).values(muted_at=None, mute_asked_at=None)
_STAY_MUTED = update(_parties).where(_quiet).values(muted_at=DatabaseTime(), mute_asked_at=DatabaseTime())
_MUTE_MATCHES = update(_matches).where(among(_matches.c.id, "ids")).values(muted_at=DatabaseTime())
_SAY_NOTHING = (
    update(_alerts)
    .where(pair_among(_alerts.c.match, _alerts.c.agency, "quiet"), _alerts.c.kind.in_([kind.value for kind in KNOWN]))
    .values(acknowledged_at=DatabaseTime())
)
_reported = (
    select(func.count())
    .where(_parties.c.match == _matches.c.id, _parties.c.outcome.is_not(None))
    .correlate(_matches)
    .scalar_subquery()
)
_supervised = (
    select(_parties.c.match)
    .where(among(_parties.c.agency, "agencies"), _parties.c.match > bindparam("after"))
    .distinct()
)
SUPERVISED: Final = (
    select(
        *(_matches.c[name] for name in ("id", "lane", "state", "opened_at", "due_on", "calendar", "step")),
        _matches.c.next_step_on,
        _reported,
    )
    .where(_matches.c.id.in_(_supervised), _matches.c.ended_at.is_(None))
    .order_by(_matches.c.id)
    .limit(bindparam("limit"))
)
SUPERVISED_ONE: Final = SUPERVISED.where(_matches.c.id == bindparam("only"))


def take_over(sheet: Sheet, match: str, *, agency: Oin, handler: Handler) -> None:
    """Record who handles a match at a party."""
    _write_one(sheet, _TAKE_OVER, of_match=match, by=agency, handler=handler.value)


def mute(sheet: Sheet, match: str, *, agency: Oin, both: bool) -> None:
    """Record that a party wants to hear nothing more; with `both` it holds from now on."""
    _write_one(sheet, _ASK, of_match=match, by=agency)
    if both:
        sheet.write(_MUTE_BOTH, {"of_match": match})
        _write_one(sheet, _MUTE_MATCH, of_match=match)


def mutes(sheet: Sheet, index_tokens: Collection[IndexToken]) -> tuple[Mute, ...]:
    """Return the mutes that hold about these persons; a match that never was left none."""
    rows = sheet.read(MUTES, {"prefixes": sorted({token.prefix for token in index_tokens})})
    found = (
        Mute(row[0], row[1], IndexToken(bytes(row[2])), (Oin(row[3]), Oin(row[4])), Oin(row[5]), MatchKind(row[6]))
        for row in rows
    )
    return tuple(one for one in found if one.index_token in index_tokens)


def end_mutes(sheet: Sheet, ended: Sequence[Mute]) -> None:
    """Let parties hear again of new matches."""
    if ended:
        sheet.write(_UNMUTE, as_pairs("quiet", [(one.match, one.agency) for one in ended]))


def keep_quiet(sheet: Sheet, quiet: Sequence[tuple[str, Oin]]) -> None:
    """Let new matches be muted for these (match, agency) from the beginning: their alerts count as taken."""
    if quiet:
        sheet.write(_STAY_MUTED, as_pairs("quiet", quiet))
        sheet.write(_MUTE_MATCHES, {"ids": sorted({match for match, _ in quiet})})
        sheet.write(_SAY_NOTHING, as_pairs("quiet", quiet))


def name_coordinator(sheet: Sheet, match: str, *, agency: Oin, named: Oin, agreed: bool) -> None:
    """Record whom a party names to lead, and with `agreed` that it leads."""
    _write_one(sheet, _NAME, of_match=match, by=agency, named=named)
    if agreed:
        _write_one(sheet, _LEAD, of_match=match, named=named)


def supervised(
    sheet: Sheet, agencies: Collection[Oin], *, after: str, only: str, limit: int
) -> tuple[ListedState, ...]:
    """Return how the standing matches of these agencies are, in order of id."""
    asked = {"agencies": sorted(agencies), "after": after, "limit": limit}
    rows = sheet.read(SUPERVISED_ONE, {**asked, "only": only}) if only else sheet.read(SUPERVISED, asked)
    return tuple(
        ListedState(
            id=row[0],
            lane=row[1],
            state=MatchState(row[2]),
            opened_at=instant(row[3]),
            due_on=row[4],
            calendar=row[5],
            step=LadderStep(row[6]),
            next_step_on=row[7],
            sides_reported=row[8],
        )
        for row in rows
    )


def _write_one(sheet: Sheet, statement: Update, **values: str) -> None:
    """Change one row; when its match has ended or gone meanwhile the change runs again."""
    if sheet.write(statement, values).rowcount != 1:
        raise Overtaken

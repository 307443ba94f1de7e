"""The archive: what is kept of registrations that are over, the one hint of each, and how they are erased (G16)."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, case, delete, exists, literal_column, null, select, update

from gateway.core.archive import NOBODY, NOTHING_SEALED, Bygone, GivenHint, Hint
from gateway.core.involvement import Oin
from gateway.core.matching import Side
from gateway.core.policy import DisclosureLevel
from gateway.core.subject_request import Journaled
from gateway.flows.ports.matches import MatchJob
from gateway.store import tables
from gateway.store.activity import is_active
from gateway.store.erasure_journal import journal
from gateway.store.instants import DatabaseTime, instant, microseconds
from gateway.store.match_jobs import free_of, job_of
from gateway.store.sets import among
from gateway.store.sheet import Port
from keys.tokens import IndexToken

_registrations, _hints, _jobs = tables.registrations, tables.archive_hints, tables.match_jobs
_matches, _parties = tables.matches, tables.match_parties
_oversights, _handovers, _withheld = tables.safety_oversights, tables.handovers, tables.withheld_parties
_NOBODY: Final = {"token_prefix": NOBODY.prefix, "index_token": NOBODY.value}

_KEEP = (
    update(_registrations)
    .where(among(_registrations.c.id, "ids"))
    .values(archived_until_at=bindparam("until", type_=_registrations.c.archived_until_at.type))
)
_FORGET = (
    update(_registrations)
    .where(among(_registrations.c.id, "ids"))
    .values(**_NOBODY, sealed=NOTHING_SEALED.ciphertext, notice_reason=null(), archived_until_at=null())
)
_FORGET_CASES = update(_registrations).where(among(_registrations.c.id, "ids")).values(case_reference="")
_FORGET_OWN_CASES = update(_parties).where(among(_parties.c.registration, "ids")).values(case_reference="")
# Another agency's oversight rests on its own registration, and so does a handover that it gave.
_FORGET_OVERSIGHT = delete(_oversights).where(among(_oversights.c.registration, "ids"))
_FORGET_HANDOVERS = delete(_handovers).where(among(_handovers.c.giving_registration, "ids"))
_FORGET_IN_MATCHES = (
    update(_matches)
    .where(
        _matches.c.ended_at.is_not(None),
        _matches.c.id.in_(select(_parties.c.match).where(among(_parties.c.registration, "ids"))),
    )
    .values(**_NOBODY)
)
_FORGET_JOBS = delete(_jobs).where(among(_jobs.c.registration, "free"))
_FORGET_HINTS = delete(_hints).where(among(_hints.c.archived, "ids"))
_FORGET_WITHHELD = delete(_withheld).where(among(_withheld.c.registration, "ids"))  # an exclusion keeps the person
_FORGET_PERSON: Final = (_FORGET_HINTS, _FORGET_WITHHELD, _FORGET_IN_MATCHES, _FORGET)
_FORGET_ALL: Final = (_FORGET_CASES, _FORGET_OWN_CASES, _FORGET_OVERSIGHT, _FORGET_HANDOVERS)
DUE_TO_PURGE: Final = (
    select(_registrations.c.id, _registrations.c.lane, _registrations.c.index_token, literal_column("0"))
    .where(_registrations.c.archived_until_at.is_not(None), _registrations.c.archived_until_at <= DatabaseTime())
    .order_by(_registrations.c.archived_until_at)
    .limit(bindparam("limit"))
)


def _bygones() -> Select[Any]:
    """Return the one statement that finds whom the archive has a hint for: who registered after it was over, in order.

    It was over when it ended, or at the end of its term if the purge ran later. A hint that was given is not there.
    """
    gone, later = _registrations.alias("gone"), _registrations.alias("later")
    over_at = case((gone.c.ended_at < gone.c.ends_at, gone.c.ended_at), else_=gone.c.ends_at)
    sides = [side.c[name] for side in (gone, later) for name in ("agency", "id", "purpose", "flag", "case_reference")]
    after_it = (
        (later.c.token_prefix == gone.c.token_prefix)
        & (later.c.index_token == gone.c.index_token)
        & (later.c.lane == gone.c.lane)
        & (later.c.agency != gone.c.agency)
        & (later.c.registered_at >= over_at)
    )
    return (
        select(gone.c.lane, *sides)
        .select_from(gone.join(later, after_it))
        .where(
            among(gone.c.token_prefix, "prefixes"),
            gone.c.archived_until_at.is_not(None),
            gone.c.archived_until_at > DatabaseTime(),
            is_active(later),
            ~exists().where(_hints.c.archived == gone.c.id),
        )
        .order_by(gone.c.id, later.c.id)
    )


BYGONES: Final = _bygones()
_GIVEN = (
    select(
        *(_hints.c[name] for name in ("given_at", "level", "rules", "legal_basis", "why_nl", "why_en")),
        *(_registrations.c[name] for name in ("agency", "contact_id")),
    )
    .join(_registrations, _registrations.c.id == _hints.c.archived)
    .where(_hints.c.registration == bindparam("registration"))
    .order_by(_hints.c.archived)
)


class SqlArchive(Port):
    """Registrations that are over and kept for one hint; whoever keeps, gives or erases holds their persons."""

    def keep(self, until: Mapping[str, datetime]) -> None:
        """Keep registrations that are over, each until an instant; few of those differ within one change."""
        by_instant: defaultdict[datetime, list[str]] = defaultdict(list)
        for registration, until_at in until.items():
            by_instant[until_at].append(registration)
        for until_at, ids in by_instant.items():
            self._sheet.write(_KEEP, {"ids": ids, "until": microseconds(until_at)})

    def forget(self, registrations: Sequence[str], *, cases: bool) -> None:
        """Erase whose they were, here and in their ended matches; with `cases` all that rests on them too.

        A job that a worker holds is left to that worker: it waits for the person and finds nobody.
        """
        of = {"ids": list(registrations)}
        self._sheet.write(_FORGET_JOBS, {"free": free_of(self._sheet, of["ids"])})
        for statement in (*_FORGET_PERSON, *(_FORGET_ALL if cases else ())):
            self._sheet.write(statement, of)
        journal(self._sheet, of["ids"], Journaled.FORGOTTEN)

    def bygones(self, persons: Collection[IndexToken]) -> tuple[Bygone, ...]:
        """Return for whom the archive has a hint about these persons, those who registered first before others."""
        rows = self._sheet.read(BYGONES, {"prefixes": sorted({person.prefix for person in persons})})
        return tuple(Bygone(row[0], Side(*row[1:6]), Side(*row[6:11])) for row in rows)

    def give(self, hints: Sequence[Hint]) -> None:
        """Record hints; one that was given already runs the whole change again."""
        self._sheet.insert(_hints, [_hint_row(hint) for hint in hints])

    def given_to(self, registration: str) -> tuple[GivenHint, ...]:
        """Return the hints that were given to this registration, as far as the archive still keeps what they tell."""
        return tuple(_given(row) for row in self._sheet.read(_GIVEN, {"registration": registration}))

    def due_to_purge(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return archived registrations whose time is over, longest over first."""
        return tuple(job_of(row) for row in self._sheet.read(DUE_TO_PURGE, {"limit": limit}))


def _hint_row(hint: Hint) -> dict[str, Any]:
    told = hint.told
    return {
        "archived": hint.archived,
        "registration": told.registration,
        "level": told.level.code,
        "rules": json.dumps(told.rules),
        "legal_basis": json.dumps(told.legal_basis),
        "why_nl": told.why_nl,
        "why_en": told.why_en,
    }


def _given(row: Row[*tuple[Any, ...]]) -> GivenHint:
    given_at, level, rules, legal_basis, why_nl, why_en, other, contact_id = row
    return GivenHint(
        given_at=instant(given_at),
        level=DisclosureLevel.from_code(level),
        rules=tuple(json.loads(rules)),
        legal_basis=tuple(json.loads(legal_basis)),
        why_nl=why_nl,
        why_en=why_en,
        other=Oin(other),
        other_contact_id=contact_id,
    )

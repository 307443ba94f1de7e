"""The registrations of the index: added with their job, ended with their matches, active by the database's clock."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, case, literal_column, null, select, update

from gateway.core.involvement import Ending, Oin, Registration, ends_at
from gateway.core.subject_request import Journaled
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.matches import MatchJob
from gateway.protocol.messages.identities import Identity
from gateway.protocol.messages.notices import DeferralReason, NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.store import tables
from gateway.store.activity import goes_on, held_active, is_active, is_over
from gateway.store.ending import end_matches_of
from gateway.store.erasure_journal import journal
from gateway.store.faults import Overtaken
from gateway.store.instants import DatabaseTime, instant, microseconds
from gateway.store.match_jobs import job_of, queue_again, rows_of_jobs
from gateway.store.parents import forget_parents, rows_of_parents
from gateway.store.sets import Row, among
from gateway.store.sheet import Port
from keys.tokens import IndexToken, SealedElement

_table = tables.registrations

# Whoever asks after the end has come is told so, even when the purge runs late (domain rule 8).
_STATUS = case(
    (is_over(_table), literal_column("'expired'")),
    (held_active(_table) & _table.c.restricted_at.is_not(None), literal_column("'restricted'")),
    else_=_table.c.status,
).label("status_now")
_OWN = select(_table, _STATUS).where(_table.c.agency == bindparam("agency"))
_ONE = _OWN.where(_table.c.id == bindparam("id"))
PAGE: Final = _OWN.where(_table.c.id > bindparam("after")).order_by(_table.c.id).limit(bindparam("limit"))
DUE_TO_EXPIRE: Final = (
    select(_table.c.id, _table.c.lane, _table.c.index_token, literal_column("0"))
    .where(is_over(_table))
    .order_by(_table.c.ends_at)
    .limit(bindparam("limit"))
)
_TERM = ("valid_until_on", "ends_at", "notice_status", "notice_on", "notice_reason")
_RENEW = (
    update(_table)
    .where(_table.c.id == bindparam("renewed"), is_active(_table))
    .values({name: bindparam(f"new_{name}", type_=_table.c[name].type) for name in _TERM})
)
_END = (
    update(_table)
    .where(among(_table.c.id, "ids"), held_active(_table))
    .values(status=bindparam("new_status"), ended_at=DatabaseTime(), ended_reason=bindparam("reason"))
    .returning(_table.c.id)
)
_SEVERAL = select(_table, _STATUS).where(among(_table.c.id, "ids")).order_by(_table.c.id)
_NOTICE = (
    update(_table)
    .where(_table.c.id == bindparam("noticed"), goes_on(_table))
    .values({name: bindparam(f"new_{name}", type_=_table.c[name].type) for name in _TERM if "notice" in name})
)
_RESTRICT = (
    update(_table).where(_table.c.id == bindparam("restricted"), is_active(_table)).values(restricted_at=DatabaseTime())
)
_LIFT = update(_table).where(_table.c.id == bindparam("lifted"), goes_on(_table)).values(restricted_at=null())
_EXPIRE = _END.where(is_over(_table))  # one that was renewed meanwhile goes on


_IDENTITY = ("token_prefix", "index_token", "sealed", "key_id", "epoch", "identity")
_IDENTIFY = (
    update(_table)
    .where(_table.c.id == bindparam("identified"), _table.c.index_token == bindparam("before"), is_active(_table))
    .values({name: bindparam(f"new_{name}", type_=_table.c[name].type) for name in _IDENTITY})
)
NAMESAKES: Final = select(_table, _STATUS).where(
    _table.c.token_prefix == bindparam("prefix"),
    _table.c.index_token == bindparam("token"),
    _table.c.agency == bindparam("agency"),
    _table.c.identity == Identity.CONFIRMED.value,
    is_active(_table),
)


class SqlRegistrations(Port):
    """Registrations, each seen by its own agency only (G24)."""

    def add(self, registrations: Sequence[Registration]) -> None:
        """Add registrations, each with its match job."""
        self._sheet.insert(_table, [_row(registration) for registration in registrations])
        self._sheet.insert(tables.registration_parents, rows_of_parents(registrations))
        self._sheet.insert(tables.match_jobs, rows_of_jobs(registrations))
        self._sheet.ring()

    def one(self, registration: str, *, agency: Oin) -> Registration | None:
        """Return this agency's registration."""
        row = self._sheet.read(_ONE, {"id": registration, "agency": agency}).mappings().first()
        return None if row is None else _registration(row)

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Registration, ...]:
        """Return this agency's registrations with an id after `after`, in order of id."""
        rows = self._sheet.read(PAGE, {"agency": agency, "after": after, "limit": limit})
        return tuple(_registration(row) for row in rows.mappings())

    def renew(self, registration: str, *, valid_until_on: date, notice: SubjectNotice) -> None:
        """Give an active registration its new end and notice; when it is no longer active the change runs again."""
        values = {"valid_until_on": valid_until_on, "ends_at": microseconds(ends_at(valid_until_on)), **_notice(notice)}
        new = {f"new_{name}": value for name, value in values.items()}
        if self._sheet.write(_RENEW, {"renewed": registration, **new}).rowcount != 1:
            raise Overtaken

    def end(self, registrations: Sequence[str], *, status: RegistrationStatus, reason: str, ending: Ending) -> None:
        """End those that are still active, and their standing matches; queue the same agency's others to match anew."""
        statement = _EXPIRE if status is RegistrationStatus.EXPIRED else _END
        values = {"ids": list(registrations), "new_status": status.value, "reason": reason}
        ended = list(self._sheet.write(statement, values).scalars())
        if ended and status is RegistrationStatus.WITHDRAWN:
            journal(self._sheet, ended, Journaled.ENDED, reason)
        if ended:
            end_matches_of(self._sheet, ended, ending)
            queue_again(self._sheet, ended)
            forget_parents(self._sheet, ended)

    def several(self, registrations: Sequence[str]) -> tuple[Registration, ...]:
        """Return registrations of any agency, in order of id."""
        rows = self._sheet.read(_SEVERAL, {"ids": list(registrations)})
        return tuple(_registration(row) for row in rows.mappings())

    def record_notice(self, registration: str, notice: SubjectNotice) -> None:
        """Put another notice on a registration that goes on; when it does no longer, the change runs again."""
        new = {f"new_{name}": value for name, value in _notice(notice).items()}
        if self._sheet.write(_NOTICE, {"noticed": registration, **new}).rowcount != 1:
            raise Overtaken

    def restrict(self, registration: str) -> None:
        """Take an active registration out of matching, and end its matches; the agency's others match anew."""
        if self._sheet.write(_RESTRICT, {"restricted": registration}).rowcount != 1:
            raise Overtaken
        end_matches_of(self._sheet, [registration], Ending.ENDED)
        queue_again(self._sheet, [registration])

    def lift(self, registration: str) -> None:
        """Let a restricted registration match again."""
        if self._sheet.write(_LIFT, {"lifted": registration}).rowcount != 1:
            raise Overtaken

    def identify(self, before: Registration, person: Converted, *, key_id: bytes, identity: Identity) -> None:
        """Say anew whom an active registration is about, and end its matches; overtaken, the change runs again."""
        end_matches_of(self._sheet, [before.id], Ending.ENDED)
        queue_again(self._sheet, [before.id])
        token = person.index_token
        values = (token.prefix, token.value, person.sealed.ciphertext, key_id, person.epoch, identity.value)
        new = {f"new_{name}": value for name, value in zip(_IDENTITY, values, strict=True)}
        held = {"identified": before.id, "before": before.index_token.value}
        if self._sheet.write(_IDENTIFY, {**held, **new}).rowcount != 1:
            raise Overtaken

    def namesakes(self, person: IndexToken, *, agency: Oin) -> tuple[Registration, ...]:
        """Return this agency's active registrations of a person who was confirmed without a number."""
        values = {"prefix": person.prefix, "token": person.value, "agency": agency}
        found = (_registration(row) for row in self._sheet.read(NAMESAKES, values).mappings())
        # Put in order here: asked for it, SQLite walks all that the agency has instead of searching the person.
        return tuple(sorted(found, key=lambda one: one.id))

    def due_to_expire(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return those whose end has come, longest over first."""
        return tuple(job_of(row) for row in self._sheet.read(DUE_TO_EXPIRE, {"limit": limit}))


def _row(registration: Registration) -> Row:
    return {
        "id": registration.id,
        "agency": registration.agency,
        "lane": registration.lane,
        "token_prefix": registration.index_token.prefix,
        "index_token": registration.index_token.value,
        "sealed": registration.sealed.ciphertext,
        "key_id": registration.key_id,
        "epoch": registration.epoch,
        "flag": registration.flag,
        "purpose": registration.purpose,
        "case_reference": registration.case_reference,
        "contact_id": registration.contact_id,
        **_notice(registration.notice),
        "valid_until_on": registration.valid_until_on,
        "ends_at": microseconds(ends_at(registration.valid_until_on)),
        "status": registration.status.value,
        "consent": registration.consent,
        "archive_until_on": registration.archive_until_on,
        "confidential_address": int(registration.confidential_address),
        "identity": registration.identity.value,
    }


def _notice(notice: SubjectNotice) -> dict[str, Any]:
    reason = None if notice.reason is None else notice.reason.value
    return {"notice_status": notice.status.value, "notice_on": notice.on, "notice_reason": reason}


def _registration(row: RowMapping) -> Registration:
    reason = row["notice_reason"]
    return Registration(
        id=row["id"],
        agency=Oin(row["agency"]),
        lane=row["lane"],
        index_token=IndexToken(bytes(row["index_token"])),
        sealed=SealedElement(bytes(row["sealed"])),
        key_id=bytes(row["key_id"]),
        epoch=row["epoch"],
        flag=row["flag"],
        purpose=row["purpose"],
        case_reference=row["case_reference"],
        contact_id=row["contact_id"],
        notice=SubjectNotice(
            status=NoticeStatus(row["notice_status"]),
            on=row["notice_on"],
            reason=None if reason is None else DeferralReason(reason),
        ),
        valid_until_on=row["valid_until_on"],
        status=RegistrationStatus(row["status_now"]),
        consent=row["consent"],
        archive_until_on=row["archive_until_on"],
        confidential_address=bool(row["confidential_address"]),
        identity=Identity(row["identity"]),
        archived=row["archived_until_at"] is not None,
        registered_at=instant(row["registered_at"]),
    )

"""Take notices of death and of moving from the register of persons, and apply them later, by the worker.

The register hears nothing: its receipt is fixed before anybody is looked up. A death ends what stands about the person
in a lane whose card says so, tells each reporter, and nothing of it is archived; what the archive has goes too. A move
reminds each reporter to look whether another municipality is the one to act, and changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.core.events import GATEWAY, Event, EventKind, Value
from gateway.core.involvement import Ending
from gateway.core.life_notice import ALERT_OF, LifeEvent, LifeNotice, ends_registrations, tells_reporters
from gateway.core.refusals import Refusal, Refused
from gateway.core.reminders import OwnAlert
from gateway.flows.admission import change_once, event_of
from gateway.flows.ports.house import House
from gateway.flows.ports.persons import PersonsRegistration
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.life_notices import NoticeOfLife, NoticeTaken
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.signing import Signed
from keys.tokens import IndexToken, PersonToken

APPLY_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a register says, and of what."""

    kind: LifeEvent
    asked: NoticeOfLife


def take_notice(call: Signed[Noticed], house: House, *, today_on: date) -> bytes:
    """Keep a notice until the worker looks at it; return the JSON of `NoticeTaken`.

    Raises:
        Refused: there is no such lane, the day is ahead, or the token is no good.
    """
    kind, asked = call.message.kind, call.message.asked

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        if house.policies().lane(asked.lane) is None:
            raise Refused(Refusal.LANE_UNKNOWN)
        if asked.on > today_on:
            raise Refused(Refusal.MEMBER_INVALID, member="on")
        id_ = house.mint("lif")
        person = _person(call, house, id_)
        tx.life_notices.add(LifeNotice(id_, call.caller.oin, kind, asked.lane, person, asked.on))
        fields: dict[str, Value] = {"notice": id_, "lane": asked.lane, "happened": kind.value}
        event = event_of(call, house, EventKind.LIFE_NOTICE_TAKEN, **fields)
        return NoticeTaken(id=id_, event=event.id), (event,)

    return change_once(call, house, f"notice that somebody {kind.value}", act)


def apply_notices(house: House, *, limit: int = APPLY_AT_ONCE) -> int:
    """Apply the oldest notices, and forget whom they were about; return how many."""
    if not house.store.view("life notices", lambda view: view.life_notices.waiting()):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        notices = tx.life_notices.take(limit=limit)
        if not notices:  # another worker was faster
            return Recorded(0, ())
        tx.claim({notice.index_token for notice in notices})
        events = tuple(_applied(tx, notice, house) for notice in notices)
        tx.life_notices.forget([notice.id for notice in notices])
        return Recorded(len(notices), events)

    return house.store.change("apply life notices", work)


def _person(call: Signed[Noticed], house: House, id_: str) -> IndexToken:
    lane = call.message.asked.lane
    try:
        token = PersonToken.decode(call.message.asked.token)
    except ValueError:
        raise Refused(Refusal.TOKEN_INVALID) from None
    (person,) = house.converter.convert(((token, id_),), agency=call.caller.oin, lane=lane)
    if isinstance(person, Refusal):
        raise Refused(person)
    return person.index_token


def _applied(tx: Tx, notice: LifeNotice, house: House) -> Event:
    """Do what follows from one notice in its lane, whose person is claimed."""
    policy = house.policies().lane(notice.lane)
    found = tx.life_notices.registrations_of(notice) if tells_reporters(notice, policy) else ()
    if ends_registrations(notice, policy):
        _end(tx, found)
    going_on = tuple(one for one in found if one.goes_on)
    kind = ALERT_OF[notice.kind]
    alerts = tuple(OwnAlert(house.mint("alt"), one.agency, one.registration, kind) for one in going_on)
    if alerts:
        tx.alerts.tell(alerts)
    fields: dict[str, Value] = {
        "notice": notice.id,
        "lane": notice.lane,
        "happened": notice.kind.value,
        "policy": "" if policy is None else policy.digest,
        "registrations": tuple(one.registration for one in going_on),
        "alerts": tuple(alert.id for alert in alerts),
    }
    return Event(house.mint("evt"), EventKind.LIFE_NOTICES_APPLIED, GATEWAY, fields)


def _end(tx: Tx, found: Sequence[PersonsRegistration]) -> None:
    """End what goes on, and erase whose it all was: the dead have no archive (domain rule 12)."""
    ids = [one.registration for one in found]
    if ids:
        tx.registrations.end(ids, status=RegistrationStatus.WITHDRAWN, reason="died", ending=Ending.ENDED)
        tx.archive.forget(ids, cases=False)

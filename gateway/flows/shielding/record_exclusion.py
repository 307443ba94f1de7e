"""Record an exclusion: permit -> check -> convert -> claim the person -> record -> end what it no longer allows.

Whoever is excluded may have registered already, or may do so at this moment. The claim decides: what was matched before
is ended here, as a withdrawal would end it, and what is matched after finds the exclusion (G8, G15). What waits to be
matched is left to wait: it is withheld when its turn comes, and then the mediator hears of it.
"""

from datetime import date

from gateway.core.events import Event, EventKind, Value
from gateway.core.exclusion import (
    Exclusion,
    ExclusionAlert,
    Opened,
    Target,
    checked_targets,
    reach_of,
    text_of,
)
from gateway.core.involvement import Oin
from gateway.core.policy import Permitted
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.deciding.leave_to_register import leave_to_register
from gateway.flows.deciding.silence import with_alarm
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.exclusions import ExclusionRecorded, RecordExclusion
from keys.signing import Signed
from keys.tokens import PersonToken


def record_exclusion(call: Signed[RecordExclusion], house: House, *, today_on: date) -> bytes:
    """Record who must learn nothing of a person; return the JSON of `ExclusionRecorded`.

    It needs no registration: whoever records one first and registers after is shielded from the first instant on.

    Raises:
        Refused: the policy lets nobody register so, the excluded or the mediator will not do, the desk is unknown, or
            the token is no good.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        asked = call.message
        _, leave = leave_to_register(call, house, lane=asked.lane, purpose=asked.purpose, today_on=today_on)
        targets = _targets(call, house)
        desk = (call.caller.oin, asked.contact_id)
        if desk not in tx.desks.known({desk}):
            raise Refused(Refusal.CONTACT_UNKNOWN)
        id_ = house.mint("exc")
        person = _convert(call, house, id_, silent=leave.silent)
        opened = Opened(_exclusion(call, house, id_, targets, person), targets)
        tx.claim({person.index_token})
        tx.exclusions.record(opened.exclusion, person)
        _part(tx, opened)
        alert = ExclusionAlert(house.mint("alt"), opened.exclusion.mediator, id_)
        if not leave.silent:  # nobody hears anything of a silent purpose, the mediator neither
            tx.exclusions.tell((alert,))
        event = _event(call, house, opened.exclusion, leave.permitted, alert)
        return _answer(opened.exclusion, event), with_alarm(event, call, house, silent=leave.silent)

    return change_once(call, house, "record exclusion", act)


def _targets(call: Signed[RecordExclusion], house: House) -> frozenset[Target]:
    """Return whom it excludes. Whether they have such a unit is not looked up: it would tell whose desks there are."""
    asked, recorder, mediator = call.message.excluded, call.caller.oin, Oin(call.message.mediator)
    named = (Target(Oin(one.agency), one.contact_id or "", one.conflict_desk) for one in asked)
    targets = checked_targets(named, recorder=recorder, mediator=mediator)
    if any(house.directory.agency(target.agency) is None for target in targets):
        raise Refused(Refusal.MEMBER_INVALID, member="excluded")
    if house.directory.agency(mediator) is None:
        raise Refused(Refusal.EXCLUSION_MEDIATOR)
    return targets


def _convert(call: Signed[RecordExclusion], house: House, exclusion: str, *, silent: bool) -> Converted:
    try:
        token = PersonToken.decode(call.message.token)
    except ValueError:
        raise Refused(Refusal.TOKEN_INVALID) from None
    of_nobody = (exclusion,) if silent else ()
    (person,) = house.converter.convert(
        ((token, exclusion),), agency=call.caller.oin, lane=call.message.lane, of_nobody=of_nobody
    )
    if isinstance(person, Refusal):
        raise Refused(person)
    return person


def _exclusion(
    call: Signed[RecordExclusion], house: House, id_: str, targets: frozenset[Target], person: Converted
) -> Exclusion:
    asked = call.message
    return Exclusion(
        id=id_,
        agency=call.caller.oin,
        lane=asked.lane,
        case_reference=asked.case_reference,
        contact_id=asked.contact_id,
        mediator=Oin(asked.mediator),
        reach=reach_of(call.caller.kind),
        index_token=person.index_token,
        concealed=house.converter.conceal(text_of(targets), row=id_),
    )


def _part(tx: Tx, opened: Opened) -> None:
    """End the standing matches that it shields, and let what is left of both sides be matched anew.

    The pair meets again when it is matched, is withheld then, and so comes to the mediator like any other.
    """
    matches = tx.exclusions.standing_matches(opened.exclusion.index_token)
    parted = [(match, one, other) for match, one, other in matches if opened.shields(one, other) is not None]
    if parted:
        tx.matches.end([match for match, _, _ in parted])
        tx.jobs.queue(sorted({side.registration for _, one, other in parted for side in (one, other)}))


def _event(
    call: Signed[RecordExclusion], house: House, exclusion: Exclusion, permitted: Permitted, alert: ExclusionAlert
) -> Event:
    fields: dict[str, Value] = {
        "exclusion": exclusion.id,
        "lane": exclusion.lane,
        "policy": permitted.policy,
        "reach": exclusion.reach.value,
        "mediator": exclusion.mediator,
        "alert": alert.id,
        "case_reference": exclusion.case_reference,
    }
    return event_of(call, house, EventKind.EXCLUSION_RECORDED, **fields)


def _answer(exclusion: Exclusion, event: Event) -> ExclusionRecorded:
    return ExclusionRecorded(id=exclusion.id, status=exclusion.status, reach=exclusion.reach, event=event.id)

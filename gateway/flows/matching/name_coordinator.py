"""Name who leads after a match: one party proposes an agency by naming it, the other accepts by naming the same."""

from dataclasses import dataclass

from gateway.core.contact import check_goes_on
from gateway.core.events import Event, EventKind
from gateway.flows.admission import change_once, event_of
from gateway.flows.matching.report_contact import held_match
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.matches import CoordinatorNamed, NameCoordinator
from keys.signing import Signed


@dataclass(frozen=True, slots=True)
class Naming:
    """Whom one party names in one match."""

    match: str
    asked: NameCoordinator


def name_coordinator(call: Signed[Naming], house: House) -> bytes:
    """Record whom this party names; return the JSON of `CoordinatorNamed`.

    Whoever leads goes on until both name the other agency.

    Raises:
        Refused: not found (or no party to it), or ended.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        match = held_match(tx, wanted.match, call.caller.oin)
        check_goes_on(match)
        named = match.agency(wanted.asked.coordinator)
        agreed = match.other_named_coordinator == named
        tx.matches.name_coordinator(match.id, agency=call.caller.oin, named=named, agreed=agreed)
        leads = named if agreed else match.case_coordinator
        event = event_of(
            call,
            house,
            EventKind.COORDINATOR_NAMED,
            match=match.id,
            named=wanted.asked.coordinator.value,
            agreed=agreed,
        )
        return CoordinatorNamed(id=match.id, case_coordinator=match.side(leads)), (event,)

    return change_once(call, house, "name coordinator", act)

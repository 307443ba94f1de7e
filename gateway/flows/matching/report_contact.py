"""Report what came of the contact; the match is closed when both parties have reported."""

from dataclasses import dataclass

from gateway.core.contact import StandingMatch, state_after
from gateway.core.events import Event, EventKind
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.matches import ContactReported, ReportContact
from keys.signing import Signed


@dataclass(frozen=True, slots=True)
class Report:
    """What one party reports about one match."""

    match: str
    asked: ReportContact


def report_contact(call: Signed[Report], house: House) -> bytes:
    """Record this party's outcome; return the JSON of `ContactReported`.

    Raises:
        Refused: not found (or no party to it), ended, or no contact without a reason.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        match = held_match(tx, wanted.match, call.caller.oin)
        outcome = wanted.asked.outcome
        state = state_after(match, outcome, reason=wanted.asked.reason)
        tx.matches.report(match.id, agency=call.caller.oin, outcome=outcome, state=state)
        event = event_of(
            call, house, EventKind.CONTACT_REPORTED, match=match.id, outcome=outcome.value, state=state.value
        )
        return ContactReported(id=match.id, state=state), (event,)

    return change_once(call, house, "report contact", act)


def held_match(tx: Tx, match: str, agency: Oin) -> StandingMatch:
    """Hold a match and return it as this party sees it; raises Refused for whoever is no party to it (G24)."""
    tx.matches.hold(match)
    standing = tx.matches.one(match, agency=agency)
    if standing is None:
        raise Refused(Refusal.NOT_FOUND)
    return standing

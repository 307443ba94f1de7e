"""Say in a match which of its two agencies holds safety oversight, to a party that may know the other; nothing else."""

from gateway.core.contact import StandingMatch
from gateway.core.handover import LANE
from gateway.core.policy import DisclosureLevel
from gateway.flows.ports.house import House
from gateway.flows.ports.store import View
from gateway.protocol.messages.matches import MatchView
from gateway.protocol.messages.oversight import OversightHeld
from keys.tokens import IndexToken


def with_oversight(seen: MatchView, match: StandingMatch, person: IndexToken, view: View, house: House) -> MatchView:
    """Return what a party sees of a match, with who holds safety oversight now and the last handover through it.

    A holder that is no party to this match stays unsaid, and so does everything when the rule does not tell the other's
    name: its presence would tell of an agency that the rule does not.
    """
    if match.lane != LANE or seen.other is None or match.own.level < DisclosureLevel.CONTACT:
        return seen
    return seen.model_copy(
        update={
            "safety_oversight": _held(seen.other.agency, match, person, view, house),
            "handover": view.handovers.last_of(match.id),
        }
    )


def _held(other: str, match: StandingMatch, person: IndexToken, view: View, house: House) -> OversightHeld | None:
    held = view.oversights.holder(person)
    if held is None or held.agency not in {match.own.agency, match.other}:
        return None
    if held.agency == match.other:
        return OversightHeld(holder=other, own=False, since=held.since_at)
    own = house.directory.agency(held.agency)
    return None if own is None else OversightHeld(holder=own.name, own=True, since=held.since_at)

"""Resolve whom a registration without a person number is about: what an official found, never what the gateway guesses.

Until then its token is of nobody, so it meets nobody, and nothing here looks at what another agency has: the answer is
of the agency's own registrations alone. Only when both agencies confirmed do their registrations have one token, and
match as any (domain rule 17). A namesake at the agency itself sets both aside.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.events import Event, EventKind, Value
from gateway.core.involvement import Registration
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.deciding.silence import silent_events
from gateway.flows.matching.match import match_jobs
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.flows.registering.due import due_about
from gateway.flows.registering.renew import own_view
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.identities import Finding, Identity, ResolveIdentity
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.signing import Signed
from keys.tokens import PersonToken

_SETTLED = {
    Identity.EXACT: frozenset(Finding),
    Identity.POSSIBLE: frozenset[Finding](),
    Identity.CONFIRMED: frozenset({Finding.CONFIRMED}),
    Identity.AMBIGUOUS: frozenset({Finding.CONFIRMED, Finding.AMBIGUOUS}),
}


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which registration was looked at, and what was found."""

    registration: str
    asked: ResolveIdentity


def resolve_identity(call: Signed[Resolution], house: House) -> bytes:
    """Give a registration the token of what was found, or of nobody; return the JSON of `OwnRegistration`.

    Raises:
        Refused: not found, not active, settled already, or the token is no good.
    """
    house = house.under_one_release()

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        token = _token(call.message.asked.token)
        before = _own(tx, call)
        (person,) = _convert(call, house, token, (before,))
        tx.claim({before.index_token, person.index_token})
        found = _resolvable(_own(tx, call), call.message.asked.finding)
        namesakes = _namesakes(tx, call, found, person)
        made = [event for one in (found, *namesakes[:1]) for event in match_jobs(tx, due_about(tx, one), house)]
        if namesakes or call.message.asked.finding is Finding.AMBIGUOUS:
            _set_aside(tx, call, house, token, (found, *namesakes))
        else:
            _identify(tx, call, house, token, found)
        return own_view(_own(tx, call)), (*made, *_events(call, house, _own(tx, call), namesakes))

    return change_once(call, house, "resolve identity", act)


def _token(text: str) -> PersonToken:
    try:
        return PersonToken.decode(text)
    except ValueError:
        raise Refused(Refusal.TOKEN_INVALID) from None


def _own(tx: Tx, call: Signed[Resolution]) -> Registration:
    found = tx.registrations.one(call.message.registration, agency=call.caller.oin)
    if found is None:
        raise Refused(Refusal.NOT_FOUND)
    return found


def _resolvable(found: Registration, finding: Finding) -> Registration:
    if found.status is not RegistrationStatus.ACTIVE:
        raise Refused(Refusal.NOT_ACTIVE)
    if finding in _SETTLED[found.identity]:
        raise Refused(Refusal.IDENTITY_SETTLED)
    return found


def _convert(
    call: Signed[Resolution], house: House, token: PersonToken, of: Sequence[Registration], *, nobody: bool = False
) -> list[Converted]:
    """Convert the token for each of these registrations of one lane, or give each a token of nobody."""
    pairs = [(token, one.id) for one in of]
    of_nobody = frozenset(one.id for one in of) if nobody else ()
    converted = []
    for each in house.converter.convert(pairs, agency=call.caller.oin, lane=of[0].lane, of_nobody=of_nobody):
        if isinstance(each, Refusal):
            raise Refused(each)
        converted.append(each)
    return converted


def _namesakes(tx: Tx, call: Signed[Resolution], found: Registration, person: Converted) -> tuple[Registration, ...]:
    """Return what else this agency confirmed by the same name and birth date: with it, it could be two people."""
    if call.message.asked.finding is not Finding.CONFIRMED:
        return ()
    others = tx.registrations.namesakes(person.index_token, agency=call.caller.oin)
    return tuple(other for other in others if other.id != found.id)


def _set_aside(
    tx: Tx, call: Signed[Resolution], house: House, token: PersonToken, aside: Sequence[Registration]
) -> None:
    for one, nobody in zip(aside, _convert(call, house, token, aside, nobody=True), strict=True):
        tx.registrations.identify(one, nobody, key_id=token.key_id, identity=Identity.AMBIGUOUS)


def _identify(tx: Tx, call: Signed[Resolution], house: House, token: PersonToken, found: Registration) -> None:
    """Let it match by its token from now on; what was registered for a silent purpose stays nobody's."""
    nobody = house.policies().is_silent(found.purpose)
    (person,) = _convert(call, house, token, (found,), nobody=nobody)
    identity = Identity(call.message.asked.finding.value)
    tx.registrations.identify(found, person, key_id=token.key_id, identity=identity)
    tx.jobs.queue((found.id,))


def _events(
    call: Signed[Resolution], house: House, resolved: Registration, namesakes: Sequence[Registration]
) -> tuple[Event, ...]:
    fields: dict[str, Value] = {"registration": resolved.id, "epoch": resolved.epoch}
    if house.policies().is_silent(resolved.purpose):
        return silent_events(call, house, **fields, lane=resolved.lane, purpose=resolved.purpose)
    fields |= {"identity": resolved.identity.value, "set_aside": tuple(one.id for one in namesakes)}
    return (event_of(call, house, EventKind.IDENTITY_RESOLVED, **fields),)

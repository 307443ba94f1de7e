"""Shield: of a meeting with an excluded agency neither side hears, and the mediator does, so that a human decides.

Asked under the claim of the persons, like whatever else decides about a meeting, so a meeting is decided before an
exclusion is recorded or after, never besides it (G8, G15). It happens where matching does, in the worker: no request of
an excluded agency takes another way or does other work (G32). Persons of whom nobody recorded an exclusion, nearly all,
cost one statement for all meetings together.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.core.archive import Bygone
from gateway.core.events import GATEWAY, Event, EventKind
from gateway.core.exclusion import Enrolled, ExclusionAlert, Opened, targets_of
from gateway.core.involvement import Oin, Registration
from gateway.core.matching import Meeting, Side
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx, View
from gateway.protocol.messages.matches import MatchKind
from keys.tokens import IndexToken

#: For each exclusion that shields a meeting, the exclusion and the side that it shields.
Shields = tuple[tuple[Opened, Enrolled], ...]


@dataclass(frozen=True, slots=True)
class Shielded:
    """The meetings that exclusions keep silent, each with those, and the conflict desk where a side hears of one."""

    silent: Mapping[Meeting, Shields] = field(default_factory=dict)
    desks: Mapping[tuple[Meeting, Oin], str] = field(default_factory=dict)


def shielded(tx: Tx, meetings: Collection[Meeting], house: House) -> Shielded:
    """Return which of these meetings of claimed persons exclusions keep silent, or let be told at a conflict desk."""
    persons = {found.index_token for found in meetings}
    by_parents = [found for found in meetings if found.kind is MatchKind.PARENT_MATCH]
    children = _registrations(tx, _sides(by_parents)) if by_parents else {}
    standing = standing_about(tx, persons | {child.index_token for child in children.values()}, house)
    if not standing:
        return Shielded()
    known = _registrations(tx, _sides(meetings))
    desks = tx.desks.conflict(_marked(standing))
    about = {found: _about(standing, known, found) for found in meetings}
    kept = {found: _between(about[found], known, found.low, found.high, reachable=desks) for found in meetings}
    at_desks = {
        (found, agency): desks[agency]
        for found in meetings
        if not kept[found]
        for opened in about[found]
        for agency in opened.redirected(*_enrolled(known, found.low, found.high))
    }
    return Shielded({found: shields for found, shields in kept.items() if shields}, at_desks)


def mediate(
    tx: Tx, withheld: Mapping[Meeting, Shields], house: House, *, new: Collection[Meeting]
) -> tuple[Event, ...]:
    """Tell the mediators what was withheld: the `new` meetings, and what an exclusion withholds for the first time.

    Returns an event of each meeting of which a mediator is told.
    """
    pairs = {(opened.exclusion.id, side.registration) for shields in withheld.values() for opened, side in shields}
    first = tx.exclusions.withhold(pairs)
    told = {
        found: tuple(
            ExclusionAlert(house.mint("alt"), opened.exclusion.mediator, opened.exclusion.id)
            for opened, side in shields
            if found in new or (opened.exclusion.id, side.registration) in first
        )
        for found, shields in withheld.items()
    }
    if alerts := [alert for of_one in told.values() for alert in of_one]:
        tx.exclusions.tell(alerts)
    return tuple(_event(found, of_one, house) for found, of_one in told.items() if of_one)


def unshielded(tx: Tx, persons: Collection[IndexToken], bygones: Sequence[Bygone], house: House) -> tuple[Bygone, ...]:
    """Return the bygones about claimed persons of which no exclusion shields one side from the other."""
    standing = standing_about(tx, persons, house) if bygones else {}
    if not standing:
        return tuple(bygones)
    known = _registrations(tx, (side for bygone in bygones for side in (bygone.archived, bygone.reporter)))
    about = {bygone: standing.get(known[bygone.reporter.registration].index_token, ()) for bygone in bygones}
    return tuple(one for one in bygones if not _between(about[one], known, one.reporter, one.archived))


def standing_about(
    view: View, persons: Collection[IndexToken], house: House
) -> Mapping[IndexToken, tuple[Opened, ...]]:
    """Return the exclusions that stand about these persons, opened."""
    opened: dict[IndexToken, tuple[Opened, ...]] = {}
    for exclusion in view.exclusions.standing(persons) if persons else ():
        targets = targets_of(house.converter.reveal(exclusion.concealed, row=exclusion.id))
        opened[exclusion.index_token] = (*opened.get(exclusion.index_token, ()), Opened(exclusion, targets))
    return opened


def _registrations(tx: Tx, sides: Iterable[Side]) -> Mapping[str, Registration]:
    return {one.id: one for one in tx.registrations.several(sorted({side.registration for side in sides}))}


def _sides(meetings: Iterable[Meeting]) -> Iterator[Side]:
    return (side for found in meetings for side in (found.low, found.high))


def _marked(standing: Mapping[IndexToken, tuple[Opened, ...]]) -> frozenset[Oin]:
    """Return the agencies of which somebody says that they may hear at their conflict desk: nearly always none."""
    targets = (target for about in standing.values() for opened in about for target in opened.targets)
    return frozenset(target.agency for target in targets if target.conflict_desk)


def _about(
    standing: Mapping[IndexToken, tuple[Opened, ...]], known: Mapping[str, Registration], found: Meeting
) -> tuple[Opened, ...]:
    """Return what may shield a meeting: exclusions of its person; of a parent match, of either child and the parent.

    Whoever must learn nothing of a child is not told of its brother by way of their mother either.
    """
    persons = {known[side.registration].index_token for side in (found.low, found.high)} | {found.index_token}
    in_order = sorted(persons, key=lambda token: token.value)
    return tuple(opened for person in in_order for opened in standing.get(person, ()))


def _between(
    about: Iterable[Opened],
    known: Mapping[str, Registration],
    one: Side,
    other: Side,
    *,
    reachable: Collection[Oin] = (),
) -> Shields:
    first, second = _enrolled(known, one, other)
    sides = ((opened, opened.shields(first, second, reachable=reachable)) for opened in about)
    return tuple((opened, side) for opened, side in sides if side is not None)


def _enrolled(known: Mapping[str, Registration], one: Side, other: Side) -> tuple[Enrolled, Enrolled]:
    first, second = (
        Enrolled(side.registration, side.agency, known[side.registration].contact_id) for side in (one, other)
    )
    return first, second


def _event(found: Meeting, told: Sequence[ExclusionAlert], house: House) -> Event:
    policy = house.policies().lane(found.lane)
    return Event(
        house.mint("evt"),
        EventKind.PAIR_SHIELDED,
        GATEWAY,
        {
            "lane": found.lane,
            "policy": "" if policy is None else policy.digest,
            "exclusions": tuple(alert.exclusion for alert in told),
            "alerts": tuple(alert.id for alert in told),
        },
    )

"""What a new match says besides: nothing to whom muted its pair; to the deputy too where a desk is unconfirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.core.contact import CONFIRM_EVERY, Mute, OpenedMatch, kept_muted, lapsed
from gateway.core.events import GATEWAY, Event, EventKind, Value
from gateway.core.ladder import RaisedAlert
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.alerts import AlertKind


@dataclass(frozen=True, slots=True)
class Settled:
    """New matches as they are to be recorded, and the events of the mutes that they end."""

    opened: tuple[OpenedMatch, ...]
    events: tuple[Event, ...]


def settled(tx: Tx, opened: Sequence[OpenedMatch], house: House, now: datetime) -> Settled:
    """Settle new matches: with two looks for all of them together, and none when there are none.

    A party that muted the other hears nothing of them again, until it meets a third agency about the person.
    """
    if not opened:
        return Settled((), ())
    registrations = [party.registration for match in opened for party in match.parties]
    mutes = tx.matches.mutes({match.index_token for match in opened})
    over = lapsed(mutes, opened)
    tx.matches.end_mutes(over)
    kept = tuple(mute for mute in mutes if mute not in over)
    deputies = tx.desks.unconfirmed(registrations, before_at=now - CONFIRM_EVERY)
    told = tuple(_with_deputies(kept_muted(match, kept), deputies, house) for match in opened)
    return Settled(told, tuple(_ended(mute, house) for mute in over))


def _ended(mute: Mute, house: House) -> Event:
    fields: dict[str, Value] = {"match": mute.match, "agency": mute.agency}
    return Event(house.mint("evt"), EventKind.MUTE_ENDED, GATEWAY, fields)


def _with_deputies(match: OpenedMatch, deputies: Mapping[str, str], house: House) -> OpenedMatch:
    """Begin the ladder at the deputy for each party whose desk nobody confirmed in time."""
    alerts = tuple(
        RaisedAlert(house.mint("alt"), match.id, party.agency, AlertKind.DEPUTY, deputies[party.registration])
        for party in match.parties
        if party.registration in deputies and not party.muted and not party.desk
    )
    return replace(match, more=alerts)

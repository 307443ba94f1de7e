"""Show exclusions to who recorded them and to their mediators; to whoever is excluded there are none (A2).

The recorder sees the same whatever was withheld: of a pair that an exclusion shields neither side is told. The mediator
sees who recorded it and whom it kept from meeting the excluded, each with a desk to call; never the excluded.
"""

from typing import Any

from gateway.core.events import EventKind
from gateway.core.exclusion import Exclusion, Withheld
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_one, admit_read, change_or_refuse, event_of, slip_of
from gateway.flows.matching.disclosed_desk import disclosed_desk
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx, View
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.exclusions import ExclusionRole, Exclusions, ExclusionView, WithheldParty
from keys.signing import Signed

PAGE = 100


def list_exclusions(call: Signed[Any], house: House, *, after: str, limit: int = PAGE) -> Exclusions:
    """Return a page of the exclusions that the caller recorded or mediates, in order of id."""
    admit_read(call, house, "list exclusions")
    agency = call.caller.oin
    rows = house.store.view("exclusions", lambda view: view.exclusions.page(agency, after=after, limit=limit + 1))
    return Exclusions(
        exclusions=tuple(_listed(row, agency, house) for row in rows[:limit]),
        next=rows[limit - 1].id if len(rows) > limit else None,
    )


def show_exclusion(call: Signed[Any], house: House, exclusion: str) -> ExclusionView:
    """Return one exclusion; every look is an event before it is answered.

    Raises:
        Refused: not found, or neither recorded nor mediated by the caller, which looks the same (G24).
    """

    def work(tx: Tx) -> Recorded[ExclusionView]:
        admit_one(tx, slip_of(call))
        found = tx.exclusions.one(exclusion, agency=call.caller.oin)
        if found is None:
            raise Refused(Refusal.NOT_FOUND)
        seen, role = _listed(found, call.caller.oin, house), found.role_of(call.caller.oin)
        event = event_of(call, house, EventKind.EXCLUSION_VIEWED, exclusion=exclusion, role=role.value)
        return Recorded(_mediated(seen, found, tx, house) if role is ExclusionRole.MEDIATOR else seen, (event,))

    return change_or_refuse(call, house, "show exclusion", work)


def _listed(exclusion: Exclusion, agency: Oin, house: House) -> ExclusionView:
    if exclusion.recorded_at is None:
        raise AssertionError("a stored exclusion has its time")
    role = exclusion.role_of(agency)
    mediates = role is ExclusionRole.MEDIATOR
    return ExclusionView(
        id=exclusion.id,
        lane=exclusion.lane,
        role=role,
        status=exclusion.status,
        reach=exclusion.reach,
        recorded_at=exclusion.recorded_at,
        lifted_at=exclusion.lifted_at,
        case_reference=None if mediates else exclusion.case_reference,
        mediator=None if mediates else _name(exclusion.mediator, house),
        recorded_by=_name(exclusion.agency, house) if mediates else None,
    )


def _mediated(seen: ExclusionView, exclusion: Exclusion, view: View, house: House) -> ExclusionView:
    withheld = tuple(_party(one, view, house) for one in view.exclusions.withheld(exclusion.id))
    contact = _desk(exclusion.agency, exclusion.contact_id, view, house)
    return seen.model_copy(update={"contact": contact, "withheld": withheld})


def _party(one: Withheld, view: View, house: House) -> WithheldParty:
    contact = _desk(one.agency, one.contact_id, view, house)
    return WithheldParty(withheld_at=one.withheld_at, agency=_name(one.agency, house), contact=contact)


def _name(oin: Oin, house: House) -> str:
    agency = house.directory.agency(oin)
    return "" if agency is None else agency.name


def _desk(oin: Oin, contact_id: str, view: View, house: House) -> ContactDesk | None:
    agency = house.directory.agency(oin)
    return None if agency is None else disclosed_desk(agency, contact_id, view)

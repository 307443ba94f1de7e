"""Show what the archive told when a registration of the caller was made, as far as the rule discloses it."""

from typing import Any

from gateway.core.archive import GivenHint
from gateway.core.events import EventKind
from gateway.core.exclusion import Enrolled, Opened
from gateway.core.involvement import Registration
from gateway.core.policy import DisclosureLevel
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_one, change_or_refuse, event_of, slip_of
from gateway.flows.matching.disclosed_desk import disclosed_desk
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx, View
from gateway.flows.shielding.shield import standing_about
from gateway.protocol.messages.archive import ArchiveHint, ArchiveHints
from gateway.protocol.messages.matches import OtherParty
from gateway.protocol.messages.policy import Explanation
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.signing import Signed


def show_hints(call: Signed[Any], house: House, registration: str) -> ArchiveHints:
    """Return the hints that a registration was given; every look is an event before it is answered.

    Whoever no longer is involved, may not use it now or was excluded since is shown that there was a hint, and nobody.

    Raises:
        Refused: not found (or another agency's, which looks the same: G24), or looked at for another purpose than that
            of the registration (G25).
    """

    def work(tx: Tx) -> Recorded[ArchiveHints]:
        admit_one(tx, slip_of(call))
        own = tx.registrations.one(registration, agency=call.caller.oin)
        if own is None:
            raise Refused(Refusal.NOT_FOUND)
        if own.purpose != call.purpose:
            raise Refused(Refusal.PURPOSE_DIFFERS)
        given = tx.archive.given_to(registration)
        stands = own.status is RegistrationStatus.ACTIVE
        opened = standing_about(tx, {own.index_token}, house).get(own.index_token, ()) if given else ()
        hints = tuple(_view(hint, tx, house, shown=stands and not _parted(own, hint, opened)) for hint in given)
        event = event_of(call, house, EventKind.HINTS_VIEWED, registration=registration, hints=len(hints))
        return Recorded(ArchiveHints(registration_id=registration, hints=hints), (event,))

    return change_or_refuse(call, house, "show hints", work)


def _parted(own: Registration, hint: GivenHint, opened: tuple[Opened, ...]) -> bool:
    """Whether an exclusion that was recorded since shields the one from the other."""
    here = Enrolled(own.id, own.agency, own.contact_id)
    there = Enrolled("", hint.other, hint.other_contact_id)
    return any(one.shields(here, there) is not None for one in opened)


def _view(hint: GivenHint, view: View, house: House, *, shown: bool) -> ArchiveHint:
    return ArchiveHint(
        given_at=hint.given_at,
        disclosure=hint.level.code,
        rules=hint.rules,
        legal_basis=hint.legal_basis,
        why=Explanation(nl=hint.why_nl, en=hint.why_en),
        other=_other(hint, view, house) if shown else None,
    )


def _other(hint: GivenHint, view: View, house: House) -> OtherParty | None:
    """Return the agency that was involved and its desk, from the level of contact up."""
    agency = house.directory.agency(hint.other)
    if hint.level < DisclosureLevel.CONTACT or agency is None:
        return None
    return OtherParty(agency=agency.name, contact=disclosed_desk(agency, hint.other_contact_id, view))

"""Let the archive give its one hint: to the reporter who came next, after its receipt, and never again (rule 12).

Like a match it is decided under the claim of the person and by the policy; whoever would hear nothing by its rule is
passed over, and so is whoever an exclusion shields from it, or it from them: the hint waits for the next. The reporter
is told by an alert, the archived agency of nothing: it is over for them, so unlike a match (both are told, or neither)
a hint has one direction to ask about. In a lane that is shut nothing is told.
"""

from collections.abc import Collection, Sequence
from datetime import date

from gateway.core.archive import Bygone, Hint, one_for_each
from gateway.core.events import GATEWAY, Event, EventKind
from gateway.core.involvement import AMSTERDAM
from gateway.core.policy import DisclosureLevel
from gateway.core.reminders import OwnAlert
from gateway.flows.matching.told import told_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.flows.shielding.shield import unshielded
from gateway.protocol.messages.alerts import AlertKind
from keys.tokens import IndexToken


def give_hints(tx: Tx, persons: Collection[IndexToken], house: House) -> tuple[Event, ...]:
    """Give what the archive has to tell about these persons, which are claimed; return an event of each hint."""
    bygones = unshielded(tx, persons, tx.archive.bygones(persons), house) if persons else ()
    if not bygones:
        return ()
    today_on = tx.now().astimezone(AMSTERDAM).date()
    lanes = {bygone.archived.registration: bygone.lane for bygone in bygones}
    told = (_hint(bygone, house, today_on) for bygone in bygones)
    hints = one_for_each(hint for hint in told if hint.told.level is not DisclosureLevel.SILENT)
    alerts = _alerts(hints, house)
    tx.archive.give(hints)
    tx.alerts.tell(tuple(alerts.values()))
    return tuple(_event(hint, lanes[hint.archived], alerts[hint.told.registration], house) for hint in hints)


def _hint(bygone: Bygone, house: House, today_on: date) -> Hint:
    policy = house.policies().open_lane(bygone.lane)
    return Hint(bygone.archived.registration, told_of(bygone.reporter, bygone.archived, policy, house, today_on))


def _alerts(hints: Sequence[Hint], house: House) -> dict[str, OwnAlert]:
    """Return one alert for each registration, however many were involved before."""
    told = {hint.told.registration: hint.told.agency for hint in hints}
    return {
        registration: OwnAlert(house.mint("alt"), agency, registration, AlertKind.ARCHIVE_HINT)
        for registration, agency in told.items()
    }


def _event(hint: Hint, lane: str, alert: OwnAlert, house: House) -> Event:
    policy = house.policies().open_lane(lane)
    return Event(
        house.mint("evt"),
        EventKind.HINT_GIVEN,
        GATEWAY,
        {
            "lane": lane,
            "policy": "" if policy is None else policy.digest,
            "level": hint.told.level.code,
            "rules": hint.told.rules,
            "alert": alert.id,
        },
    )

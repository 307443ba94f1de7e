"""What the radar of Veilig Thuis recognizes in a meeting: a new report, or a care report, while monitoring runs.

An emergency is recognized by its lane, so that whoever hears of it knows that it cannot wait.
"""

from typing import Final

from gateway.core.contact import Party
from gateway.core.emergency import LANE as EMERGENCY
from gateway.core.handover import LANE, MONITORING, OPEN_REPORT
from gateway.core.matching import Meeting, Side
from gateway.core.policy import DisclosureLevel
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchKind

CARE_REPORT: Final = "care_report"

#: The kinds of the alert by which a party hears that a match was made.
OPENING: Final = (
    AlertKind.MATCH,
    AlertKind.PARENT_MATCH,
    AlertKind.RE_REPORT,
    AlertKind.DURING_MONITORING,
    AlertKind.EMERGENCY,
)


def kinds_of(found: Meeting, parties: tuple[Party, Party]) -> tuple[AlertKind, AlertKind]:
    """Return of which kind the alert of each party is; who may not know the other's flag hears of a match alone."""
    if found.kind is MatchKind.PARENT_MATCH:
        return AlertKind.PARENT_MATCH, AlertKind.PARENT_MATCH
    low, high = parties
    return _kind(found.low, found.high, low, found.lane), _kind(found.high, found.low, high, found.lane)


def _kind(own: Side, other: Side, party: Party, lane: str) -> AlertKind:
    if lane == EMERGENCY:
        return AlertKind.EMERGENCY
    if lane != LANE or party.level < DisclosureLevel.FLAG:
        return AlertKind.MATCH
    if {own.flag, other.flag} == {MONITORING, OPEN_REPORT}:
        return AlertKind.RE_REPORT
    if (own.flag, other.flag) == (MONITORING, CARE_REPORT):
        return AlertKind.DURING_MONITORING
    return AlertKind.MATCH

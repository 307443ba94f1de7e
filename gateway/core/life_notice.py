"""What an authorized register of persons says of somebody: died or moved, and what follows from it in a lane."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from gateway.core.policy import LanePolicy
from gateway.protocol.messages.alerts import AlertKind
from keys.tokens import IndexToken


class LifeEvent(StrEnum):
    """What happened to the person."""

    DIED = "died"
    MOVED = "moved"


ALERT_OF: Final = {LifeEvent.DIED: AlertKind.PERSON_DIED, LifeEvent.MOVED: AlertKind.PERSON_MOVED}


@dataclass(frozen=True, slots=True)
class LifeNotice:
    """A notice as it waits; whom it is about goes with it once it was looked at."""

    id: str
    source: str
    kind: LifeEvent
    lane: str
    index_token: IndexToken
    on: date


def ends_registrations(notice: LifeNotice, policy: LanePolicy | None) -> bool:
    """Whether it ends what agencies registered: a death does, in a lane whose card says so (domain rule 8)."""
    return notice.kind is LifeEvent.DIED and policy is not None and policy.card.terms.ends_on_death


def tells_reporters(notice: LifeNotice, policy: LanePolicy | None) -> bool:
    """Whether reporters hear of it: that a registration ended, or that somebody moved and they should look again."""
    return policy is not None and (notice.kind is LifeEvent.MOVED or ends_registrations(notice, policy))

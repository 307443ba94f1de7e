"""The one hint that the archive gives."""

from datetime import datetime

from gateway.protocol.messages.base import Message, RegistrationId
from gateway.protocol.messages.matches import OtherParty
from gateway.protocol.messages.policy import Explanation


class ArchiveHint(Message):
    """That an agency was involved with this person before, and of it what the rule discloses."""

    given_at: datetime
    disclosure: str
    rules: tuple[str, ...]
    legal_basis: tuple[str, ...]
    why: Explanation
    other: OtherParty | None = None


class ArchiveHints(Message):
    """What the archive told when a registration was made; it tells each thing once, and to nobody else."""

    registration_id: RegistrationId
    hints: tuple[ArchiveHint, ...]

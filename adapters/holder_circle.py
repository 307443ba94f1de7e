"""Holds the key holders of one lane as an agency sees them: whose keys are pinned, who failed lately, who lied."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from keys.manifest import Manifest
from keys.parties import Party

_AVOIDED_FOR: Final = timedelta(seconds=30)
_log = logging.getLogger("seinhuis.holders")
_log.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Lie:
    """A holder gave an answer that does not fit its pinned key. Nothing of it was used; the region must be told."""

    holder: int
    name: str
    lane: str


@dataclass(slots=True)
class HolderCircle:
    """The holders of one lane's key as this agency sees them: who they are, and who failed lately."""

    manifest: Manifest
    holders: Mapping[int, Party]
    on_lie: Callable[[Lie], None] = lambda _: None
    _avoided_until: dict[int, datetime] = field(default_factory=dict)

    def in_order(self, now: datetime) -> list[int]:
        """Return the holders by chance, so that each one's quota is used alike, and those that failed lately last."""
        order = sorted(self.holders, key=lambda _: secrets.randbits(32))
        return sorted(order, key=lambda holder: self._avoided_until.get(holder, now) > now)

    def avoid(self, holder: int, now: datetime) -> None:
        """Ask this holder last for a while."""
        self._avoided_until[holder] = now + _AVOIDED_FOR

    def report(self, holder: int) -> Lie:
        """Say that a holder lied, in the log and to whoever asked to be told."""
        lie = Lie(holder, self.name_of(holder), self.manifest.label.lane)
        _log.error("key holder %d gave an answer that does not fit its pinned key", holder)
        self.on_lie(lie)
        return lie

    def name_of(self, holder: int) -> str:
        """Return the name of a holder, for people."""
        return self.holders[holder].name

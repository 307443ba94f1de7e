"""Holds which release of the policies is in force, and what an operator should know about it."""

from dataclasses import dataclass
from typing import Protocol

from gateway.core.policy import PolicySet
from gateway.core.policy.engine import BUILT
from gateway.core.policy.releases.release import Assurance, Release
from gateway.core.policy.releases.releasing import NOTHING
from gateway.policies.signing import VerifiedRelease
from keys.trust import TrustList

Mark = tuple[int, int, int, int]  # what changes when a file does: written in place or replaced; last, who may read it


class Trust(Protocol):
    """A trust list that may change while we run."""

    @property
    def current(self) -> TrustList:
        """The list in force now."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a file as it was when its mark was that; `told` once everybody has heard that it is refused."""

    file: str
    mark: Mark | None
    faults: tuple[str, ...] = ()
    told: bool = False

    def stands(self, mark: Mark | None) -> bool:
        """Whether the file is still as it was judged; that other people may read it mends no more than a refusal."""
        if mark is None or self.mark is None or self.faults:
            return mark == self.mark
        return mark[:-1] == self.mark[:-1]


@dataclass(frozen=True, slots=True)
class ReleaseInForce:
    """What is in force now, and what an operator should know about it; without a release everything is refused.

    `demonstrates`: without a key that signed a demo release before it, too few officers signed it.
    """

    verified: VerifiedRelease | None = None
    demonstrates: bool = False
    file_gone: bool = False
    refused: tuple[Judged, ...] = ()

    @property
    def release(self) -> Release | None:
        """The release in force."""
        return None if self.verified is None else self.verified.release

    @property
    def policies(self) -> PolicySet:
        """The policies in force."""
        return NOTHING if self.verified is None else self.verified.policies

    @property
    def awaiting_release(self) -> tuple[str, ...]:
        """The lanes that this software can run by now, and that stay shut until a release is signed for it."""
        cards = (policy.card for policy in self.policies.policies if self.policies.open_lane(policy.lane) is None)
        return tuple(card.lane for card in cards if BUILT.issuperset(card.mechanisms))

    @property
    def demo(self) -> bool:
        """Whether it rests on demo officers, who protect nobody."""
        return self.release is not None and (self.demonstrates or self.release.contents.assurance is Assurance.DEMO)

    @property
    def assurance(self) -> Assurance:
        """Who answers for what is in force."""
        return Assurance.DEMO if self.demo else Assurance.OFFICERS


class Releases(Protocol):
    """Whoever says which policies are in force, and may follow where new ones come from."""

    @property
    def in_force(self) -> ReleaseInForce:
        """What is in force now."""

    def start(self) -> None:
        """Follow what comes."""

    def close(self) -> None:
        """Follow it no more."""

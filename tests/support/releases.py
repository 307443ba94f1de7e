"""Makes signed releases of any cards fast: officers with fresh keys, and the release that a gateway in a test obeys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from gateway.core.policy import PolicySet
from gateway.core.policy.cards.collection import VOCABULARY
from gateway.core.policy.releases.proposal import Proposal
from gateway.core.policy.releases.release import Assurance, Release
from gateway.core.policy.releases.releasing import draft
from gateway.policies.directory import policy_files
from gateway.policies.in_force import ReleaseInForce
from gateway.policies.signing import VerifiedRelease, save_release, sign_release, verify_release
from keys.parties import Role
from keys.trust import TrustList
from tests.support.cards import POLICIES, VOCABULARY_TEXT, YOUTH
from tests.support.parties import Member, member

CREATED_ON: Final = date(2026, 11, 1)
SIGNED_AT: Final = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PURPOSE: Final = "jeugd-afstemming"
_FIRST_OFFICER: Final = 950
_SMALL: Final = {"soorten-instantie": ("politie", "school"), "stromen": ("jeugd", "volwassenen"), "mechanismen": ()}


def officers(count: int = 2) -> tuple[Member, ...]:
    """Return officers with fresh keys, numbered from 950."""
    return tuple(member(_FIRST_OFFICER + i, Role.OFFICER) for i in range(count))


def trusting(members: Sequence[Member], *, needed: int = 2) -> TrustList:
    """Return a trust list of these parties, of whom so many officers release a policy."""
    return TrustList(tuple(one.party for one in members), officers=needed)


def small_files(version: int = 1, *, lanes: Sequence[str] = ("jeugd",), **words: object) -> dict[str, bytes]:
    """Return the words and one card for each lane, small enough to try every byte of them; each says its version.

    `words` replace keys of each card.
    """
    cards = {f"{lane}.yaml": _dumped({**_small_card(lane, version), **words}) for lane in lanes}
    return dict(sorted({**cards, VOCABULARY: _small_vocabulary()}.items()))


def _small_card(lane: str, version: int) -> dict[str, Any]:
    card = yaml.safe_load(YOUTH)
    del card["nooit-registreren"], card["leeftijd"]
    basis = card["grondslagen"]["jeugdwet-7.1.4.1"]
    card |= {"stroom": lane, "versie": version, "grondslagen": {"basis": basis}}
    for rule in (*card["registreren"], *card["vertellen"]):
        rule |= {"grondslag": ["basis"], "uitleg": {"nl": f"Versie {version}.", "en": f"Version {version}."}}
    card["registreren"][0]["wie"] = ["politie", "school"]
    asked = {"wie": "school", "doel": PURPOSE, "vlag": "betrokken", "dan": "mag", "door": "R1"}
    told = {"van": "school", "aan": "politie", "doel": PURPOSE, "wat": "contact", "dan": "mag", "door": "V1"}
    card["voorbeelden"] = {"registreren": [asked], "vertellen": [told]}
    return card  # type: ignore[no-any-return]


@cache
def _small_vocabulary() -> bytes:
    words = yaml.safe_load(VOCABULARY_TEXT)
    for section, kept in _SMALL.items():
        words[section] = {word: term for word, term in words[section].items() if word in kept or not kept}
    for section in ("vlaggen", "voorwaarden", "mechanismen"):
        words[section] = dict(list(words[section].items())[:1])
    words["doelen"] = {
        word: term for word, term in words["doelen"].items() if word == PURPOSE or term.get("altijd-stil") == "ja"
    }
    for term in (term for section in words.values() if isinstance(section, dict) for term in section.values()):
        term |= {"betekenis": "Een woord.", "bron": "Een proef."}
    return _dumped(words)


def _dumped(content: object) -> bytes:
    return yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False).encode()


class _Plain(yaml.SafeDumper):
    """Writes no anchors: a policy may not have any."""

    def ignore_aliases(self, data: object) -> bool:
        """Write what occurs twice twice."""
        del data
        return True


def unsigned(
    files: Mapping[str, bytes], *, previous: Release | None = None, assurance: Assurance = Assurance.OFFICERS
) -> Release:
    """Return a release of these files that expects exactly what it opens."""
    made = draft(files, previous=previous)
    proposal = Proposal("Proef", "Omdat een proef het vraagt.", made.difference.opened)
    return made.release(proposal, created_on=CREATED_ON, assurance=assurance)


def signed(release: Release, by: Sequence[Member], *, at: datetime = SIGNED_AT) -> Release:
    """Return the release signed by these, in that order."""
    for one in by:
        release = sign_release(release, one.party.oin, one.key, at)
    return release


def with_contents(release: Release, **changes: object) -> Release:
    """Return a release that says something else of itself, without its signatures: what a tool that lies would make."""
    return Release(replace(release.contents, **changes))  # type: ignore[arg-type]


@dataclass
class Officers:
    """Two officers who release one set of cards after another."""

    members: tuple[Member, ...] = field(default_factory=officers)
    newest: Release | None = None

    @property
    def trust(self) -> TrustList:
        """The trust list with nobody but them."""
        return trusting(self.members)

    def release(self, files: Mapping[str, bytes], *, assurance: Assurance = Assurance.OFFICERS) -> Release:
        """Release these cards after those before them, and remember it."""
        self.newest = signed(unsigned(files, previous=self.newest, assurance=assurance), self.members)
        return self.newest

    def publish(self, folder: Path, files: Mapping[str, bytes]) -> Release:
        """Release these cards into a folder."""
        made = self.release(files)
        folder.mkdir(exist_ok=True)
        save_release(made, folder)
        return made


@cache
def released() -> VerifiedRelease:
    """Return the house's own policies as a release that two officers signed and that was verified."""
    two = Officers()
    made = two.release(policy_files(POLICIES), assurance=Assurance.DEMO)
    return verify_release(made.to_bytes(), two.trust, datetime.now(UTC), demo=True)


class Released:
    """What a gateway in a test obeys: one release, verified once for all tests of a process; it follows no folder."""

    def __init__(self) -> None:
        """Put the house's own policies in force."""
        self.in_force = ReleaseInForce(released())

    def policies(self) -> PolicySet:
        """Return the policies in force."""
        return self.in_force.policies

    def start(self) -> None:
        """Follow nothing."""

    def close(self) -> None:
        """Stop following nothing."""

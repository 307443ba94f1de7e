"""Makes a release of the policies, signs it, verifies it, and keeps it in a file: for the command and for the gateway.

The steps of verification, whose numbers stand above the code:

1. The file is JSON in the one form, and its digest is that of its contents.
2. No signature under the digest is forged, and those of enough different officers count now.
3. A release of a demonstration is wanted here.
4. The cards load, every example on them holds, and what opens is what was expected.
5. What it says to change against the release before it is what does change, when that release is at hand.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from gateway.core.policy import PolicySet
from gateway.core.policy.cards.mistakes import PolicyRejected
from gateway.core.policy.releases.faults import Reason, ReleaseFault, ReleaseRejected, rejected
from gateway.core.policy.releases.proposal import Proposal, read_proposal
from gateway.core.policy.releases.release import (
    MOST_BYTES,
    NO_RELEASE,
    Assurance,
    Release,
    ReleaseSignature,
    file_name,
)
from gateway.core.policy.releases.release import read_release as read_parsed
from gateway.core.policy.releases.releasing import Before, Draft, check_contents, check_difference, draft
from gateway.policies.directory import policy_files
from keys.durable import write_atomically
from keys.parties import Oin, Role
from keys.signing_key import KeyName, SigningKey, base64url, from_base64url
from keys.statements import Standing, StatementSignature, read_time, sign_statement, standing_of, written
from keys.strict_json import FILE, MalformedJson, parse
from keys.trust import TrustList
from keys.trust_format import FOUR_EYES

__all__ = [
    "Assurance",
    "Proposal",
    "Release",
    "ReleaseRejected",
    "VerifiedRelease",
    "counting_officers",
    "draft_release",
    "file_name",
    "load_release",
    "make_release",
    "officers_needed",
    "read_release",
    "release_paths",
    "save_release",
    "sign_release",
    "standings",
    "verify_release",
]

DOMAIN: Final = "seinhuis-v1/policy-release"
_PUBLIC_FILE: Final = 0o644
_NAME: Final = re.compile(r"[0-9]{4}\.release\.json")


@dataclass(frozen=True, slots=True)
class VerifiedRelease:
    """A release that passed every step, with the policies that it puts in force; comes from `verify_release` alone."""

    release: Release
    policies: PolicySet
    officers: frozenset[Oin]


def draft_release(cards: Path, *, previous: Release | None) -> Draft:
    """Return what a folder of cards would change against the release before, counted; raises ReleaseRejected, OSError.

    `draft.difference` is what a proposer reads before naming what is expected, and `draft.release(...)` bundles it.
    """
    return draft(policy_files(cards), previous=previous)


def make_release(
    cards: Path, proposal: Path, *, previous: Release | None, created_on: date, demo: bool = False
) -> Release:
    """Return a release of a folder of cards that follows `previous`, not yet signed.

    Raises:
        ReleaseRejected: with all reasons: a card that does not load or changed without a higher version, an example
            that is not true, more or less that opens than the proposal expects.
        OSError: the folder or the proposal cannot be read.
    """
    drafted, proposed = draft_release(cards, previous=previous), _proposal(proposal)
    assurance = Assurance.DEMO if demo else Assurance.OFFICERS
    made = drafted.release(proposed, created_on=created_on, assurance=assurance)
    return read_release(made.to_bytes())  # what cannot be read back is not handed out


def sign_release(release: Release, officer: Oin, key: SigningKey, at: datetime) -> Release:
    """Return the release with one more signature; whether it counts is seen by whoever verifies it."""
    given = sign_statement(DOMAIN, bytes.fromhex(release.digest), signer=officer, key=key, signed_at=at)
    return release.with_signature(
        ReleaseSignature(given.signer, given.key_id, written(given.signed_at), base64url(given.signature))
    )


def save_release(release: Release, folder: Path) -> Path:
    """Write the release into a folder under its own name, at once: who follows the folder never meets half of it."""
    path = folder / release.file_name
    write_atomically(path, release.to_bytes(), mode=_PUBLIC_FILE)
    return path


def release_paths(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that are named as releases are, in order of number; raises OSError."""
    return tuple(sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name)))


def load_release(path: Path) -> bytes:
    """Return the bytes of a file, no more than is needed to see that it is too large; raises OSError."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def read_release(content: bytes) -> Release:
    """Return the release in a file without believing it: its signatures are not looked at; raises ReleaseRejected."""
    # 1.
    if len(content) > MOST_BYTES:
        raise rejected(ReleaseFault.UNREADABLE, f"larger than {MOST_BYTES} bytes")
    try:
        parsed = parse(content, FILE)
    except MalformedJson as malformed:
        raise rejected(ReleaseFault.UNREADABLE, malformed.reason) from None
    return read_parsed(content, parsed)


def verify_release(
    content: bytes,
    trust: TrustList,
    now: datetime,
    *,
    previous: Release | Before | None = None,
    demo: bool = False,
    compared: bool = True,
) -> VerifiedRelease:
    """Return the release in a file, believed; raises ReleaseRejected with what is wrong at the first step that fails.

    `previous` is the release before it, or its policies, when they are at hand: without it, step 5 is for the first
    release only. Without `demo`, a release of a demonstration is refused. `compared=False` leaves step 5 out, for a
    release that passed it before: the words of a comparison may change with the software, and what is in force must
    outlive an upgrade.
    """
    release = read_release(content)
    # 2.
    officers = counting_officers(release, trust, now, demo=demo)
    # 3.
    if release.contents.assurance is Assurance.DEMO and not demo:
        raise rejected(ReleaseFault.DEMO_NOT_ALLOWED)
    # 4.
    cards = check_contents(release.contents)
    # 5.
    if compared and (previous is not None or release.contents.follows == NO_RELEASE):
        check_difference(release.contents, previous, cards=cards)
    return VerifiedRelease(release, cards.policies, officers)


def counting_officers(release: Release, trust: TrustList, now: datetime, *, demo: bool = False) -> frozenset[Oin]:
    """Return the officers whose signature under a release counts; raises ReleaseRejected when they are too few."""
    found = standings(release, trust, now)
    if Standing.FORGED in found:
        raise ReleaseRejected(_forgeries(found))
    counted = zip(release.signatures, found, strict=True)
    officers = frozenset(Oin(given.officer) for given, standing in counted if standing is Standing.COUNTS)
    if len(officers) < (needed := officers_needed(trust, demo=demo)):
        shown = ", ".join(found) or "no signature"
        raise rejected(ReleaseFault.TOO_FEW_SIGNATURES, f"{len(officers)} of {needed} officers ({shown})")
    return officers


def standings(release: Release, trust: TrustList, now: datetime) -> tuple[Standing, ...]:
    """Return what each signature under a release is worth, in their order; what cannot be read as one is forged."""
    return tuple(_standing(one, bytes.fromhex(release.digest), trust, now) for one in release.signatures)


def officers_needed(trust: TrustList, *, demo: bool) -> int:
    """Return how many officers release a policy: as the trust list says, but only in a demonstration fewer than two."""
    return trust.officers if demo else max(trust.officers, FOUR_EYES)


def _standing(written_down: ReleaseSignature, statement: bytes, trust: TrustList, now: datetime) -> Standing:
    try:
        given = StatementSignature(
            Oin(written_down.officer),
            KeyName(written_down.key_id),
            read_time(written_down.signed_at),
            from_base64url(written_down.signature),
        )
    except ValueError:
        return Standing.FORGED
    return standing_of(given, DOMAIN, statement, role=Role.OFFICER, trust=trust, now=now)


def _forgeries(found: Sequence[Standing]) -> Iterable[Reason]:
    forged = (index for index, standing in enumerate(found) if standing is Standing.FORGED)
    return [Reason(ReleaseFault.SIGNATURE_FORGED, f"signatures[{index}]") for index in forged]


def _proposal(path: Path) -> Proposal:
    try:
        return read_proposal(path.read_bytes(), name=path.name)
    except PolicyRejected as refused:
        raise ReleaseRejected([Reason(ReleaseFault.MALFORMED, str(mistake)) for mistake in refused.mistakes]) from None

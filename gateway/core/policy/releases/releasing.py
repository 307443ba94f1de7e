"""Decides whether policy files may be released: everything loads, every example holds, nothing opens unexpectedly.

Whoever makes a release and whoever loads one come by here, so that a gateway finds for itself what officers read.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from gateway.core.policy.cards.collection import VOCABULARY, Cards, read_cards
from gateway.core.policy.cards.mistakes import PolicyRejected
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import BUILT, LanePolicy, PolicySet
from gateway.core.policy.questions.difference import Difference, compare
from gateway.core.policy.questions.wording import codes_moved
from gateway.core.policy.releases.faults import Reason, ReleaseFault, ReleaseRejected, rejected
from gateway.core.policy.releases.proposal import Proposal
from gateway.core.policy.releases.release import NO_RELEASE, Assurance, BundledFile, Contents, Release

NOTHING: Final = PolicySet((), "")


@dataclass(frozen=True, slots=True)
class Before:
    """The release before, as far as another is compared with it; the first one is compared with nothing at all."""

    digest: str = NO_RELEASE
    policies: PolicySet = NOTHING

    @classmethod
    def of(cls, previous: "Release | Before | None") -> "Before":
        """Read the cards of a release again, if it has to be; raises ReleaseRejected."""
        match previous:
            case None:
                return cls()
            case Before():
                return previous
            case _:
                contents = previous.contents
                return cls(previous.digest, _cards(contents.file_bytes, contents.signed_for).policies)


@dataclass(frozen=True, slots=True)
class Draft:
    """Policy files that load, beside the release before them: what they open and close, counted."""

    files: Mapping[str, bytes]
    cards: Cards
    previous: Release | None
    difference: Difference

    def release(self, proposal: Proposal, *, created_on: date, assurance: Assurance) -> Release:
        """Return the release, not yet signed; raises ReleaseRejected when more or less opens than was proposed."""
        difference, before = self.difference, self.previous
        if difference.opened != proposal.expected_opened:
            raise _unexpected(difference.opened, proposal.expected_opened)
        contents = Contents(
            number=1 if before is None else before.number + 1,
            follows=NO_RELEASE if before is None else before.digest,
            created_on=created_on,
            assurance=assurance,
            title=proposal.title,
            why=proposal.why,
            files=tuple(BundledFile(name, raw.decode()) for name, raw in sorted(self.files.items())),
            difference_nl=difference.text("nl"),
            difference_en=difference.text("en"),
            opened=difference.opened,
            closed=difference.closed,
            expected_opened=proposal.expected_opened,
            examples=self.cards.examples,
            mechanisms=tuple(sorted(self.cards.policies.mechanisms)),
        )
        return Release(contents)


def draft(files: Mapping[str, bytes], *, previous: Release | None) -> Draft:
    """Read policy files and compare them with the release before, or with nothing, which refuses everything.

    Raises ReleaseRejected with every mistake of the files, and every card that changed without a higher version.
    """
    cards = _cards(files)
    return Draft(files, cards, previous, _counted(cards, Before.of(previous)))


def check_contents(contents: Contents) -> Cards:
    """Return the cards of a release, after everything that it says of itself was tried; raises ReleaseRejected.

    A lane opens only when what its card relies on exists here and existed when the release was signed.
    """
    cards = _cards(contents.file_bytes, contents.signed_for & BUILT)
    if tuple(sorted(contents.file_bytes)) != tuple(file.name for file in contents.files):
        raise rejected(ReleaseFault.MALFORMED, "files are in order of their names, each once")
    reasons: list[Reason] = []
    if cards.examples != contents.examples:
        reasons.append(Reason(ReleaseFault.TESTS_DIFFER, f"{cards.examples}, not {contents.examples}"))
    if contents.opened != contents.expected_opened:
        reasons.extend(_unexpected(contents.opened, contents.expected_opened).reasons)
    if reasons:
        raise ReleaseRejected(reasons)
    return cards


def check_difference(contents: Contents, previous: Release | Before | None, *, cards: Cards | None = None) -> None:
    """Refuse a release whose account of what changes is not the one that follows from both; raises ReleaseRejected.

    `cards` are those of the contents, when they have been read already.
    """
    before = Before.of(previous)
    if contents.follows != before.digest:
        raise rejected(ReleaseFault.FOLLOWS_ANOTHER)
    cards = cards or _cards(contents.file_bytes)
    counted = _counted(replace(cards, policies=cards.policies.in_house_with(contents.signed_for)), before)
    told = (contents.opened, contents.closed, contents.difference_nl, contents.difference_en)
    if told != (counted.opened, counted.closed, counted.text("nl"), counted.text("en")):
        raise rejected(ReleaseFault.DIFFERENCE_DIFFERS, f"{counted.opened} opened, {counted.closed} closed")


def _cards(files: Mapping[str, bytes], mechanisms: frozenset[str] = BUILT) -> Cards:
    with _mistakes_as_reasons():
        cards = read_cards(files)
    if not cards.policies.policies:
        raise rejected(ReleaseFault.CARDS_REJECTED, "there are no cards")
    return replace(cards, policies=cards.policies.in_house_with(mechanisms))


@contextmanager
def _mistakes_as_reasons() -> Iterator[None]:
    try:
        yield
    except PolicyRejected as refused:
        raise ReleaseRejected(
            [Reason(ReleaseFault.CARDS_REJECTED, str(mistake)) for mistake in refused.mistakes]
        ) from None


def _refuse_unraised(before: PolicySet, after: PolicySet) -> None:
    """Refuse what changed under the same number; a card changes too when its words come to stand for other codes."""
    moved = codes_moved(before.vocabulary, after.vocabulary)
    cards = [policy for policy in after.policies if _unraised(before.lane(policy.lane), policy, moved=moved)]
    unraised = [f"{policy.card.name}: {policy.version}" for policy in cards]
    if _unraised(before.vocabulary, after.vocabulary):
        unraised.append(f"{VOCABULARY}: {after.vocabulary.version if after.vocabulary else ''}")
    if unraised:
        raise ReleaseRejected([Reason(ReleaseFault.VERSION_NOT_RAISED, detail) for detail in unraised])


def _unraised(
    before: LanePolicy | Vocabulary | None, after: LanePolicy | Vocabulary | None, *, moved: bool = False
) -> bool:
    if before is None or after is None:
        return False
    return (moved or before.digest != after.digest) and after.version <= before.version


def _counted(cards: Cards, before: Before) -> Difference:
    assert cards.vocabulary is not None, "cards have been read with their words"
    _refuse_unraised(before.policies, cards.policies)
    with _mistakes_as_reasons():
        return compare(before.policies, cards.policies, cards.vocabulary)


def _unexpected(opened: int, expected: int) -> ReleaseRejected:
    return rejected(ReleaseFault.WIDENING_UNEXPECTED, f"{opened} situations opened, {expected} expected")

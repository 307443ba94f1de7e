"""Decides how a version of the policies is found: a folder of cards, or a release, which brings its own words along."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.locale import words
from adapters.cli.policies import cards, faults

if TYPE_CHECKING:
    from gateway.core.policy import PolicySet
    from gateway.core.policy.cards.vocabulary import Vocabulary
    from gateway.core.policy.releases.release import Release

REFUSED = 3
INTEGRITY = 6
NONE = "none"

ReleaseFile = Annotated[Path, typer.Argument(metavar="RELEASE", help=words("bestand van de uitgave", "release file"))]
Previous = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|none",
        help=words("vorige uitgave; anders die ernaast ligt", "release before it; otherwise the one beside it"),
    ),
]


def version_at(path: Path, *, as_json: bool) -> "tuple[PolicySet, Vocabulary]":
    """Load the policies in a folder, or in a release, whose signatures are not looked at; `none` refuses everything."""
    if str(path) == NONE and not path.exists():
        return _nothing()
    if not path.is_file():
        return cards.policies_in(path, as_json=as_json)
    from gateway.core.policy.cards.collection import read_cards  # noqa: PLC0415

    release = release_at(path, as_json=as_json)
    with cards.mistakes_told(path, as_json=as_json):
        found = read_cards(release.contents.file_bytes)
        policies = found.policies.in_house_with(release.contents.signed_for)
        return policies, found.vocabulary or cards.vocabulary_of(cards.installed())


def _nothing() -> "tuple[PolicySet, Vocabulary]":
    from gateway.core.policy import PolicySet  # noqa: PLC0415

    return PolicySet((), ""), cards.vocabulary_of(cards.installed())


def release_at(path: Path, *, as_json: bool) -> "Release":
    """Read a release, without believing it; says what is wrong and stops when it is none."""
    from gateway.policies.signing import load_release, read_release  # noqa: PLC0415

    if not path.is_file():
        cards.not_there(path)
    with rejection_told(INTEGRITY, as_json=as_json):
        return read_release(load_release(path))


def previous_of(release: "Release", path: Path, given: str | None, *, as_json: bool) -> "Release | None":
    """Return the release before it: the one named, or the one that lies beside it under the number before."""
    from gateway.core.policy.releases.release import NO_RELEASE, file_name  # noqa: PLC0415

    if given == NONE or (given is None and release.contents.follows == NO_RELEASE):
        return None
    beside = path.with_name(file_name(release.number - 1)) if release.number > 1 else None
    if given is None and (beside is None or not beside.is_file()):
        raise typer.BadParameter(
            words(
                "noem de vorige uitgave: zonder haar is niet na te rekenen wat er verandert",
                "name the release before it: without it nobody can recompute what changes",
            ),
            param_hint="--previous",
        )
    return release_at(beside if given is None and beside else Path(str(given)), as_json=as_json)


@contextmanager
def rejection_told(exit_code: int, *, as_json: bool) -> Iterator[None]:
    """Tell why a release is refused, and stop with this exit code."""
    from gateway.core.policy.releases.faults import ReleaseRejected  # noqa: PLC0415

    try:
        yield
    except ReleaseRejected as rejected:
        faults.tell(rejected, as_json=as_json)
        raise typer.Exit(exit_code) from None

"""Decides where rule cards come from, and how it is told that they do not load."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from adapters.cli import talk

if TYPE_CHECKING:
    from gateway.core.policy import LanePolicy, PolicySet
    from gateway.core.policy.cards.mistakes import Mistake
    from gateway.core.policy.cards.vocabulary import Vocabulary

NOT_FOUND = 4
_HERE = ("kaarten", "policies")  # where an officer keeps the cards that are being changed, and where they come
USAGE = 2


def installed() -> Path:
    """Return the folder with the cards that this version brings along."""
    import gateway  # noqa: PLC0415  # an agency's machine does not load the gateway

    return Path(str(gateway.__file__)).parents[1] / "policies"


def folder_of(path: Path | None) -> Path:
    """Return the folder that was given, or else one of cards that lies here, or else that of the installed cards."""
    if path is None:
        return next((folder for folder in map(Path, _HERE) if _holds_cards(folder)), installed())
    return path if path.is_dir() else not_there(path)


def _holds_cards(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("*.yaml"))


def say_where(folder: Path) -> None:
    """Say which cards an answer is about: there may be several versions of them on a machine."""
    if folder == installed():
        talk.say("Gelezen: de kaarten van deze versie van de software.", "Read: the cards of this software's version.")
    else:
        talk.say(f"Gelezen: de kaarten in {folder}.", f"Read: the cards in {folder}.")


def not_there(path: Path) -> NoReturn:
    """Say that there is no such file or folder."""
    talk.say(f"{path}: is er niet. Controleer de naam.", f"{path}: is not there. Check the name.")
    raise typer.Exit(NOT_FOUND)


def vocabulary_of(folder: Path) -> "Vocabulary":
    """Read the words that lie beside the cards, or else the installed ones: a card alone is a fair beginning."""
    from gateway.core.policy.cards.text import MAX_BYTES  # noqa: PLC0415
    from gateway.core.policy.cards.vocabulary import load_vocabulary  # noqa: PLC0415
    from gateway.policies.directory import VOCABULARY  # noqa: PLC0415

    beside = folder / VOCABULARY
    path = beside if beside.is_file() else installed() / VOCABULARY
    with path.open("rb") as file:
        return load_vocabulary(file.read(MAX_BYTES + 1), name=VOCABULARY)


def policies_in(path: Path | None, *, as_json: bool) -> "tuple[PolicySet, Vocabulary]":
    """Load all cards of a folder with their words; says what is wrong and stops when they do not load."""
    from gateway.policies.directory import load_policies  # noqa: PLC0415

    folder = folder_of(path)
    with mistakes_told(folder, as_json=as_json):
        found = load_policies(folder)
        if not as_json:
            say_where(folder)
        return found, vocabulary_of(folder)


def policy_of(path: Path | None, lane: str, *, as_json: bool) -> "tuple[LanePolicy, Vocabulary]":
    """Load the card of one lane, which is named as the vocabulary writes it or by its code name."""
    from adapters.cli.policies.lexicon import code_named, word_of  # noqa: PLC0415

    policies, vocabulary = policies_in(path, as_json=as_json)
    code = code_named(lane, vocabulary.lanes, option="--lane")
    if policy := policies.lane(code):
        return policy, vocabulary
    there = ", ".join(word_of(each.lane, vocabulary.lanes) for each in policies.policies)
    talk.say(
        f"Voor de stroom {lane} is er geen kaart, dus mag er niets. Er zijn kaarten voor: {there or 'niets'}.",
        f"There is no card for the lane {lane}, so nothing is allowed. There are cards for: {there or 'nothing'}.",
    )
    raise typer.Exit(NOT_FOUND)


def tell_if_shut(policy: "LanePolicy", vocabulary: "Vocabulary") -> None:
    """Say of a lane that waits for a part of the house that it is shut, whatever its card says."""
    from adapters.cli.policies.lexicon import label_of  # noqa: PLC0415
    from gateway.core.policy.engine import BUILT  # noqa: PLC0415

    missing = [label_of(code, vocabulary.mechanisms) for code in policy.card.mechanisms if code not in BUILT]
    if missing:
        parts = ", ".join(missing)
        talk.say(
            f"LET OP: deze stroom is dicht zolang dit er nog niet is: {parts}.",
            f"BEWARE: this lane is shut while this is not there yet: {parts}.",
        )


@contextmanager
def mistakes_told(folder: Path, *, as_json: bool) -> Iterator[None]:
    """Tell every mistake of cards that do not load, each at a place that an editor can jump to."""
    from gateway.core.policy.cards.mistakes import PolicyRejected  # noqa: PLC0415

    try:
        yield
    except PolicyRejected as rejected:
        found = placed(rejected.mistakes, folder)
        talk.mistakes([str(mistake) for mistake in found], as_json=as_json)
        if not as_json:
            talk.next_step(f"seinhuis policy lint {folder}")
        raise typer.Exit(USAGE) from None


def placed(mistakes: "Sequence[Mistake]", folder: Path) -> "list[Mistake]":
    """Name the files of mistakes as they are reached from here."""
    return [replace(mistake, file=str(folder / mistake.file)) for mistake in mistakes]

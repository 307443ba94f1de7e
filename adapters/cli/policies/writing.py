"""The commands with which an officer writes a card: begin one, find its mistakes, try its examples."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson
from adapters.cli.policies import cards
from adapters.cli.policies.lexicon import code_named, word_of
from adapters.cli.policies.skeleton import MARK, skeleton
from adapters.cli.policies.trials import Trial, for_examples_only, trials_of
from adapters.cli.screen import Column, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.core.policy import LanePolicy
    from gateway.core.policy.cards.mistakes import Mistake

_TRIALS: Final = Listing(
    columns=(
        Column("klopt", "holds", ("passed",)),
        Column("door", "by", ("rule",)),
        Column("plaats", "place", ("place",)),
        Column("voorbeeld", "example", ("example",)),
    ),
    below=Column("", "", ("problem",)),
)

Cards = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE|FOLDER]", help=words("kaart, of map met kaarten", "a card, or a folder of cards")),
]


def new(
    *,
    lane: Annotated[str, typer.Option(help=words("stroom, zoals jeugd", "lane, like jeugd"))],
    out: Annotated[Path, typer.Option(help=words("bestand dat er nog niet is", "a file that is not there yet"))],
    as_json: AsJson = False,
) -> None:
    """Write an empty card."""
    with cards.mistakes_told(out.parent, as_json=as_json):
        vocabulary = cards.vocabulary_of(out.parent)
    text = skeleton(
        lane=word_of(code_named(lane, vocabulary.lanes, option="--lane"), vocabulary.lanes),
        silent=tuple(term.word for term in vocabulary.always_silent),
        levels=tuple(term.word for term in vocabulary.levels),
        on=datetime.now(UTC).date(),
    )
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise typer.BadParameter(
            words(
                f"{out} is er al en wordt niet overschreven; kies een andere naam",
                f"{out} is there already and is not overwritten; choose another name",
            ),
            param_hint="--out",
        ) from None
    talk.data({"card": str(out), "lane": lane}, as_json=as_json)
    talk.say(
        f"Vul in wat met {MARK} is gemerkt; daarvoor laadt de kaart niet.",
        f"Fill in what is marked {MARK}; until then the card does not load.",
    )
    talk.next_step(f"seinhuis policy lint {out}")


def lint(*, path: Cards = None, as_json: AsJson = False) -> None:
    """Say every mistake at once."""
    found, count = _mistakes(path)
    if path is None and not as_json:
        cards.say_where(cards.folder_of(None))
    if as_json:
        talk.data(found, as_json=True)
    else:
        for mistake in found:
            typer.echo(str(mistake))
    where = f" {path}" if path else ""
    if found:
        talk.say(*_fix_these(len(found)))
        talk.next_step(f"seinhuis policy lint{where}")
        raise typer.Exit(cards.USAGE)
    talk.say(f"Alles in orde: {count} {_cards(count, 'nl')}.", f"All is well: {count} {_cards(count, 'en')}.")
    talk.next_step(f"seinhuis policy test{where}")


def _fix_these(count: int) -> tuple[str, str]:
    return (
        f"{count} {'fout' if count == 1 else 'fouten'}. Zolang er één in staat, laadt geen enkele kaart van de map.",
        f"{count} {'mistake' if count == 1 else 'mistakes'}. While there is one, no card of the folder loads.",
    )


def _cards(count: int, language: str) -> str:
    one, more = ("kaart", "kaarten") if language == "nl" else ("card", "cards")
    return one if count == 1 else more


def _mistakes(path: Path | None) -> "tuple[list[Mistake], int]":
    """Read one card or a whole folder; return what is wrong, and how many cards were read."""
    from gateway.core.policy.cards.mistakes import PolicyRejected  # noqa: PLC0415
    from gateway.policies.directory import load_policies  # noqa: PLC0415

    alone = path is not None and path.is_file()
    folder = path.parent if path is not None and alone else cards.folder_of(path)
    try:
        if path is not None and alone:
            _card(path)
            return [], 1
        return [], len(load_policies(folder).policies)
    except PolicyRejected as rejected:
        return cards.placed(rejected.mistakes, folder), 0


def _card(path: Path) -> "LanePolicy":
    from gateway.core.policy import compile_policy  # noqa: PLC0415
    from gateway.core.policy.cards.file import load_policy_file  # noqa: PLC0415

    return compile_policy(load_policy_file(_raw(path), name=path.name, vocabulary=cards.vocabulary_of(path.parent)))


def _raw(path: Path) -> bytes:
    """Read no more than is needed to see that a file is too large."""
    from gateway.core.policy.cards.text import MAX_BYTES  # noqa: PLC0415

    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def try_examples(*, path: Cards = None, as_json: AsJson = False) -> None:
    """Try the examples of the cards."""
    tried = (trial for card in _files(path) for trial in _tried(card, as_json=as_json))
    if path is None and not as_json:
        cards.say_where(cards.folder_of(None))
    trials = sorted(tried, key=lambda trial: not trial.passed)  # what fails stands last, where the eye is
    talk.data(trials, as_json=as_json, listing=_TRIALS)
    failed = sum(not trial.passed for trial in trials)
    talk.say(
        f"{len(trials)} voorbeelden: {len(trials) - failed} kloppen, {failed} niet.",
        f"{len(trials)} examples: {len(trials) - failed} hold, {failed} do not.",
    )
    if failed:
        talk.say(
            "Verander het voorbeeld of de regel: welke van de twee zegt wat u bedoelt?",
            "Change the example or the rule: which of the two says what you mean?",
        )
        raise typer.Exit(cards.USAGE)
    talk.next_step("seinhuis policy diff OUD NIEUW" if words("nl", "en") == "nl" else "seinhuis policy diff OLD NEW")


def _files(path: Path | None) -> "Iterator[Path]":
    from gateway.policies.directory import VOCABULARY  # noqa: PLC0415

    if path is not None and path.is_file():
        return iter((path,))
    found = sorted(cards.folder_of(path).iterdir())
    return (each for each in found if each.suffix in {".yaml", ".yml"} and each.name != VOCABULARY)


def _tried(card: Path, *, as_json: bool) -> tuple[Trial, ...]:
    """Try one card; one with other mistakes than its examples is told and ends it."""
    from gateway.core.policy.cards.mistakes import PolicyRejected  # noqa: PLC0415

    with cards.mistakes_told(card.parent, as_json=as_json):
        try:
            return trials_of(_raw(card), card.name, policy=_card(card), mistakes=())
        except PolicyRejected as rejected:
            if not for_examples_only(rejected.mistakes):
                raise
            return trials_of(_raw(card), card.name, policy=None, mistakes=rejected.mistakes)

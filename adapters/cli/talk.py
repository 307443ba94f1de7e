"""Decides how the command talks: data on standard output, words on standard error."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel
from rich.console import Console

from adapters.cli.locale import language, words
from adapters.cli.screen import Listing, card, sheet, show_list
from adapters.cli.shown import NAMES, NOT_ON_A_CARD
from adapters.errors import SeinhuisError, in_words


def say(nl: str, en: str) -> None:
    """Say a line to the person at the keyboard."""
    Console(file=sys.stderr, highlight=False, soft_wrap=True).print(words(nl, en), markup=False)


def next_step(command: str) -> None:
    """Name the next sensible command."""
    say(f"Volgende stap: {command}", f"Next: {command}")


def problem(error: SeinhuisError, *, as_json: bool) -> None:
    """Say what a call was refused with, and what mends it."""
    if as_json:
        members = {"code": error.code, "title": error.title(language()), "fix": error.fix(language())}
        _print_json(sys.stderr, members | {"correlationId": error.correlation_id} | dict(error.facts))
        return
    facts = ", ".join(f"{name}: {in_words(value)}" for name, value in error.facts.items())
    lines = (f"{error.code}: {error.title(language())}", facts, error.fix(language()), _correlation(error))
    for line in filter(None, lines):
        say(line, line)


def mistakes(found: Sequence[str], *, as_json: bool) -> None:
    """Say what is wrong with what was given."""
    if as_json:
        _print_json(sys.stderr, {"mistakes": list(found)})
        return
    for mistake in found:
        say(mistake, mistake)


def data(content: object, *, as_json: bool, listing: Listing | None = None) -> None:
    """Put one thing, or a list of things, on standard output: JSON, a card or a list on a terminal, or lines with tabs.

    `listing` says what a list shows on a terminal; without it that is everything.
    """
    plain = _plain(content)
    console = Console(file=sys.stdout, highlight=False)
    if as_json:
        _print_json(sys.stdout, plain)
    elif not console.is_terminal:  # for other programs: nothing left out, nothing cut off, nothing drawn
        rows = list(_flat(plain)) if isinstance(plain, Mapping) else _rows(plain)
        sys.stdout.writelines("\t".join(map(str, row)) + "\n" for row in rows)
    elif isinstance(plain, Mapping):
        console.print(card(plain, NAMES, hidden=NOT_ON_A_CARD))
    elif plain and listing:
        show_list(console, plain, listing)
    elif plain:
        console.print(sheet(plain))


def line(content: object) -> None:
    """Put one thing on one line of standard output as JSON, at once, for whoever reads along."""
    sys.stdout.write(json.dumps(_plain(content), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _correlation(error: SeinhuisError) -> str:
    return f"correlationId: {error.correlation_id}" if error.correlation_id else ""


def _print_json(file: Any, content: object) -> None:  # noqa: ANN401  # any text stream
    file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _plain(content: object) -> Any:  # noqa: ANN401  # JSON has no narrower type
    match content:
        case BaseModel():
            return content.model_dump(mode="json", by_alias=True, exclude_none=True)
        case Mapping():
            return {name: _plain(value) for name, value in content.items()}
        case tuple() | list():
            return [_plain(each) for each in content]
        case date():
            return content.isoformat().replace("+00:00", "Z")
        case _ if is_dataclass(content) and not isinstance(content, type):
            return {_camel(name): _plain(value) for name, value in asdict(content).items()}
        case _:
            return content


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, ", ".join(map(_in_a_list, value)) if isinstance(value, list) else value


def _in_a_list(value: object) -> str:
    return " ".join(map(str, value.values())) if isinstance(value, Mapping) else str(value)


def _rows(content: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Return a heading and one row for each thing; nothing at all for no things."""
    flat = [dict(_flat(each)) for each in content]
    names = tuple(dict.fromkeys(name for each in flat for name in each))
    return [names, *(tuple(each.get(name, "") for name in names) for each in flat)] if flat else []


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))

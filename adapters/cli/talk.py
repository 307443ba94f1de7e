"""Decides how the command talks: data on standard output, words on standard error, in Dutch when the locale is."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.errors import SeinhuisError


def language() -> str:
    """Return "nl" when the locale is Dutch, else "en"."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "nl" if locale.lower().startswith("nl") else "en"


def words(nl: str, en: str) -> str:
    """Return the text in the language of the locale."""
    return nl if language() == "nl" else en


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
    facts = ", ".join(f"{name}: {value}" for name, value in error.facts.items())
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


def data(content: object, *, as_json: bool) -> None:
    """Put one thing, or a list of things, on standard output: JSON, a table on a terminal, or lines with tabs."""
    plain = _plain(content)
    if as_json:
        _print_json(sys.stdout, plain)
        return
    rows = list(_flat(plain)) if isinstance(plain, Mapping) else _rows(plain)
    console = Console(file=sys.stdout, highlight=False)
    if console.is_terminal:
        console.print(_table(rows, heading=not isinstance(plain, Mapping)))
    else:  # for other programs: nothing cut off, nothing drawn
        sys.stdout.writelines("\t".join(map(str, row)) + "\n" for row in rows)


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
        case date() | datetime():
            return content.isoformat()
        case _ if is_dataclass(content) and not isinstance(content, type):
            return _plain(asdict(content))
        case _:
            return content


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, ", ".join(map(str, value)) if isinstance(value, list) else value


def _rows(content: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Return a heading and one row for each thing; nothing at all for no things."""
    flat = [dict(_flat(each)) for each in content]
    names = tuple(dict.fromkeys(name for each in flat for name in each))
    return [names, *(tuple(each.get(name, "") for name in names) for each in flat)] if flat else []


def _table(rows: Sequence[tuple[Any, ...]], *, heading: bool) -> Table:
    table = Table(box=None, show_header=heading)
    for name in rows[0] if rows else ():
        table.add_column(escape(str(name)) if heading else "", overflow="fold")
    for row in rows[1:] if heading else rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    return table

"""Decides how the command talks: data on standard output, words on standard error, in Dutch when the locale is."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from rich.console import Console
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
    """Put one thing, or a list of things, on standard output: as JSON, or to be read by people."""
    plain = _plain(content)
    if as_json:
        _print_json(sys.stdout, plain)
    elif isinstance(plain, Mapping):
        _console().print(_grid(plain))
    elif plain:
        _console().print(_table(plain))


def line(content: object) -> None:
    """Put one thing on one line of standard output as JSON, at once, for whoever reads along."""
    sys.stdout.write(json.dumps(_plain(content), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _correlation(error: SeinhuisError) -> str:
    return f"correlationId: {error.correlation_id}" if error.correlation_id else ""


def _console() -> Console:
    return Console(file=sys.stdout, highlight=False)


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


def _grid(content: Mapping[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in _flat(content):
        table.add_row(name, str(value))
    return table


def _flat(content: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, ", ".join(map(str, value)) if isinstance(value, list) else value


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    flat = [dict(_flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    table = Table(*names, box=None)
    for row in flat:
        table.add_row(*(str(row.get(name, "")) for name in names))
    return table

"""Decides how things look on a terminal: few columns, whole ids, one language, and no row without anything in it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from adapters.cli.locale import words

_HERE: Final = ZoneInfo("Europe/Amsterdam")
_LANGUAGES: Final = frozenset({"nl", "en"})
_BETWEEN: Final = 2
_INDENT: Final = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A heading in Dutch and English, and the members that stand below it, those that are there."""

    nl: str
    en: str
    members: tuple[str, ...]

    def of(self, thing: Mapping[str, str]) -> str:
        """Return what stands in this column for a thing."""
        return ", ".join(thing[name] for name in self.members if thing.get(name))


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list shows of each thing: the columns of its line, and what stands on a line of its own below it."""

    columns: tuple[Column, ...]
    below: Column | None = None


def show_list(console: Console, things: Sequence[Mapping[str, Any]], listing: Listing) -> None:
    """Show one line a thing, and one below it where there is something to say; ids are never broken."""
    flat = [flattened(thing) for thing in things]
    rows = [[words(column.nl, column.en) for column in listing.columns]]
    rows += [[column.of(thing) for column in listing.columns] for thing in flat]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        console.print(_line(row, widths[:-1], style="" if number else "bold"))
        if number and listing.below and (more := listing.below.of(flat[number - 1])):
            console.print(Padding(Text(more), (0, 0, 0, _INDENT)))


def _line(cells: Sequence[str], widths: Sequence[int], *, style: str) -> Table:
    """Return one line; the last cell goes on below itself when it does not fit."""
    line = Table.grid(padding=(0, _BETWEEN, 0, 0))
    for width in widths:
        line.add_column(width=width, no_wrap=True, style=style)
    line.add_column(style=style)
    line.add_row(*map(Text, cells))
    return line


def card(
    thing: Mapping[str, Any], names: Mapping[str, tuple[str, str]], *, hidden: Collection[str] = ()
) -> RenderableType:
    """Return one thing as lines of a name and what it is; `names` says in Dutch and English how members are called."""
    flat = {name: said for name, said in flattened(thing).items() if name not in hidden}
    shown = [name for name in names if flat.get(name)] + [name for name in flat if name not in names and flat[name]]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name in shown:
        table.add_row(Text(words(*names.get(name, (name, name)))), Text(flat[name]))
    return table


def sheet(things: Sequence[Mapping[str, Any]]) -> Table:
    """Return things as a table of whatever they have; the last columns give way when it does not fit."""
    flat = [flattened(thing) for thing in things]
    names = [name for name in dict.fromkeys(name for each in flat for name in each) if any(map(_has(name), flat))]
    table = Table(box=None, padding=(0, 2, 0, 0))
    for place, name in enumerate(names):
        table.add_column(Text(name), no_wrap=place == 0, overflow="fold")
    for each in flat:
        table.add_row(*(Text(each.get(name, "")) for name in names))
    return table


def flattened(thing: Mapping[str, Any]) -> dict[str, str]:
    """Return all members by their path, as a person reads them."""
    return dict(_flat(thing, ""))


def _has(name: str) -> Any:  # noqa: ANN401  # a test of one thing
    return lambda thing: bool(thing.get(name))


def _flat(thing: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in thing.items():
        if isinstance(value, Mapping) and value.keys() == _LANGUAGES:
            yield prefix + name, words(value["nl"], value["en"])
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, _said(value)


def _said(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return words("ja", "yes") if value else words("nee", "no")
        case list():
            return ", ".join(
                ", ".join(map(str, each.values())) if isinstance(each, dict) else str(each) for each in value
            )
        case str():
            return _moment(value)
        case _:
            return str(value)


def _moment(text: str) -> str:
    """Return a moment as the clock on the wall says it, and any other text as it is."""
    if not text.endswith("Z") or "T" not in text:
        return text
    try:
        return datetime.fromisoformat(text).astimezone(_HERE).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text

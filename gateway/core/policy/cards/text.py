"""The text of a policy as a tree of words with their places: bounded, and without any of the clever parts of YAML."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import yaml

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 8
_PROBLEMS: Final = (
    ("cannot start any token", "met dit teken kan hier niets beginnen; een tab telt niet als inspringen"),
    (
        "mapping values are not allowed",
        "hier hoort geen dubbele punt; zet de hele zin tussen aanhalingstekens",
    ),
    ("could not find expected ':'", "na een sleutel hoort een dubbele punt"),
    ("expected <block end>", "deze regel springt anders in dan de regels erboven"),
    ("expected ',' or", "een lijst of tabel tussen haken is niet afgesloten, of er ontbreekt een scheiding"),
    ("unexpected end of stream", "een aanhalingsteken is niet gesloten"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Word:
    """A scalar exactly as it was written: no word is ever taken for a truth value, a number or a date."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Series:
    """A list."""

    items: tuple["Tree", ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """Keys with their values in the order of the file; a doubled key is still there twice."""

    entries: tuple[tuple[Word, "Tree"], ...]
    place: Place


Tree = Word | Series | Table


class _Mark(Protocol):
    """A place as the library counts it: from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class UnreadableText(Exception):
    """The text is no tree at all; nothing after this place could be read."""

    def __init__(self, message: str, place: Place) -> None:
        """Say in Dutch what stands in the way, and where."""
        super().__init__(message)
        self.message = message
        self.place = place


def read_tree(raw: bytes) -> Tree:
    """Read one document of at most 64 KiB of UTF-8, nested at most 8 deep; raises UnreadableText and nothing else.

    Refused: aliases and anchors (one line could stand for a million), tags (no word may become an object), keys that
    are not words, more than one document.
    """
    if len(raw) > MAX_BYTES:
        raise UnreadableText(f"groter dan {MAX_BYTES // 1024} KiB", Place(1, 1))
    text = _decoded(raw)
    try:
        return _document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        raise UnreadableText(f"geen leesbare YAML: {_in_dutch(error.problem)}", _place(error.problem_mark)) from None
    except yaml.reader.ReaderError as error:
        raise UnreadableText("een teken dat hier niet mag staan", _place_of(text[: error.position])) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # a \U escape or a version number beyond all bounds
        raise UnreadableText("geen leesbare YAML", Place(1, 1)) from None


def _in_dutch(problem: str | None) -> str:
    """Say what a reader of YAML says in English; the place is told besides."""
    found = (dutch for english, dutch in _PROBLEMS if english in (problem or ""))
    return next(found, "kijk naar inspringen, dubbele punten, haken en aanhalingstekens op en boven deze regel")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        raise UnreadableText("geen UTF-8", _place_of(before)) from None


def _document(events: Iterator[yaml.Event]) -> Tree:
    next(events)  # the start of the stream
    if isinstance(next(events), yaml.StreamEndEvent):
        raise UnreadableText("er staat niets in", Place(1, 1))
    tree = _tree(next(events), events, depth=1)
    next(events)  # the end of the document
    if not isinstance(further := next(events), yaml.StreamEndEvent):
        raise UnreadableText("er staat een tweede document in", _place(further.start_mark))
    return tree


def _tree(event: yaml.Event, events: Iterator[yaml.Event], *, depth: int) -> Tree:
    place = _place(event.start_mark)
    _refuse_cleverness(event, place)
    if depth > MAX_DEPTH:
        raise UnreadableText(f"dieper genest dan {MAX_DEPTH}", place)
    match event:
        case yaml.ScalarEvent():
            return Word(event.value, place)
        case yaml.SequenceStartEvent():
            return Series(tuple(_tree(item, events, depth=depth + 1) for item in _until_end(events)), place)
        case _:
            return Table(tuple(_entry(key, events, depth=depth + 1) for key in _until_end(events)), place)


def _entry(event: yaml.Event, events: Iterator[yaml.Event], *, depth: int) -> tuple[Word, Tree]:
    key = _tree(event, events, depth=depth)
    if not isinstance(key, Word):
        raise UnreadableText("een sleutel is één woord", key.place)
    return key, _tree(next(events), events, depth=depth)


def _until_end(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    while not isinstance(event := next(events), yaml.CollectionEndEvent):
        yield event


def _refuse_cleverness(event: yaml.Event, place: Place) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise UnreadableText("verwijzingen (& en *) mogen niet", place)
    if getattr(event, "tag", None) is not None:
        raise UnreadableText("typeaanduidingen (!) mogen niet", place)


def _place(mark: _Mark | None) -> Place:
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)


def _place_of(before: str) -> Place:
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))

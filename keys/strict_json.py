"""Decides whether bytes are JSON in the one form that is accepted here, and walks what is in them (G22, G36).

Refused: anything but UTF-8, a byte order mark, text after the value, duplicate keys, NaN and infinities, long numbers,
NUL, lone surrogates, text that is not in Unicode form NFC, and more depth, keys, values or text than the bounds allow.
"""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Final, NoReturn

_DIGITS: Final = 18

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Member = tuple[str, str]  # the key under which a text stands ("" at the top), and the text


class MalformedJson(ValueError):
    """Bytes that are not accepted as JSON; `reason` says why without repeating any of them."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class TooDeepJson(MalformedJson):
    """JSON with more in it than the bounds allow."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a text may hold: levels of nesting, keys and values in all, characters in one string."""

    depth: int = 8
    keys: int = 64
    values: int = 2048  # an acknowledgement lists 1,000 alerts, an evaluation 1,000 elements
    text: int = 1024  # the longest member of the protocol is an address of 400


MESSAGE: Final = Bounds()
#: What holders say to one another holds a member for each set of holders.
CEREMONY: Final = Bounds(keys=4096, values=8192)
#: For our own files: written by hands we trust, but still in the one form.
FILE: Final = Bounds(depth=10, keys=1_000_000, values=1_000_000, text=1_000_000)


def parse(content: bytes, bounds: Bounds = MESSAGE) -> Json:
    """Return the value that the bytes hold. Limit the size of `content` before calling.

    Raises:
        MalformedJson: another form; neither it nor TooDeepJson repeats anything of the content.
        TooDeepJson: more than the bounds allow.
    """
    try:
        value: Json = _DECODER.decode(content.decode("utf-8"))
    except MalformedJson:
        raise
    except ValueError:
        raise MalformedJson("not JSON in UTF-8") from None
    except RecursionError:
        raise TooDeepJson("nested too deeply") from None
    _check(value, bounds)
    return value


def texts(value: Json, key: str = "") -> Iterator[Member]:
    """Yield every text in a parsed value with the key under which it stands, and every key as a text of its own."""
    match value:
        case str():
            yield key, value
        case list():
            for item in value:
                yield from texts(item, key)
        case dict():
            for name, item in value.items():
                yield "", name
                yield from texts(item, name)
        case _:
            return


def _check(value: Json, bounds: Bounds) -> None:
    """Go through the value level by level: no recursion, so no text is too deep for this."""
    keys = values = 0
    level: list[Json] = [value]
    for depth in range(bounds.depth + 1):
        below: list[Json] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item, bounds.text)
            elif isinstance(item, dict | list) and depth == bounds.depth:
                raise TooDeepJson(f"nested deeper than {bounds.depth}")
            elif isinstance(item, dict):
                keys += len(item)
                for name in item:
                    _check_text(name, bounds.text)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        values += len(below)
        if keys > bounds.keys or values > bounds.values:
            raise TooDeepJson(f"more than {bounds.keys} keys or {bounds.values} values")
        level = below


def _check_text(text: str, longest: int) -> None:
    if len(text) > longest:
        raise MalformedJson("a text that is too long")
    if "\x00" in text:
        raise MalformedJson("a NUL")
    if text.isascii():
        return
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise MalformedJson("half of a surrogate pair")
    if not unicodedata.is_normalized("NFC", text):
        raise MalformedJson("not in Unicode normal form C")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson("a key stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise MalformedJson("a number that is too long")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if len(digits) > 2 * _DIGITS or not isfinite(number):
        raise MalformedJson("a number that is too long")
    return number


def _constant(_: str) -> NoReturn:
    raise MalformedJson("NaN and Infinity are not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)

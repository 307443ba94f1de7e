"""Decides which bytes count as JSON here: UTF-8 in NFC, no duplicate keys, no NaN, no surrogates, bounded (G36)."""

import json
import unicodedata
from typing import NoReturn

DEPTH = 8
KEYS = 64
_LONGEST_NUMBER = 20


class MalformedJson(ValueError):
    """Bytes that are not accepted as JSON; `reason` says why without repeating any of them."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class TooDeepJson(MalformedJson):
    """JSON that nests too deeply or has too many keys in one object."""


def parse(content: bytes, *, depth: int = DEPTH, keys: int = KEYS) -> object:
    """Return the value of a JSON text; raises MalformedJson. Limit the size of `content` before calling.

    The depth is counted on the text before anything is built, so a hostile text costs one pass.
    """
    text = _text(content)
    if _deepest(text) > depth:
        raise TooDeepJson(f"nested deeper than {depth}")

    def one_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(pairs) > keys:
            raise TooDeepJson(f"an object with more than {keys} keys")
        members = dict(pairs)
        if len(members) != len(pairs):
            raise MalformedJson("a key stands twice in one object")
        return members

    try:
        return json.loads(
            text, object_pairs_hook=one_object, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_number
        )
    except MalformedJson:
        raise
    except ValueError:
        raise MalformedJson("not JSON") from None


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJson("not UTF-8") from None
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise MalformedJson("not in Unicode normal form C")
    lowered = text.lower() if "\\u" in text else ""
    if "\\ud8" in lowered or "\\u0000" in lowered or any(f"\\ud{digit}" in lowered for digit in "9abcdef"):
        raise MalformedJson("a surrogate or a NUL")
    return text


def _deepest(text: str) -> int:
    """Return how deep brackets nest outside strings."""
    deepest = level = 0
    for outside in _outside_strings(text):
        for character in outside:
            if character in "[{":
                level += 1
                deepest = max(deepest, level)
            elif character in "]}":
                level -= 1
    return deepest


def _outside_strings(text: str) -> list[str]:
    """Return the pieces between string literals; an escaped quote does not end one."""
    pieces = text.replace("\\\\", "").replace('\\"', "").split('"')
    return pieces[::2]


def _refuse_constant(_name: str) -> NoReturn:
    raise MalformedJson("NaN and Infinity are not JSON")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise MalformedJson("a number that is too long")
    return int(digits)


def _number(digits: str) -> float:
    if len(digits) > _LONGEST_NUMBER:
        raise MalformedJson("a number that is too long")
    return float(digits)

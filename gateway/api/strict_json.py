"""Decides whether bytes are JSON in the one form that the gateway accepts, and walks what is in them (G22, G36).

Refused: anything but UTF-8, a byte order mark, text after the value, duplicate keys, NaN and infinities, long numbers,
NUL, lone surrogates, text that is not in Unicode form NFC, and more depth, keys or text than any message here has.
"""

import json
import unicodedata
from collections.abc import Iterator
from math import isfinite
from typing import Final, NoReturn

from gateway.core.refusals import Refusal, Refused

DEPTH: Final = 8
KEYS: Final = 64
VALUES: Final = 2048  # an acknowledgement lists 1,000 alerts
TEXT: Final = 1024  # characters in one string; the longest member of the protocol is an address of 400
_DIGITS: Final = 18

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Member = tuple[str, str]  # the key under which a text stands ("" at the top), and the text


def parse(body: bytes) -> Json:
    """Return the value that the bytes hold.

    Raises:
        Refused: `body_malformed` or `body_too_deep`; neither repeats anything of the body.
    """
    try:
        value: Json = _DECODER.decode(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError):
        raise Refused(Refusal.BODY_MALFORMED) from None
    except RecursionError:
        raise Refused(Refusal.BODY_TOO_DEEP) from None
    _bound(value)
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


def _bound(value: Json) -> None:
    keys = values = 0
    level: list[Json] = [value]
    for depth in range(DEPTH + 1):
        below: list[Json] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict | list) and depth == DEPTH:
                raise Refused(Refusal.BODY_TOO_DEEP)
            elif isinstance(item, dict):
                keys += len(item)
                for name in item:
                    _check_text(name)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        values += len(below)
        if keys > KEYS or values > VALUES:
            raise Refused(Refusal.BODY_TOO_DEEP)
        level = below


def _check_text(text: str) -> None:
    if len(text) > TEXT or "\x00" in text:
        raise Refused(Refusal.BODY_MALFORMED)
    if text.isascii():
        return
    if any("\ud800" <= character <= "\udfff" for character in text) or not unicodedata.is_normalized("NFC", text):
        raise Refused(Refusal.BODY_MALFORMED)


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(Refusal.BODY_MALFORMED)
    if len(found) > KEYS:
        raise Refused(Refusal.BODY_TOO_DEEP)
    return found


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise Refused(Refusal.BODY_MALFORMED)
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if len(digits) > 2 * _DIGITS or not isfinite(number):
        raise Refused(Refusal.BODY_MALFORMED)
    return number


def _constant(_: str) -> NoReturn:
    raise Refused(Refusal.BODY_MALFORMED)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)

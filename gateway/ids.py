"""Ids of things: a prefix that says what it is, and a ULID, so that they sort by time of making."""

import secrets
import time
from itertools import product

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that is read as something else
_PAIRS = tuple(one + other for one, other in product(_ALPHABET, repeat=2))
_SHIFTS = tuple(range(120, -1, -10))  # 26 letters of 5 bits, two at a time
_RANDOM_BITS = 80


def mint(prefix: str) -> str:
    """Return a new id such as `reg_01J...`: 48 bits of milliseconds since 1970, then 80 random bits."""
    number = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return prefix + "_" + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])

"""Holds ristretto255 (RFC 9496) with hashing to it (RFC 9380): the prime-order group of every key in the house.

Scalars are 32 bytes little-endian, elements 32 bytes, both as `bytes`. Secret scalars never become Python integers,
whose arithmetic takes a time that depends on their value; libsodium computes with them in constant time. This module
as a whole is one `keys.suite.Group`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NewType

from keys import sodium

Scalar = NewType("Scalar", bytes)
Element = NewType("Element", bytes)

SCALAR_BYTES = sodium.SCALAR_BYTES
ELEMENT_BYTES = sodium.ELEMENT_BYTES
IDENTIFIER = b"ristretto255-SHA512"
ORDER = 2**252 + 27742317777372353535851937790883648493
ZERO = Scalar(bytes(SCALAR_BYTES))
ONE = Scalar((1).to_bytes(SCALAR_BYTES, "little"))
IDENTITY = Element(bytes(ELEMENT_BYTES))
GENERATOR = Element(sodium.scalarmult_base(ONE))

_WIDE_BYTES = sodium.WIDE_BYTES
_LONGEST_DST = 255
_PADDED = hashlib.sha512(bytes(128))  # expand_message_xmd starts every message with one block of zeros


class InvalidElement(ValueError):
    """Bytes that are no canonical encoding of an element, or an element that is or became the identity."""


class InvalidScalar(ValueError):
    """Bytes that are no canonical encoding of a scalar, or a scalar that has no inverse."""


def random_scalar() -> Scalar:
    """Return a uniformly random scalar that is not zero."""
    return Scalar(sodium.scalar_random())


def scalar_add(left: Scalar, right: Scalar) -> Scalar:
    """Return left + right modulo the order."""
    return Scalar(sodium.scalar_add(left, right))


def scalar_sub(left: Scalar, right: Scalar) -> Scalar:
    """Return left - right modulo the order."""
    return Scalar(sodium.scalar_sub(left, right))


def scalar_mul(left: Scalar, right: Scalar) -> Scalar:
    """Return left * right modulo the order."""
    return Scalar(sodium.scalar_mul(left, right))


def scalar_negate(scalar: Scalar) -> Scalar:
    """Return -scalar modulo the order."""
    return Scalar(sodium.scalar_negate(scalar))


def scalar_invert(scalar: Scalar) -> Scalar:
    """Return 1/scalar modulo the order; raises InvalidScalar for zero."""
    try:
        return Scalar(sodium.scalar_invert(scalar))
    except sodium.SodiumRefused:
        raise InvalidScalar("zero has no inverse") from None


def scalar_invert_each(scalars: Sequence[Scalar]) -> list[Scalar]:
    """Return 1/scalar of each, for the price of one inversion and three multiplications each (Montgomery's trick)."""
    products = list(accumulate(scalars, scalar_mul, initial=ONE))
    remaining = scalar_invert(products[-1])
    inverses: list[Scalar] = []
    for scalar, product in zip(reversed(scalars), reversed(products[:-1]), strict=True):
        inverses.append(scalar_mul(remaining, product))
        remaining = scalar_mul(remaining, scalar)
    inverses.reverse()
    return inverses


def scalar_from_int(value: int) -> Scalar:
    """Return a *public* integer modulo the order as a scalar, such as a Lagrange coefficient; never a secret."""
    return Scalar((value % ORDER).to_bytes(SCALAR_BYTES, "little"))


def decode_scalar(value: bytes) -> Scalar:
    """Accept 32 received bytes as a scalar; raises InvalidScalar unless they are canonical. For values on the wire."""
    if len(value) != SCALAR_BYTES or int.from_bytes(value, "little") >= ORDER:
        raise InvalidScalar("not a canonical scalar")
    return Scalar(value)


def reduce_wide(value: bytes) -> Scalar:
    """Return 64 uniform bytes, read little-endian, modulo the order."""
    return Scalar(sodium.scalar_reduce(value))


def decode_element(value: bytes) -> Element:
    """Accept received bytes as an element; raises InvalidElement unless they are canonical and not the identity."""
    if value == IDENTITY or not sodium.element_is_valid(value):
        raise InvalidElement("not a canonical element of the group other than the identity")
    return Element(value)


def multiply(scalar: Scalar, element: Element) -> Element:
    """Return scalar * element; raises InvalidElement for undecodable bytes, and when the identity goes in or out."""
    try:
        return Element(sodium.scalarmult(scalar, element))
    except sodium.SodiumRefused:
        raise InvalidElement("an undecodable element, or the identity") from None


def multiply_base(scalar: Scalar) -> Element:
    """Return scalar * generator; raises InvalidElement for zero."""
    try:
        return Element(sodium.scalarmult_base(scalar))
    except sodium.SodiumRefused:
        raise InvalidElement("zero times the generator is the identity") from None


def add(left: Element, right: Element) -> Element:
    """Return left + right; raises InvalidElement when either cannot be decoded. The identity is allowed here."""
    try:
        return Element(sodium.element_add(left, right))
    except sodium.SodiumRefused:
        raise InvalidElement("an undecodable element") from None


def subtract(left: Element, right: Element) -> Element:
    """Return left - right; raises InvalidElement when either cannot be decoded. The identity is allowed here."""
    try:
        return Element(sodium.element_sub(left, right))
    except sodium.SodiumRefused:
        raise InvalidElement("an undecodable element") from None


def add_all(elements: Iterable[Element]) -> Element:
    """Return the sum of at least one element."""
    *_, total = accumulate(elements, add)
    return total


def linear_combination(scalars: Iterable[Scalar], elements: Iterable[Element]) -> Element:
    """Return the sum of scalar * element over both sequences, which are equally long and not empty."""
    return add_all(multiply(scalar, element) for scalar, element in zip(scalars, elements, strict=True))


def digest(data: bytes) -> bytes:
    """Return the 64-byte hash that RFC 9497 pairs with this group: SHA-512."""
    return hashlib.sha512(data).digest()


def hash_to_group(message: bytes, dst: bytes) -> Element:
    """Map a message onto an element whose discrete logarithm nobody knows (RFC 9380, appendix B)."""
    return Element(sodium.element_from_hash(_expand_message(message, dst)))


def hash_to_scalar(message: bytes, dst: bytes) -> Scalar:
    """Map a message onto a scalar (RFC 9497, section 4.1)."""
    return reduce_wide(_expand_message(message, dst))


def _expand_message(message: bytes, dst: bytes) -> bytes:
    """Return 64 uniform bytes: expand_message_xmd with SHA-512 (RFC 9380, section 5.3.1)."""
    if len(dst) > _LONGEST_DST:
        raise ValueError("a domain separation tag is at most 255 bytes")
    dst_prime = dst + bytes((len(dst),))
    first = _PADDED.copy()
    first.update(message + _WIDE_BYTES.to_bytes(2, "big") + b"\x00" + dst_prime)
    return hashlib.sha512(first.digest() + b"\x01" + dst_prime).digest()

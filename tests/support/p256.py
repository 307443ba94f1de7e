"""Holds P-256 with SHA-256 as one `keys.suite.Group`: slow, not constant-time, only to run the official vectors.

Points are affine pairs of integers, None is the identity; on the wire SEC1 compressed, scalars big-endian.
"""

import hashlib
import secrets
from collections.abc import Iterable
from functools import reduce

from keys.group import Element, Scalar

Point = tuple[int, int] | None

IDENTIFIER = b"P256-SHA256"
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
A = -3
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Z = -10


def random_scalar() -> Scalar:
    """Return a random scalar."""
    return _scalar(1 + secrets.randbelow(ORDER - 1))


def scalar_add(left: Scalar, right: Scalar) -> Scalar:
    """Return left + right."""
    return _scalar(_int(left) + _int(right))


def scalar_sub(left: Scalar, right: Scalar) -> Scalar:
    """Return left - right."""
    return _scalar(_int(left) - _int(right))


def scalar_mul(left: Scalar, right: Scalar) -> Scalar:
    """Return left * right."""
    return _scalar(_int(left) * _int(right))


def scalar_invert(scalar: Scalar) -> Scalar:
    """Return 1/scalar."""
    return _scalar(pow(_int(scalar), -1, ORDER))


def decode_scalar(value: bytes) -> Scalar:
    """Accept 32 canonical bytes."""
    if len(value) != 32 or _int(value) >= ORDER:
        raise ValueError("not a canonical scalar")
    return Scalar(value)


def multiply(scalar: Scalar, element: Element) -> Element:
    """Return scalar * element."""
    return _encode(_multiply(_int(scalar), _decode(element)))


def multiply_base(scalar: Scalar) -> Element:
    """Return scalar * generator."""
    return _encode(_multiply(_int(scalar), BASE))


def add(left: Element, right: Element) -> Element:
    """Return left + right."""
    return _encode(_add(_decode(left), _decode(right)))


def linear_combination(scalars: Iterable[Scalar], elements: Iterable[Element]) -> Element:
    """Return the sum of scalar * element."""
    return reduce(add, map(multiply, scalars, elements))


def digest(data: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(data).digest()


def hash_to_scalar(message: bytes, dst: bytes) -> Scalar:
    """Hash to 48 bytes, modulo the order."""
    return _scalar(_int(_expand(message, dst, 48)))


def hash_to_group(message: bytes, dst: bytes) -> Element:
    """hash_to_curve of P256_XMD:SHA-256_SSWU_RO_ (RFC 9380, section 8.2)."""
    uniform = _expand(message, dst, 96)
    return _encode(_add(_map_to_curve(_int(uniform[:48]) % P), _map_to_curve(_int(uniform[48:]) % P)))


def _expand(message: bytes, dst: bytes, length: int) -> bytes:
    """expand_message_xmd with SHA-256 (RFC 9380, section 5.3.1)."""
    dst_prime = dst + bytes((len(dst),))
    first = digest(bytes(64) + message + length.to_bytes(2, "big") + b"\x00" + dst_prime)
    blocks = [digest(first + b"\x01" + dst_prime)]
    while 32 * len(blocks) < length:
        mixed = bytes(a ^ b for a, b in zip(first, blocks[-1], strict=True))
        blocks.append(digest(mixed + bytes((len(blocks) + 1,)) + dst_prime))
    return b"".join(blocks)[:length]


def _map_to_curve(u: int) -> Point:
    """The simplified Shallue-van de Woestijne-Ulas map (RFC 9380, section 6.6.2)."""
    tv1 = pow(Z * Z * pow(u, 4, P) + Z * u * u, P - 2, P)
    x = -B * pow(A, -1, P) * (1 + tv1) % P if tv1 else B * pow(Z * A, -1, P) % P
    y = _root(_curve(x))
    if y is None:
        x = Z * u * u * x % P
        y = _root(_curve(x))
    assert y is not None
    return x, y if y % 2 == u % 2 else P - y


def _curve(x: int) -> int:
    return (x**3 + A * x + B) % P


def _root(square: int) -> int | None:
    y = pow(square, (P + 1) // 4, P)
    return y if y * y % P == square else None


def _add(left: Point, right: Point) -> Point:
    if left is None or right is None:
        return left or right
    (x1, y1), (x2, y2) = left, right
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if left == right else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _multiply(scalar: int, point: Point) -> Point:
    result: Point = None
    for bit in f"{scalar:b}":
        result = _add(result, result)
        if bit == "1":
            result = _add(result, point)
    return result


def _encode(point: Point) -> Element:
    if point is None:
        raise ValueError("the identity")
    return Element(bytes((2 + point[1] % 2,)) + point[0].to_bytes(32, "big"))


def _decode(element: bytes) -> Point:
    x = _int(element[1:])
    y = _root(_curve(x))
    if len(element) != 33 or element[0] not in {2, 3} or x >= P or y is None:
        raise ValueError("not an element")
    return x, y if y % 2 == element[0] % 2 else P - y


def _int(value: bytes) -> int:
    return int.from_bytes(value, "big")


def _scalar(value: int) -> Scalar:
    return Scalar((value % ORDER).to_bytes(32, "big"))

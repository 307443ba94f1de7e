"""Holds what RFC 9497 leaves open: the group with its hash, and the mode that separates one use of it from another."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from keys.group import Element, Scalar


class Mode(IntEnum):
    """The protocol variants (RFC 9497, section 3.1): plain, verifiable, and verifiable with public input."""

    OPRF = 0
    VOPRF = 1
    POPRF = 2


class Group(Protocol):
    """A prime-order group with its hash (RFC 9497, sections 2.1 and 4); `keys.group` is one, as a module."""

    @property
    def IDENTIFIER(self) -> bytes:  # noqa: N802  # a constant of the module that implements this
        """The name of the ciphersuite."""

    def random_scalar(self) -> Scalar:
        """Return a random scalar other than zero."""

    def scalar_add(self, left: Scalar, right: Scalar) -> Scalar:
        """Return left + right."""

    def scalar_sub(self, left: Scalar, right: Scalar) -> Scalar:
        """Return left - right."""

    def scalar_mul(self, left: Scalar, right: Scalar) -> Scalar:
        """Return left * right."""

    def scalar_invert(self, scalar: Scalar) -> Scalar:
        """Return 1/scalar; raises ValueError for zero."""

    def decode_scalar(self, value: bytes) -> Scalar:
        """Accept canonical bytes; raises ValueError."""

    def multiply(self, scalar: Scalar, element: Element) -> Element:
        """Return scalar * element; raises ValueError for undecodable bytes and around the identity."""

    def multiply_base(self, scalar: Scalar) -> Element:
        """Return scalar * generator; raises ValueError for zero."""

    def add(self, left: Element, right: Element) -> Element:
        """Return left + right."""

    def linear_combination(self, scalars: Iterable[Scalar], elements: Iterable[Element]) -> Element:
        """Return the sum of scalar * element."""

    def digest(self, data: bytes) -> bytes:
        """Return the hash of the suite."""

    def hash_to_group(self, message: bytes, dst: bytes) -> Element:
        """Map a message onto an element."""

    def hash_to_scalar(self, message: bytes, dst: bytes) -> Scalar:
        """Map a message onto a scalar."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One group in one mode: everything that RFC 9497 derives from the context string (section 3.1)."""

    group: Group
    mode: Mode
    context: bytes = field(init=False)
    _group_dst: bytes = field(init=False, repr=False)
    _scalar_dst: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the context string and the tags once: a batch hashes thousands of times under them."""
        context = b"OPRFV1-" + bytes((self.mode,)) + b"-" + self.group.IDENTIFIER
        object.__setattr__(self, "context", context)
        object.__setattr__(self, "_group_dst", b"HashToGroup-" + context)
        object.__setattr__(self, "_scalar_dst", b"HashToScalar-" + context)

    def hash_to_group(self, message: bytes) -> Element:
        """Map an input onto an element, in this mode only."""
        return self.group.hash_to_group(message, self._group_dst)

    def hash_to_scalar(self, message: bytes) -> Scalar:
        """Map a transcript onto a scalar, in this mode only."""
        return self.group.hash_to_scalar(message, self._scalar_dst)

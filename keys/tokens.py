"""Holds the three forms in which a person passes through the house: none prints itself, none is pickled."""

import base64
import binascii
from dataclasses import dataclass
from typing import Self

from keys.group import ELEMENT_BYTES, Element
from keys.hidden import Hidden
from keys.labels import KEY_ID_BYTES, KeyId

INDEX_TOKEN_BYTES = 32
SEAL_NONCE_BYTES = 12
_SEAL_TAG_BYTES = 16
SEALED_BYTES = KEY_ID_BYTES + SEAL_NONCE_BYTES + ELEMENT_BYTES + _SEAL_TAG_BYTES
_WIRE_PREFIX = "hx1."
_WIRE_CHARACTERS = len(_WIRE_PREFIX) + 54  # 40 bytes in base64 without padding
_PREFIX_BYTES = 8


class MalformedToken(ValueError):
    """Text or bytes that are no token; the message never holds them."""


@dataclass(frozen=True, slots=True, repr=False)
class PersonToken(Hidden):
    """A person as one agency names them in one lane: the evaluated element under that agency's key.

    Two agencies' tokens for one person have nothing in common. `key_id` says which key; whether `element` is an
    element at all is decided where it is converted.
    """

    key_id: KeyId
    element: Element

    def __post_init__(self) -> None:
        """Refuse parts of another length."""
        _check_length(self.key_id, KEY_ID_BYTES)
        _check_length(self.element, ELEMENT_BYTES)

    def encode(self) -> str:
        """Return the token as it travels: `hx1.` and base64url of key id and element."""
        return _WIRE_PREFIX + base64.urlsafe_b64encode(self.key_id + self.element).decode("ascii").rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read a token as it travels; raises MalformedToken unless it is the one canonical spelling."""
        if len(text) != _WIRE_CHARACTERS or not text.startswith(_WIRE_PREFIX):
            raise MalformedToken("a person token is hx1. and 54 characters of base64url")
        try:
            raw = base64.urlsafe_b64decode(text[len(_WIRE_PREFIX) :] + "==")
        except (binascii.Error, ValueError):
            raw = b""
        token = cls(KeyId(raw[:KEY_ID_BYTES]), Element(raw[KEY_ID_BYTES:]))
        if token.encode() != text:
            raise MalformedToken("not the canonical spelling of a person token")
        return token


@dataclass(frozen=True, slots=True, repr=False)
class IndexToken(Hidden):
    """A person as the index names them in one lane and epoch: a MAC that means nothing without the converter."""

    value: bytes

    def __post_init__(self) -> None:
        """Refuse a value of another length."""
        _check_length(self.value, INDEX_TOKEN_BYTES)

    @property
    def prefix(self) -> int:
        """The first eight bytes as a signed number: the key of the narrow index, checked against the whole token."""
        return int.from_bytes(self.value[:_PREFIX_BYTES], "big", signed=True)


@dataclass(frozen=True, slots=True, repr=False)
class SealedElement(Hidden):
    """The converted element under the converter's data key, kept for rotation: key id (8), nonce (12), ciphertext, tag.

    The id of the agency's key travels with it, because the seal binds it and a row outlives the token it came from.
    """

    ciphertext: bytes

    def __post_init__(self) -> None:
        """Refuse a value of another length."""
        _check_length(self.ciphertext, SEALED_BYTES)

    @property
    def key_id(self) -> KeyId:
        """The id of the agency's key that the person token came under."""
        return KeyId(self.ciphertext[:KEY_ID_BYTES])


def _check_length(value: bytes, size: int) -> None:
    if len(value) != size:
        raise MalformedToken(f"expected {size} bytes, got {len(value)}")

"""Decides which bytes stand for a key and for a person: the strings of the protocol, one function each."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, NewType, Self, cast

from keys.group import IDENTIFIER, Element

KeyId = NewType("KeyId", bytes)
Oin = NewType("Oin", str)  # a number in the register of government organizations: twenty digits
LabelKind = Literal["agency", "index"]

KEY_ID_BYTES = 8
EPOCH_BYTES = 4
_LENGTH_BYTES = 2
_LONGEST_STRING = 2**16 - 1
_LABEL = b"hitindex-v1/label"
_NAME = re.compile(r"[!-~]{1,128}")  # printable ASCII: nothing that two systems could normalize differently
_BSN = re.compile(r"[0-9]{9}")
_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_ELEVEN = 11


class MalformedLabel(ValueError):
    """A key label with parts that no label has, or bytes that are not the encoding of one."""


class InvalidPersonNumber(ValueError):
    """A person number that cannot exist; the message never holds the number."""


def lp(value: bytes) -> bytes:
    """Return the value behind its own length in two bytes, so that no two lists of strings have one encoding."""
    if len(value) > _LONGEST_STRING:
        raise ValueError(f"a string of {len(value)} bytes is longer than {_LONGEST_STRING}")
    return len(value).to_bytes(_LENGTH_BYTES, "big") + value


@dataclass(frozen=True, slots=True)
class KeyLabel:
    """The public name of one key: an agency's key in a lane, or the lane's index key (then without owner).

    `owner` is the OIN of the agency. Raises MalformedLabel when the parts do not make a label.
    """

    kind: LabelKind
    owner: str
    lane: str
    epoch: int

    def __post_init__(self) -> None:
        """Refuse a label that no holder should publish a key for."""
        owned = _NAME.fullmatch(self.owner) is not None
        if self.kind not in {"agency", "index"} or (not owned if self.kind == "agency" else self.owner != ""):
            raise MalformedLabel("a label is of kind agency with an owner, or of kind index without one")
        if not _NAME.fullmatch(self.lane):
            raise MalformedLabel("a lane is 1 to 128 printable ASCII characters")
        if not 0 <= self.epoch < 2 ** (8 * EPOCH_BYTES):
            raise MalformedLabel("an epoch is a number of 32 bits")

    def encode(self) -> bytes:
        """Return the bytes that keys are derived from (protocol, section 2)."""
        parts = (_LABEL, self.kind.encode(), self.owner.encode(), self.lane.encode(), encode_epoch(self.epoch))
        return b"".join(map(lp, parts))

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read back what `encode` wrote; raises MalformedLabel for anything else."""
        parts = _split(encoded)
        try:
            _, kind, owner, lane = (part.decode("ascii") for part in parts[:-1])
        except ValueError:
            raise MalformedLabel("not the encoding of a key label") from None
        label = cls(cast("LabelKind", kind), owner, lane, int.from_bytes(parts[-1], "big"))
        if label.encode() != encoded:
            raise MalformedLabel("not the one encoding of this key label")
        return label


def _split(encoded: bytes) -> list[bytes]:
    """Return the strings that `lp` wrote one behind the other; a torn last one comes out short."""
    parts, at = [], 0
    while at < len(encoded):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(encoded[at:start], "big")
        parts.append(encoded[start:at])
    return parts


def encode_epoch(epoch: int) -> bytes:
    """Return I2OSP(epoch, 4)."""
    return epoch.to_bytes(EPOCH_BYTES, "big")


def key_id(label: KeyLabel, public_key: Element) -> KeyId:
    """Return the eight bytes by which a token names its key: they bind the label and the key itself."""
    parts = (b"hitindex-v1/key-id", IDENTIFIER, label.encode(), public_key)
    return KeyId(hashlib.sha256(b"".join(map(lp, parts))).digest()[:KEY_ID_BYTES])


def oprf_input(idtype: str, rule: str, value: str) -> bytes:
    """Return the OPRF input for one kind of identity: `idtype`, the version of its normal form, and that form."""
    parts = ("hitindex-v1/person", idtype, rule, value)
    return b"".join(lp(part.encode("utf-8")) for part in parts)


def bsn_input(bsn: str) -> bytes:
    """Return the OPRF input of a citizen service number: nine ASCII digits that pass the 11-test.

    Raises InvalidPersonNumber, without the number, for anything else (Wet algemene bepalingen burgerservicenummer).
    """
    if not _BSN.fullmatch(bsn) or not _passes_eleven_test(bsn):
        raise InvalidPersonNumber("a BSN is nine digits that pass the 11-test")
    return oprf_input("nl-bsn", "1", bsn)


def derived_input(value: str) -> bytes:
    """Return the OPRF input of somebody without a number: the normal form of name and birth date (section 7)."""
    return oprf_input("name-birth", "1", value)


def _passes_eleven_test(bsn: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_BSN_WEIGHTS, bsn, strict=True))
    return total % _ELEVEN == 0 and bsn != "000000000"

"""Decides what a person token becomes at the gateway: an index token to find, and a sealed element to rotate.

The converter is a security context of its own: it holds the conversion factors, peppers and the data key, and sees no
registration. The index sees index tokens and seals, and holds none of these (protocol, section 5).
"""

import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from keys import group
from keys.group import Element, InvalidElement, Scalar
from keys.hidden import Hidden
from keys.labels import KEY_ID_BYTES, KeyId, KeyLabel, encode_epoch, lp
from keys.sharing import check_ratio
from keys.tokens import SEAL_NONCE_BYTES, IndexToken, PersonToken, SealedElement

Lane = str
Epoch = int

_DATA_KEY_BYTES = 32
_SHORTEST_PEPPER = 32
_LOOKUP = lp(b"hitindex-v1/lookup")
_CONCEALED = lp(b"hitindex-v1/concealed")
_SEAL_HEADER = KEY_ID_BYTES + SEAL_NONCE_BYTES


class SealBroken(ValueError):
    """A seal that this data key did not make for this row, lane and epoch, or that was changed since."""


class RefusalKind(StrEnum):
    """Why one item of a batch was not converted; the others were."""

    UNKNOWN_KEY = "unknown_key"
    OTHER_LANE = "other_lane"
    INVALID_ELEMENT = "invalid_element"
    BROKEN_SEAL = "broken_seal"


@dataclass(frozen=True, slots=True)
class ConversionRefusal:
    """One item that was not converted."""

    kind: RefusalKind


@dataclass(frozen=True, slots=True)
class Converted:
    """One person as the index knows them; `epoch` is of the index key, `agency_owner` the OIN in the label."""

    index_token: IndexToken
    sealed: SealedElement
    epoch: Epoch
    agency_owner: str


@dataclass(frozen=True, slots=True, repr=False)
class ConversionFactor(Hidden):
    """The factor c from one agency's key to the index key of its lane; `key_id` is that of the agency's key.

    Raises RatioRefused for any other pair of labels.
    """

    agency_label: KeyLabel
    index_label: KeyLabel
    key_id: KeyId
    scalar: Scalar

    def __post_init__(self) -> None:
        """Refuse a factor that must not exist."""
        check_ratio(self.agency_label, self.index_label)


@dataclass(frozen=True, slots=True, repr=False)
class IndexSecrets(Hidden):
    """What turns an index element into what the index stores: one pepper per lane and epoch, and the data key."""

    peppers: Mapping[tuple[Lane, Epoch], bytes]
    data_key: bytes
    _cipher: AESGCMSIV = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse short secrets; raises ValueError."""
        if len(self.data_key) != _DATA_KEY_BYTES or any(len(each) < _SHORTEST_PEPPER for each in self.peppers.values()):
            raise ValueError(f"the data key is {_DATA_KEY_BYTES} bytes, a pepper at least {_SHORTEST_PEPPER}")
        object.__setattr__(self, "_cipher", AESGCMSIV(self.data_key))

    def index_token(self, element: Element, lane: Lane, epoch: Epoch) -> IndexToken:
        """Return the MAC that stands for the element in the index (protocol, section 2)."""
        message = _LOOKUP + _place(lane, epoch) + element
        return IndexToken(hmac.digest(self.peppers[lane, epoch], message, "sha256"))

    def seal(self, element: Element, *, row_id: str, lane: Lane, epoch: Epoch, key_id: KeyId) -> SealedElement:
        """Encrypt the element for one row (AES-256-GCM-SIV, RFC 8452): moved to another row it does not open."""
        nonce = secrets.token_bytes(SEAL_NONCE_BYTES)
        bound = _bound(row_id, lane, epoch, key_id)
        return SealedElement(key_id + nonce + self._cipher.encrypt(nonce, element, bound))

    def open(self, sealed: SealedElement, *, row_id: str, lane: Lane, epoch: Epoch) -> Element:
        """Return the element of one row; raises SealBroken."""
        nonce, ciphertext = sealed.ciphertext[KEY_ID_BYTES:_SEAL_HEADER], sealed.ciphertext[_SEAL_HEADER:]
        try:
            return Element(self._cipher.decrypt(nonce, ciphertext, _bound(row_id, lane, epoch, sealed.key_id)))
        except InvalidTag:
            raise SealBroken("the seal does not open for this row, lane and epoch") from None

    def conceal(self, text: bytes, *, row_id: str) -> bytes:
        """Encrypt what the index keeps without reading it, for one row; whoever calls gives it a fixed length."""
        nonce = secrets.token_bytes(SEAL_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text, _CONCEALED + lp(row_id.encode()))

    def reveal(self, concealed: bytes, *, row_id: str) -> bytes:
        """Return what was concealed for one row; raises SealBroken."""
        nonce, ciphertext = concealed[:SEAL_NONCE_BYTES], concealed[SEAL_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, _CONCEALED + lp(row_id.encode()))
        except (InvalidTag, ValueError):
            raise SealBroken("what was concealed does not open for this row") from None


def _bound(row_id: str, lane: Lane, epoch: Epoch, key_id: KeyId) -> bytes:
    return lp(row_id.encode()) + _place(lane, epoch) + lp(key_id)


@lru_cache
def _place(lane: Lane, epoch: Epoch) -> bytes:
    return lp(lane.encode()) + lp(encode_epoch(epoch))


class Converter(Hidden):
    """Turns the agencies' tokens into the index's, with the factors that the key holders opened to it."""

    __slots__ = ("_factors", "_secrets")

    def __init__(
        self,
        factors: Iterable[ConversionFactor],
        peppers: Mapping[tuple[Lane, Epoch], bytes],
        data_key: bytes,
    ) -> None:
        """Take the factors of any number of agency and index epochs; the newest index epoch of a key is used.

        `peppers` has one for the lane and epoch of every index label; raises ValueError otherwise.
        """
        in_order = sorted(factors, key=lambda factor: factor.index_label.epoch)
        self._factors = {factor.key_id: factor for factor in in_order}
        self._secrets = IndexSecrets(dict(peppers), data_key)
        labels = {factor.index_label for factor in self._factors.values()}
        missing = [label for label in labels if (label.lane, label.epoch) not in peppers]
        if missing:
            raise ValueError(f"no pepper for {missing}")

    def owner_of(self, key_id: KeyId) -> KeyLabel | None:
        """Return the label of the agency's key that a token names, or None for a key that has no factor."""
        factor = self._factors.get(key_id)
        return None if factor is None else factor.agency_label

    def convert(
        self, tokens: Sequence[tuple[PersonToken, str]], lane: Lane, *, of_nobody: Collection[str] = ()
    ) -> list[Converted | ConversionRefusal]:
        """Convert each token for its row, in order: every item has its own outcome and none touches another's.

        The second part of an item is the id of the row that the seal is for. Whether the caller owns the key is the
        gateway's to check, by `owner_of` or `agency_owner`.

        The rows `of_nobody` are refused or converted like the others, but to an element of chance that has nothing of
        the person: now and after every rotation it equals no other (but for a chance of 2**-252).
        """
        return [self._convert_one(token, row_id, lane, nobody=row_id in of_nobody) for token, row_id in tokens]

    def _convert_one(
        self, token: PersonToken, row_id: str, lane: Lane, *, nobody: bool
    ) -> Converted | ConversionRefusal:
        factor = self._factors.get(token.key_id)
        if factor is None:
            return ConversionRefusal(RefusalKind.UNKNOWN_KEY)
        if factor.agency_label.lane != lane:
            return ConversionRefusal(RefusalKind.OTHER_LANE)
        try:
            # A random multiple of any element is a uniformly random one, for the price of the ordinary multiplication.
            element = group.multiply(group.random_scalar() if nobody else factor.scalar, token.element)
        except InvalidElement:
            return ConversionRefusal(RefusalKind.INVALID_ELEMENT)
        epoch = factor.index_label.epoch
        index_token = self._secrets.index_token(element, lane, epoch)
        sealed = self._secrets.seal(element, row_id=row_id, lane=lane, epoch=epoch, key_id=token.key_id)
        return Converted(index_token, sealed, epoch, factor.agency_label.owner)

    def open(self, sealed: SealedElement, *, row_id: str, lane: Lane, epoch: Epoch) -> Element:
        """Return the sealed element of one row, for rotation only; raises SealBroken."""
        return self._secrets.open(sealed, row_id=row_id, lane=lane, epoch=epoch)

    def conceal(self, text: bytes, *, row_id: str) -> bytes:
        """Encrypt what the index keeps for one row without reading it."""
        return self._secrets.conceal(text, row_id=row_id)

    def reveal(self, concealed: bytes, *, row_id: str) -> bytes:
        """Return what was concealed for one row; raises SealBroken."""
        return self._secrets.reveal(concealed, row_id=row_id)


@dataclass(frozen=True, slots=True)
class Rotated:
    """One row's new index token and seal."""

    row_id: str
    index_token: IndexToken
    sealed: SealedElement


@dataclass(frozen=True, slots=True)
class Rotation:
    """One lane's way from old secrets to new ones, without a person token (protocol, section 6).

    `delta` is k_index' / k_index for a new index epoch, None when only the pepper or the data key changes.
    """

    lane: Lane
    from_epoch: Epoch
    to_epoch: Epoch
    old: IndexSecrets
    new: IndexSecrets
    delta: Scalar | None = field(default=None, repr=False)

    def rotate(self, rows: Iterable[tuple[str, SealedElement]]) -> list[Rotated | ConversionRefusal]:
        """Return each row, given by id and seal, under the new secrets; one with a broken seal is refused by itself."""
        return [self._rotate_one(row_id, sealed) for row_id, sealed in rows]

    def _rotate_one(self, row_id: str, sealed: SealedElement) -> Rotated | ConversionRefusal:
        try:
            element = self.old.open(sealed, row_id=row_id, lane=self.lane, epoch=self.from_epoch)
        except SealBroken:
            return ConversionRefusal(RefusalKind.BROKEN_SEAL)
        moved = element if self.delta is None else group.multiply(self.delta, element)
        resealed = self.new.seal(moved, row_id=row_id, lane=self.lane, epoch=self.to_epoch, key_id=sealed.key_id)
        return Rotated(row_id, self.new.index_token(moved, self.lane, self.to_epoch), resealed)

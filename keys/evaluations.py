"""Holds the messages that key holders take and give: data only, the same for one holder and for many."""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field

from keys.group import Element
from keys.labels import KeyLabel, lp
from keys.polynomials import Subset as SeedSubset
from keys.wire import MOST_HOLDERS, Bytes8, Bytes32, Bytes64, Holder, LabelMessage, Message, Sealed, Subset

ELEMENTS_PER_CALL: Final = 1_000
BYTES_PER_CALL: Final = 64 * 1024
_MOST_SUBSETS: Final = 1_000

TOKEN_EVALUATIONS: Final = "/v1/token-evaluations"  # noqa: S105  # an address
KEY_SALTS: Final = "/v1/key-salts"
KEY_COMMITMENTS: Final = "/v1/key-commitments"
MANIFEST_SIGNATURES: Final = "/v1/manifest-signatures"
CONVERSION_SHARES: Final = "/v1/conversion-shares"


class EvaluateTokens(Message):
    """Evaluate these blinded persons under our own key; signed by the agency whose label it is."""

    label: LabelMessage
    elements: Annotated[tuple[Bytes32, ...], Field(min_length=1, max_length=ELEMENTS_PER_CALL)]


class TokenEvaluations(Message):
    """The evaluations in the order asked, with one proof for all of them (RFC 9497, section 2.2)."""

    key_id: Bytes8
    elements: tuple[Bytes32, ...]
    proof: Bytes64
    holder: Holder


class ChooseSalts(Message):
    """Choose salts for the key of this label, wherever that falls to you, and seal them to the other holders."""

    label: LabelMessage


class SealedSalt(Message):
    """The salt of one set's contribution, sealed (HPKE) to one holder outside the set."""

    subset: Subset
    recipient: Holder
    sealed: Sealed


class ChosenSalts(Message):
    """The salts one holder chose, under its signature."""

    label: LabelMessage
    holder: Holder
    salts: Annotated[tuple[SealedSalt, ...], Field(max_length=_MOST_SUBSETS)]
    signature: Bytes64

    def signed_bytes(self) -> bytes:
        """Return what the holder signs."""
        salts = (_join(_members(one.subset), _members((one.recipient,)), one.sealed) for one in self.salts)
        return _join(b"hitindex-v1/salts", self.label.label().encode(), _members((self.holder,)), *salts)


class PublishCommitments(Message):
    """Take these salts, unless you have others, and publish your commitments to the key of this label."""

    label: LabelMessage
    salts: Annotated[tuple[ChosenSalts, ...], Field(max_length=MOST_HOLDERS)]


class Commitment(Message):
    """What the seed of one set adds to the public key: phi_S * G."""

    subset: Subset
    element: Bytes32


class KeyCommitments(Message):
    """All commitments of one holder to one key, under its signature."""

    label: LabelMessage
    holder: Holder
    commitments: Annotated[tuple[Commitment, ...], Field(min_length=1, max_length=_MOST_SUBSETS)]
    signature: Bytes64

    def signed_bytes(self) -> bytes:
        """Return what the holder signs."""
        published = (_join(_members(one.subset), one.element) for one in self.commitments)
        return _join(b"hitindex-v1/commitments", self.label.label().encode(), _members((self.holder,)), *published)

    def by_subset(self) -> dict[SeedSubset, Element]:
        """Return the commitments as `keys.sharing` takes them; decode each element before use."""
        return {one.subset: Element(one.element) for one in self.commitments}


class SignManifest(Message):
    """Recompute the key from what all holders published, and sign it when everybody agrees."""

    commitments: Annotated[tuple[KeyCommitments, ...], Field(min_length=1, max_length=MOST_HOLDERS)]


class ManifestSignature(Message):
    """One holder's signature on the manifest of the key it recomputed."""

    holder: Holder
    public_key: Bytes32
    signature: Bytes64


class OpenConversion(Message):
    """Help the converter of the calling gateway to c = k_index / k_agency."""

    agency_label: LabelMessage
    index_label: LabelMessage


class ConversionShare(Message):
    """One holder's (u_i, v_i), sealed (HPKE) to the converter of the gateway that asked."""

    holder: Holder
    sealed: Sealed


def salt_purpose(label: KeyLabel, subset: SeedSubset, *, sender: int, recipient: int) -> bytes:
    """Return what a sealed salt is bound to."""
    return _join(b"hitindex-v1/salt", label.encode(), _members(subset), _members((sender, recipient)))


def conversion_purpose(agency_label: KeyLabel, index_label: KeyLabel, *, holder: int) -> bytes:
    """Return what a sealed conversion share is bound to."""
    return _join(b"hitindex-v1/conversion", agency_label.encode(), index_label.encode(), _members((holder,)))


def _members(holders: Iterable[int]) -> bytes:
    return bytes(holders)


def _join(*parts: bytes) -> bytes:
    return b"".join(map(lp, parts))

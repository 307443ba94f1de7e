"""Decides when a public key of the holders may be used: at least t of them signed which key belongs to which label."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from keys import sodium
from keys.group import Element
from keys.labels import KeyId, KeyLabel, key_id, lp


class Assurance(StrEnum):
    """Whom the key protects against: `embedded` is one holder, so not against whoever runs it and the gateway too."""

    EMBEDDED = "embedded"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class HolderSignature:
    """The Ed25519 signature of one holder (numbered from 1) on a manifest."""

    holder: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which key belongs to a label: K_L, and K_{L,i} of each of the n holders in order, of which t can use it."""

    label: KeyLabel
    public_key: Element
    holder_public_keys: tuple[Element, ...]
    threshold: int
    signatures: tuple[HolderSignature, ...] = ()

    @property
    def holders(self) -> int:
        """The number of holders, n."""
        return len(self.holder_public_keys)

    @property
    def assurance(self) -> Assurance:
        """What the number of holders is worth."""
        return Assurance.EMBEDDED if self.holders == 1 else Assurance.THRESHOLD

    @property
    def key_id(self) -> KeyId:
        """The eight bytes by which tokens name this key."""
        return key_id(self.label, self.public_key)

    def signed_bytes(self) -> bytes:
        """Return what each holder signs: everything above but the signatures."""
        parts = (
            b"hitindex-v1/manifest",
            self.label.encode(),
            bytes((self.threshold, self.holders)),
            self.assurance.encode("ascii"),
            self.public_key,
            *self.holder_public_keys,
        )
        return b"".join(map(lp, parts))

    def with_signature(self, signature: HolderSignature) -> "Manifest":
        """Return it with one more signature, in order of the holders, in place of an older one of the same holder."""
        others = tuple(kept for kept in self.signatures if kept.holder != signature.holder)
        return replace(self, signatures=tuple(sorted((*others, signature), key=lambda one: one.holder)))

    def valid_signers(self, holder_keys: Mapping[int, tuple[bytes, ...]]) -> frozenset[int]:
        """Return the holders whose signature verifies under one of their raw Ed25519 keys, each counted once."""
        message = self.signed_bytes()
        return frozenset(
            one.holder
            for one in self.signatures
            if any(sodium.ed25519_verify(one.signature, message, public) for public in holder_keys.get(one.holder, ()))
        )

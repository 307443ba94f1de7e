"""Decides whose signatures under a statement count: those of parties with the right role, by keys that still count.

A statement is 32 bytes, the SHA-256 of something that people have read, within a `domain` that says what it is: a
signature under a statement of one kind is worth nothing under another.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from keys import sodium
from keys.labels import Oin, lp
from keys.parties import Algorithm, Party, PartyKey, Role
from keys.signing_key import KeyName, SigningKey
from keys.trust import TrustList

STATEMENT_BYTES: Final = 32
_CLOCK_SLACK: Final = timedelta(minutes=1)
_WRITTEN: Final = "%Y-%m-%dT%H:%M:%SZ"


class Standing(StrEnum):
    """What a signature is worth."""

    COUNTS = "counts"
    FORGED = "forged"
    KEY_UNKNOWN = "key_unknown"
    OTHER_ROLE = "other_role"
    TIME_WRONG = "time_wrong"
    KEY_NOT_VALID = "key_not_valid"


@dataclass(frozen=True, slots=True)
class StatementSignature:
    """That `signer` put its name under a statement at a moment, in whole seconds, with the key of this name."""

    signer: Oin
    key_id: KeyName
    signed_at: datetime
    signature: bytes = field(repr=False)


def sign_statement(
    domain: str, statement: bytes, *, signer: Oin, key: SigningKey, signed_at: datetime
) -> StatementSignature:
    """Return the signature of a party under a statement."""
    at = signed_at.astimezone(UTC).replace(microsecond=0)
    return StatementSignature(signer, key.key_id, at, key.sign(_signed_bytes(domain, statement, signer, at)))


def standing_of(
    given: StatementSignature, domain: str, statement: bytes, *, role: Role, trust: TrustList, now: datetime
) -> Standing:
    """Return what a signature under a statement is worth.

    Its key has to count both when it signed and now: a time of signing is what the signer says, so that of an expired
    key could be any.
    """
    known = trust.key(given.key_id)
    if known is None:
        return Standing.KEY_UNKNOWN
    party, key = known
    if not _fits(given, domain, statement, party, key):
        return Standing.FORGED
    if party.role is not role:
        return Standing.OTHER_ROLE
    if given.signed_at > now + _CLOCK_SLACK:
        return Standing.TIME_WRONG
    return Standing.COUNTS if key.counts_at(given.signed_at) and key.counts_at(now) else Standing.KEY_NOT_VALID


def signers(signatures: Iterable[StatementSignature], standings: Iterable[Standing]) -> frozenset[Oin]:
    """Return the parties whose signature counts, each once however often it signed."""
    weighed = zip(signatures, standings, strict=True)
    return frozenset(given.signer for given, standing in weighed if standing is Standing.COUNTS)


def written(at: datetime) -> str:
    """Return the one way in which a time of signing is written."""
    return at.astimezone(UTC).strftime(_WRITTEN)


def read_time(text: str) -> datetime:
    """Read a time of signing back; raises ValueError for any other spelling of it."""
    at = datetime.strptime(text, _WRITTEN).replace(tzinfo=UTC)
    if written(at) != text:
        raise ValueError("not a time in its one form")
    return at


def _fits(given: StatementSignature, domain: str, statement: bytes, party: Party, key: PartyKey) -> bool:
    message = _signed_bytes(domain, statement, given.signer, given.signed_at)
    return (
        key.algorithm is Algorithm.ED25519
        and party.oin == given.signer
        and sodium.ed25519_verify(given.signature, message, key.public)
    )


def _signed_bytes(domain: str, statement: bytes, signer: Oin, at: datetime) -> bytes:
    """Return what is signed: who signs and when stand in it, so that nobody can change either afterwards."""
    if len(statement) != STATEMENT_BYTES:
        raise ValueError(f"a statement is {STATEMENT_BYTES} bytes, not {len(statement)}")
    return b"".join(map(lp, (domain.encode("ascii"), statement, signer.encode("ascii"), written(at).encode("ascii"))))

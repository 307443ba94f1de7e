"""Decides who called: the only place where a `Signed` message can come from is a signature that was verified here.

The procedure, whose numbers stand above the code:

1. No header that is signed, or that signs, stands in the call twice.
2. The signature has the exact shape that we write (fast), or another that RFC 9421 allows (general), and covers all
   that it must.
3. The key is registered, not revoked, and inside its term; the algorithm is that of the registered key.
4. The clocks agree within a minute, and the signature has not expired.
5. The signature verifies; it is over the headers, the digest of the body among them.
6. The body has the digest that was signed: a large one is not read at all unless the other steps are passed.

That the nonce was never seen before is decided by the database of whoever is called (G21), not here.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Generic, NoReturn, TypeVar

from keys.faults import SignatureFault, SignatureRefused, check_clock, check_key
from keys.general_signature import GeneralSignature, read_general
from keys.http_signature import LIFETIME_SECONDS, ExactSignature, Parameters, RawCall, read_exact, single_headers
from keys.trust import KnownKeys, Party, PartyKey

T = TypeVar("T")

_SEAL: Final = object()


class _Sealed:
    """Base of what only this module makes; a pickle of it would be a forgery waiting to happen."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError("what was verified here is not carried elsewhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(_Sealed):
    """What a verified signature says beside who made it. Texts are empty when the call did not have that header.

    `body_digest` is the SHA-256 of the signed body, `call_digest` that of method, target and body: what an idempotency
    key is bound to, because the same body means something else at another address.
    """

    key_id: str
    nonce: str
    created_at: datetime
    expires_at: datetime
    body_digest: bytes
    call_digest: bytes
    purpose: str = field(repr=False)
    user_role: str = field(repr=False)
    case_reference: str = field(repr=False)
    idempotency_key: str = field(repr=False)
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made by anybody else."""
        if seal is not _SEAL:
            raise TypeError("this comes from verification alone: see keys.signed.verify_call")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Evidence, Generic[T]):
    """A message and who signed it; comes from `Verified.carry` alone."""

    caller: Party
    message: T = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified(Evidence):
    """A call whose signature was verified, its body not yet read; comes from `verify_call` alone."""

    party: Party

    def carry(self, message: T) -> Signed[T]:
        """Return what the verified body says, as said by who signed it."""
        return Signed(
            caller=self.party,
            message=message,
            key_id=self.key_id,
            nonce=self.nonce,
            created_at=self.created_at,
            expires_at=self.expires_at,
            body_digest=self.body_digest,
            call_digest=self.call_digest,
            purpose=self.purpose,
            user_role=self.user_role,
            case_reference=self.case_reference,
            idempotency_key=self.idempotency_key,
            seal=_SEAL,
        )


@dataclass(frozen=True, slots=True)
class Announced(_Sealed):
    """A call that passed every step but the last, for which its body is needed; comes from `verify_head` alone.

    What its headers say is signed, and what its body says is not known yet.
    """

    call: RawCall
    party: Party
    key_id: str
    _signature: ExactSignature | GeneralSignature
    _headers: Mapping[str, str] = field(repr=False)
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made by anybody else."""
        if seal is not _SEAL:
            raise TypeError("this comes from verification alone: see keys.signed.verify_head")

    def with_body(self, body: bytes) -> Verified:
        """Return the whole call; raises SignatureRefused unless this is the body that was signed."""
        if body and not self.call.has_body:
            raise SignatureRefused(SignatureFault.INCOMPLETE)
        call = replace(self.call, body=body)
        # 6.
        if not replace(self._signature, call=call).digest_fits():
            raise SignatureRefused(SignatureFault.DIGEST_WRONG)
        said = self._signature.parameters
        return Verified(
            party=self.party,
            key_id=said.key_id,
            nonce=said.nonce,
            created_at=datetime.fromtimestamp(said.created, UTC),
            expires_at=datetime.fromtimestamp(said.expires, UTC),
            body_digest=hashlib.sha256(body).digest(),
            call_digest=_digest_of(call),
            purpose=self._headers.get("purpose", ""),
            user_role=self._headers.get("user-role", ""),
            case_reference=self._headers.get("case-reference", ""),
            idempotency_key=self._headers.get("idempotency-key", ""),
            seal=_SEAL,
        )


def _digest_of(call: RawCall) -> bytes:
    digest = hashlib.sha256(f"{call.method} {call.target_uri}\n".encode())
    digest.update(call.body)
    return digest.digest()


def verify_call(call: RawCall, trust: KnownKeys, *, now: datetime) -> Verified:
    """Return who made this call; raises SignatureRefused with the first step that it does not pass."""
    return verify_head(call, trust, now=now).with_body(call.body)


def verify_head(call: RawCall, trust: KnownKeys, *, now: datetime) -> Announced:
    """Return who announces this call, before its body is read (`body_follows`); raises SignatureRefused."""
    # 1.
    headers = single_headers(call.headers)
    # 2.
    signature = read_exact(call, headers) or read_general(call, headers)
    # 3.
    party, key = _registered(signature.parameters, trust, now)
    # 4.
    _check_times(signature.parameters, now)
    # 5.
    if not signature.verifies(key):
        raise SignatureRefused(SignatureFault.INVALID)
    return Announced(call, party, signature.parameters.key_id, signature, headers, seal=_SEAL)


def _registered(said: Parameters, trust: KnownKeys, now: datetime) -> tuple[Party, PartyKey]:
    known = trust.key(said.key_id)
    if known is None:
        raise SignatureRefused(SignatureFault.KEY_UNKNOWN)
    check_key(known[1], now)
    if said.algorithm not in {"", known[1].algorithm.value}:
        raise SignatureRefused(SignatureFault.INVALID)
    return known


def _check_times(said: Parameters, now: datetime) -> None:
    if not said.created <= said.expires <= said.created + LIFETIME_SECONDS:
        raise SignatureRefused(SignatureFault.MALFORMED)
    check_clock(said.created, now, expires=said.expires)

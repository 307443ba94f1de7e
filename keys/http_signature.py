"""Decides the one shape in which calls are signed here (RFC 9421 and RFC 9530; protocol, section 8)."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from keys import sodium
from keys.faults import SignatureFault, SignatureRefused
from keys.parties import PartyKey
from keys.signing_key import SigningKey

Headers = tuple[tuple[str, str], ...]

TAG: Final = "hitindex-v1"
LABEL: Final = "sig1"
LIFETIME_SECONDS: Final = 60
SIGNED_WITH_BODY: Final = ("content-type", "content-digest")
SIGNED_WHEN_PRESENT: Final = ("authorization", "idempotency-key", "purpose", "user-role", "case-reference")
NEVER_TWICE: Final = frozenset(("signature-input", "signature", "host", *SIGNED_WITH_BODY, *SIGNED_WHEN_PRESENT))

_PARAMETERS = re.compile(
    r';created=([0-9]{1,12});expires=([0-9]{1,12});keyid="([A-Za-z0-9_-]{43})"'
    r';nonce="([A-Za-z0-9_-]{22,86})";alg="(ed25519)";tag="hitindex-v1"'
)
_SIGNATURE = re.compile(r"sig1=:([A-Za-z0-9+/]{86}==):")
_AMONG_OTHERS = re.compile(r"(?:^|,[ \t]*)sig1=:([A-Za-z0-9+/]{1,2048}={0,2}):(?=$|[ \t]*,)")


@dataclass(frozen=True, slots=True)
class RawCall:
    """A request as it came or goes: header names in lower case, `target_uri` absolute with at least "/" as path.

    `body_follows` says that a body is still to come: its signature must cover one.
    """

    method: str
    target_uri: str
    headers: Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    body_follows: bool = False

    @property
    def has_body(self) -> bool:
        """Whether the signature must cover a body."""
        return bool(self.body) or self.body_follows


class Parameters(NamedTuple):
    """What a signature says about itself; times in seconds since 1970, `algorithm` empty when it does not say."""

    created: int
    expires: int
    key_id: str
    nonce: str
    algorithm: str


@dataclass(frozen=True, slots=True)
class ExactSignature:
    """A signature in exactly our shape, by Ed25519, read but not verified."""

    parameters: Parameters
    base: bytes = field(repr=False)
    signature: bytes
    call: RawCall
    digest: str

    def digest_fits(self) -> bool:
        """Tell whether the body has the digest that was signed."""
        return not self.call.has_body or self.digest == content_digest(self.call.body)

    def verifies(self, key: PartyKey) -> bool:
        """Tell whether the key, which is registered for Ed25519, made the signature."""
        return sodium.ed25519_verify(self.signature, self.base, key.public)


def content_digest(body: bytes) -> str:
    """Return the Content-Digest of a body (RFC 9530, section 2)."""
    return f"sha-256=:{base64_text(hashlib.sha256(body).digest())}:"


def labeled_signature(header: str) -> bytes | None:
    """Return the signature labeled `sig1` in a Signature header, None unless it is there in its one base64 form.

    Base64 has spare bits at its end; a signature with other spare bits is another text, and is refused (G22).
    """
    found = _AMONG_OTHERS.search(header)
    if found is None:
        return None
    try:
        signature = base64.b64decode(found[1], validate=True)
    except ValueError:
        return None
    return signature if base64_text(signature) == found[1] else None


def exact_signature(header: str) -> bytes | None:
    """Return the 64 bytes of a Signature header that holds `sig1` and nothing else."""
    return labeled_signature(header) if _SIGNATURE.fullmatch(header) else None


def single_headers(headers: Headers) -> dict[str, str]:
    """Return the headers by name; raises SignatureRefused when one that signs or is signed stands there twice."""
    fields = {name: value.strip(" \t") for name, value in headers}
    if len(fields) != len(headers):
        names = [name for name, _ in headers if name in NEVER_TWICE]
        if len(names) != len(set(names)):
            raise SignatureRefused(SignatureFault.MALFORMED)
    return fields


def required_components(headers: Mapping[str, str], *, has_body: bool) -> list[str]:
    """Return the names that the signature on a call must cover, in the order in which we write them."""
    names = ["@method", "@target-uri"]
    if has_body:
        names += SIGNED_WITH_BODY
    names += [name for name in SIGNED_WHEN_PRESENT if name in headers]
    return names


def sign_call(call: RawCall, key: SigningKey, *, created_at: datetime, nonce: str) -> RawCall:
    """Return the call with Content-Digest (when it has a body), Signature-Input and Signature added.

    `nonce` is 128 bits or more, base64url without padding. Raises ValueError when the call is signed already, or has
    a body and no Content-Type.
    """
    headers = {name: value.strip(" \t") for name, value in call.headers}
    if len(headers) != len(call.headers) or headers.keys() & {"signature-input", "signature", "content-digest"}:
        raise ValueError("the call is signed already, or a header stands in it twice")
    if call.body:
        headers["content-digest"] = content_digest(call.body)
    created = int(created_at.timestamp())
    covered = inner_list(required_components(headers, has_body=call.has_body))
    parameters = (
        f'{covered};created={created};expires={created + LIFETIME_SECONDS};keyid="{key.key_id}"'
        f';nonce="{nonce}";alg="ed25519";tag="{TAG}"'
    )
    base = _call_base(call, headers, parameters)
    if base is None or not _PARAMETERS.fullmatch(parameters, len(covered)):
        raise ValueError(
            "a header that must be signed is missing or not printable ASCII, or the nonce is not base64url"
        )
    headers["signature-input"] = f"{LABEL}={parameters}"
    headers["signature"] = f"{LABEL}=:{base64_text(key.sign(base))}:"
    return RawCall(call.method, call.target_uri, tuple(headers.items()), call.body)


def read_exact(call: RawCall, headers: Mapping[str, str]) -> ExactSignature | None:
    """Return the signature of a call in exactly the shape that `sign_call` writes; None for any other.

    The list of components is not parsed but built anew from the call itself and compared: what should have been
    signed decides, not what the sender says was signed.
    """
    given = headers.get("signature-input", "")
    expected = f"{LABEL}={inner_list(required_components(headers, has_body=call.has_body))}"
    if not given.startswith(expected):
        return None
    said = _PARAMETERS.fullmatch(given, len(expected))
    signature = exact_signature(headers.get("signature", ""))
    base = _call_base(call, headers, given[len(LABEL) + 1 :])
    if said is None or signature is None or base is None:
        return None
    created, expires, key_id, nonce, algorithm = said.groups()
    parameters = Parameters(int(created), int(expires), key_id, nonce, algorithm)
    return ExactSignature(parameters, base, signature, call, headers.get("content-digest", ""))


def _call_base(call: RawCall, headers: Mapping[str, str], parameters: str) -> bytes | None:
    """Return the signature base (RFC 9421, section 2.5), None when a value is missing or not printable ASCII."""
    lines = [f'"@method": {call.method}', f'"@target-uri": {call.target_uri}']
    names = required_components(headers, has_body=call.has_body)[2:]
    if any(name not in headers for name in names):
        return None
    lines += [f'"{name}": {headers[name]}' for name in names]
    return join_base(lines, parameters)


def join_base(lines: Sequence[str], parameters: str) -> bytes | None:
    """Return the lines of a signature base as bytes; None when one could be read as two, or is not ASCII."""
    lines = (*lines, f'"@signature-params": {parameters}')
    if not all(line.isascii() and line.isprintable() for line in lines):
        return None
    return "\n".join(lines).encode("ascii")


def inner_list(names: Sequence[str]) -> str:
    """Return component names as the inner list of a Signature-Input."""
    return '("' + '" "'.join(names) + '")'


def base64_text(value: bytes) -> str:
    """Return base64 with padding, as structured fields write bytes (RFC 8941)."""
    return base64.b64encode(value).decode("ascii")

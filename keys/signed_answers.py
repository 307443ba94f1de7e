"""Decides how an answer is signed, bound to the call it answers, and when it is believed (RFC 9421, 2.4)."""

import re
from collections.abc import Mapping
from datetime import datetime

from keys import sodium
from keys.faults import SignatureFault, SignatureRefused, check_clock, check_key
from keys.http_signature import (
    LABEL,
    TAG,
    Headers,
    base64_text,
    content_digest,
    exact_signature,
    inner_list,
    join_base,
    labeled_signature,
    single_headers,
)
from keys.signing_key import SigningKey
from keys.trust import Algorithm, KnownKeys, Party

_PARAMETERS = re.compile(r';created=([0-9]{1,12});keyid="([A-Za-z0-9_-]{43})";alg="ed25519";tag="hitindex-v1"')


def sign_response(
    status: int, headers: Headers, body: bytes, *, request_signature: str, key: SigningKey, created_at: datetime
) -> Headers:
    """Return the headers of an answer with Content-Digest, Signature-Input and Signature added.

    `request_signature` is the Signature header of the call that is answered, so that the answer fits no other call.
    Raises ValueError when that header holds no signature of ours.
    """
    answer = {**dict(headers), "content-digest": content_digest(body)}
    parameters = f'{_components(answer)};created={int(created_at.timestamp())};keyid="{key.key_id}"'
    parameters += f';alg="ed25519";tag="{TAG}"'
    base = _base(status, answer, request_signature, parameters)
    if base is None:
        raise ValueError("the signature of the call is not one of ours, or a header is not printable ASCII")
    answer["signature-input"] = f"{LABEL}={parameters}"
    answer["signature"] = f"{LABEL}=:{base64_text(key.sign(base))}:"
    return tuple(answer.items())


def verify_response(
    status: int,
    headers: Headers,
    body: bytes,
    *,
    request_signature: str,
    signer: str,
    trust: KnownKeys,
    now: datetime,
) -> Party:
    """Return the party that signed this answer to our call; raises SignatureRefused.

    `signer` is the OIN we asked: an answer that another party signed is refused, whoever that is.
    """
    given = single_headers(headers)
    said, signature, base = _read(status, given, request_signature)
    known = trust.key(said[2])
    if known is None or known[0].oin != signer or known[1].algorithm is not Algorithm.ED25519:
        raise SignatureRefused(SignatureFault.KEY_UNKNOWN)
    party, key = known
    check_key(key, now)
    check_clock(int(said[1]), now)
    if given["content-digest"] != content_digest(body):
        raise SignatureRefused(SignatureFault.DIGEST_WRONG)
    if not sodium.ed25519_verify(signature, base, key.public):
        raise SignatureRefused(SignatureFault.INVALID)
    return party


def _read(status: int, headers: Mapping[str, str], request_signature: str) -> tuple[re.Match[str], bytes, bytes]:
    given = headers.get("signature-input", "")
    if not given or "signature" not in headers:
        raise SignatureRefused(SignatureFault.MISSING)
    expected = f"{LABEL}={_components(headers)}"
    if not given.startswith(expected):
        raise SignatureRefused(SignatureFault.INCOMPLETE)
    said = _PARAMETERS.fullmatch(given, len(expected))
    signature = exact_signature(headers["signature"])
    base = _base(status, headers, request_signature, given[len(LABEL) + 1 :])
    if said is None or signature is None or base is None:
        raise SignatureRefused(SignatureFault.MALFORMED)
    return said, signature, base


def _components(headers: Mapping[str, str]) -> str:
    names = (
        ("@status", "content-type", "content-digest") if "content-type" in headers else ("@status", "content-digest")
    )
    return f'{inner_list(names)[:-1]} "signature";req;key="{LABEL}")'


def _base(status: int, headers: Mapping[str, str], request_signature: str, parameters: str) -> bytes | None:
    of_call = labeled_signature(request_signature)
    names = [name for name in ("content-type", "content-digest") if name in headers]
    if of_call is None or "content-digest" not in names:
        return None
    lines = [f'"@status": {status}', *(f'"{name}": {headers[name]}' for name in names)]
    lines.append(f'"signature";req;key="{LABEL}": :{base64_text(of_call)}:')
    return join_base(lines, parameters)

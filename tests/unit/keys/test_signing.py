"""Who called is decided by a signature: what it must cover, which key counts, how far clocks may be apart."""

import base64
import copy
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keys.parties import Oin
from keys.signing import (
    RawCall,
    SignatureFault,
    SignatureRefused,
    Signed,
    SigningKey,
    Verified,
    WebhookRefused,
    base64url,
    content_digest,
    public_key_text,
    read_public_key,
    sign_call,
    sign_response,
    sign_webhook,
    verify_call,
    verify_head,
    verify_response,
    verify_webhook,
)
from keys.trust import Algorithm, Party, PartyKey, Role, TrustList
from tests.support.parties import LONG_AGO, NONCE, NOW, Member, agency, call, oin, region, signed, with_key

COVERED = '"@method" "@target-uri" "content-type" "content-digest"'


@pytest.fixture(scope="module")
def school() -> Member:
    """An agency."""
    return agency(1)


@pytest.fixture(scope="module")
def trust(school: Member) -> TrustList:
    """A list with that agency alone."""
    return TrustList((school.party,))


def header(raw: RawCall, name: str) -> str:
    """Return one header."""
    return dict(raw.headers)[name]


def with_header(raw: RawCall, name: str, value: str) -> RawCall:
    """Return the call with one header put or replaced."""
    return replace(raw, headers=(*((n, v) for n, v in raw.headers if n != name), (name, value)))


def without(raw: RawCall, name: str) -> RawCall:
    """Return the call without a header."""
    return replace(raw, headers=tuple((n, v) for n, v in raw.headers if n != name))


def fault(raw: RawCall, trust: TrustList, *, now: datetime = NOW) -> SignatureFault:
    """Return why the call is refused."""
    with pytest.raises(SignatureRefused) as refused:
        verify_call(raw, trust, now=now)
    return refused.value.reason


def test_a_signed_call_says_who_called_and_with_what(school: Member, trust: TrustList) -> None:
    """Verification gives the caller, the nonce, the times and the signed headers, and carries a message."""
    raw = signed(school, call(headers=(("purpose", "p"), ("idempotency-key", "k" * 16), ("case-reference", "Z 1"))))

    message = verify_call(raw, trust, now=NOW).carry("what the body says")

    assert school.party == message.caller
    assert "what the body says" == message.message
    assert (NONCE, school.key.key_id) == (message.nonce, message.key_id)
    assert (NOW, NOW + timedelta(seconds=60)) == (message.created_at, message.expires_at)
    assert ("p", "", "Z 1", "k" * 16) == (
        message.purpose,
        message.user_role,
        message.case_reference,
        message.idempotency_key,
    )


def test_nobody_makes_a_signed_message_by_hand(school: Member, trust: TrustList) -> None:
    """Neither constructor, nor replace, copy or pickle gives a message that nobody verified."""
    verified = verify_call(signed(school), trust, now=NOW)
    message = verified.carry("true")
    fields = {name: getattr(message, name) for name in Signed.__slots__ if name != "seal"}
    evidence = {
        name: getattr(verified, name)
        for name in ("key_id", "nonce", "created_at", "expires_at", "body_digest", "purpose", "user_role")
    } | {"case_reference": "", "idempotency_key": ""}

    attempts = (
        lambda: Signed(**fields, **evidence),
        lambda: Verified(party=school.party, **evidence),
        lambda: Verified(party=school.party, **evidence, seal=object()),
        lambda: replace(message, message="false"),
        lambda: copy.copy(message),
        lambda: pickle.dumps(message),
        lambda: pickle.dumps(verify_head(signed(school), trust, now=NOW)),
    )

    for attempt in attempts:
        with pytest.raises((TypeError, ValueError)):
            attempt()


def test_a_verified_call_shows_no_case_and_no_message(school: Member, trust: TrustList) -> None:
    """What a log line would print of a call names neither case, purpose, kind of agency nor body (G35)."""
    raw = signed(school, call(headers=(("case-reference", "CANARY-1"), ("purpose", "CANARY-2")), body=b"CANARY-3"))
    message = verify_call(raw, trust, now=NOW).carry("CANARY-4")

    assert "CANARY" not in repr(raw) + repr(message) + repr(verify_head(raw, trust, now=NOW))
    assert school.party.kind not in repr(message)


def test_a_large_body_is_not_needed_to_know_who_announces_it(school: Member, trust: TrustList) -> None:
    """The headers alone say who calls; the body that was signed makes the call whole, and no other does (G22)."""
    whole = signed(school, call(body=b"a large body"))
    head = replace(whole, body=b"", body_follows=True)

    announced = verify_head(head, trust, now=NOW)

    assert school.party == announced.party
    assert verify_call(whole, trust, now=NOW) == announced.with_body(b"a large body")
    for other in (b"another body", b""):
        with pytest.raises(SignatureRefused, match="digest_wrong"):
            announced.with_body(other)


def test_a_body_cannot_be_announced_by_a_signature_that_covers_none(school: Member, trust: TrustList) -> None:
    """Neither is a signature without a digest taken for a body to come, nor is a body taken that was not announced."""
    bare = signed(school, call(body=b""))

    with pytest.raises(SignatureRefused, match="incomplete"):
        verify_head(replace(bare, body_follows=True), trust, now=NOW)
    with pytest.raises(SignatureRefused, match="incomplete"):
        verify_head(bare, trust, now=NOW).with_body(b"a body")


def test_an_announcement_that_nobody_signed_is_refused_before_its_body(school: Member, trust: TrustList) -> None:
    """A known key and any signature are not enough to have a body read."""
    head = replace(signed(school, call(body=b"a large body")), body=b"", body_follows=True)

    made_up = with_header(head, "signature", f"sig1=:{'A' * 86}==:")

    with pytest.raises(SignatureRefused, match="invalid"):
        verify_head(made_up, trust, now=NOW)


def test_an_unsigned_call_is_missing_its_signature(trust: TrustList) -> None:
    """No signature, or half of one, is said to be missing."""
    assert SignatureFault.MISSING is fault(call(), trust)
    assert SignatureFault.MISSING is fault(with_header(call(), "signature-input", "sig1=()"), trust)


@pytest.mark.parametrize(
    "given",
    ["sig1", "sig1=1", "sig2=()", "sig1=(1 2)", 'sig1=("@method', "sig1=();created=x", "é", "sig1=()" + "a" * 5000],
)
def test_what_cannot_be_read_is_malformed(school: Member, trust: TrustList, given: str) -> None:
    """Bytes that are no Signature-Input are refused as such."""
    raw = with_header(signed(school), "signature-input", given)

    assert fault(raw, trust) in {SignatureFault.MALFORMED, SignatureFault.INCOMPLETE}


@pytest.mark.parametrize("name", ["authorization", "idempotency-key", "purpose", "user-role", "case-reference"])
def test_a_header_of_the_protocol_that_was_not_signed_is_refused(school: Member, trust: TrustList, name: str) -> None:
    """Whoever adds a purpose, a role, a case, a key or a login to a signed call is refused (G25)."""
    raw = signed(school, call(headers=()))

    assert SignatureFault.INCOMPLETE is fault(with_header(raw, name, "added"), trust)


@pytest.mark.parametrize("name", ["purpose", "content-type", "content-digest"])
def test_a_signed_header_cannot_be_taken_away(school: Member, trust: TrustList, name: str) -> None:
    """Removing what was signed is as bad as changing it."""
    with pytest.raises(SignatureRefused):
        verify_call(without(signed(school), name), trust, now=NOW)


@pytest.mark.parametrize("name", ["purpose", "content-type", "content-digest", "signature", "signature-input", "host"])
def test_duplicate_headers_are_refused(school: Member, trust: TrustList, name: str) -> None:
    """Nobody can put a second value beside a signed one (G22)."""
    raw = signed(school, call(headers=(("purpose", "p"), ("host", "gateway.example"))))
    twice = replace(raw, headers=(*raw.headers, (name, header(raw, name))))

    assert SignatureFault.MALFORMED is fault(twice, trust)


@pytest.mark.parametrize("label", ["", ", proxy=:AAAA:"])
def test_the_spare_bits_of_base64_are_signed_too(school: Member, trust: TrustList, label: str) -> None:
    """The same signature written in another way is another call (G22); found by flipping every bit."""
    raw = signed(school)
    text = header(raw, "signature")
    other = text[:-4] + chr(ord(text[-4]) + 1) + text[-3:] + label
    raw = with_header(raw, "signature-input", header(raw, "signature-input") + label.replace(":AAAA:", "()"))

    assert SignatureFault.MALFORMED is fault(with_header(raw, "signature", other), trust)


def test_another_body_is_refused(school: Member, trust: TrustList) -> None:
    """The body must have the digest that was signed."""
    assert SignatureFault.DIGEST_WRONG is fault(replace(signed(school), body=b'{"lane":"adult"}'), trust)


def test_a_body_cannot_be_added_to_a_call_without_one(school: Member, trust: TrustList) -> None:
    """A signature that covers no digest does not cover a body."""
    raw = signed(school, call(body=b"", method="GET"))

    assert verify_call(raw, trust, now=NOW).party == school.party
    assert SignatureFault.INCOMPLETE is fault(replace(raw, body=b"{}"), trust)


@pytest.mark.parametrize("seconds", [-60, -59, 0, 59, 60])
def test_clocks_within_a_minute_agree(school: Member, trust: TrustList, seconds: int) -> None:
    """A minute's skew either way passes (G23)."""
    raw = signed(school, at=NOW + timedelta(seconds=seconds))

    assert school.party == verify_call(raw, trust, now=NOW).party


@pytest.mark.parametrize(("seconds", "direction"), [(-61, "behind"), (-7200, "behind"), (61, "ahead"), (300, "ahead")])
def test_a_clock_that_is_off_is_told_by_how_much(
    school: Member, trust: TrustList, seconds: int, direction: str
) -> None:
    """The refusal says the seconds and the direction (G23)."""
    raw = signed(school, at=NOW + timedelta(seconds=seconds))

    with pytest.raises(SignatureRefused) as refused:
        verify_call(raw, trust, now=NOW)

    assert (SignatureFault.CLOCK, {"seconds": abs(seconds), "direction": direction}) == (
        refused.value.reason,
        dict(refused.value.facts),
    )


def test_a_lifetime_longer_than_a_minute_is_refused(school: Member, trust: TrustList) -> None:
    """A sender cannot give its signature an hour."""
    created = int(NOW.timestamp())
    raw = by_hand(school.key, f"({COVERED})", f"created={created};expires={created + 3600}")

    assert SignatureFault.MALFORMED is fault(raw, trust)


def test_a_signature_that_expired_early_is_refused(school: Member, trust: TrustList) -> None:
    """The sender may ask for less than a minute, and gets it."""
    created = int(NOW.timestamp()) - 20
    raw = by_hand(school.key, f"({COVERED})", f"created={created};expires={created + 10}")

    assert SignatureFault.CLOCK is fault(raw, trust)


def test_an_unknown_key_is_refused(trust: TrustList) -> None:
    """A key that nobody registered signs nothing."""
    assert SignatureFault.KEY_UNKNOWN is fault(signed(agency(2)), trust)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"revoked_at": NOW}, SignatureFault.KEY_REVOKED),
        ({"valid_until_at": NOW}, SignatureFault.KEY_EXPIRED),
        ({"valid_from_at": NOW + timedelta(seconds=1)}, SignatureFault.KEY_EXPIRED),
    ],
)
def test_a_key_counts_only_in_its_term(school: Member, changes: dict[str, datetime], expected: SignatureFault) -> None:
    """A key stops at the instant at which it ends or is revoked, and does not start before its time."""
    trust = TrustList((with_key(school.party, **changes),))

    assert expected is fault(signed(school), trust)


def test_a_key_that_will_end_still_counts(school: Member) -> None:
    """Until that instant it counts."""
    later = NOW + timedelta(seconds=1)
    trust = TrustList((with_key(school.party, revoked_at=later, valid_until_at=later),))

    assert school.oin == verify_call(signed(school), trust, now=NOW).party.oin


def by_hand(
    key: SigningKey, covered: str, times: str, *, algorithm: str = ';alg="ed25519"', raw: RawCall | None = None
) -> RawCall:
    """Return a call signed in a shape of one's own choosing, by the rules of RFC 9421."""
    raw = raw or call(headers=())
    raw = with_header(raw, "content-digest", content_digest(raw.body))
    parameters = f'{covered};{times};keyid="{key.key_id}";nonce="{NONCE}"{algorithm};tag="hitindex-v1"'
    return with_signature(raw, parameters, key.sign(base_of(raw, covered, parameters)))


def base_of(raw: RawCall, covered: str, parameters: str) -> bytes:
    """Return the signature base by the letter of RFC 9421, section 2.5."""
    values = {**dict(raw.headers), "@method": raw.method, "@target-uri": raw.target_uri}
    names = covered.strip("()").replace('"', "").split(" ")
    lines = [f'"{name}": {values[name]}' for name in names]
    return "\n".join((*lines, f'"@signature-params": {parameters}')).encode()


def with_signature(raw: RawCall, parameters: str, signature: bytes) -> RawCall:
    """Return the call with these two headers."""
    raw = with_header(raw, "signature-input", f"sig1={parameters}")
    return with_header(raw, "signature", f"sig1=:{base64.b64encode(signature).decode()}:")


TIMES = f"created={int(NOW.timestamp())};expires={int(NOW.timestamp()) + 60}"


@pytest.mark.parametrize(
    ("covered", "algorithm"),
    [
        ('("content-digest" "content-type" "@target-uri" "@method")', ';alg="ed25519"'),
        (f"({COVERED})", ""),
        (f'({COVERED} "date")', ';alg="ed25519"'),
    ],
)
def test_another_shape_of_the_standard_is_accepted(
    school: Member, trust: TrustList, covered: str, algorithm: str
) -> None:
    """Another order, more parts, or no algorithm named: what RFC 9421 allows verifies."""
    raw = call(headers=(("date", "Tue, 20 Apr 2027 09:30:00 GMT"),))

    verified = verify_call(by_hand(school.key, covered, TIMES, algorithm=algorithm, raw=raw), trust, now=NOW)

    assert school.party == verified.party


def test_another_shape_must_cover_as_much(school: Member, trust: TrustList) -> None:
    """The general path lets nobody sign less."""
    assert SignatureFault.INCOMPLETE is fault(by_hand(school.key, '("@method" "content-digest")', TIMES), trust)


def test_the_sender_does_not_choose_the_algorithm(school: Member, trust: TrustList) -> None:
    """A signature that names another algorithm than the registered key's is refused, also when it would verify."""
    for named in ("hmac-sha256", "rsa-pss-sha512", "none"):
        raw = by_hand(school.key, f"({COVERED})", TIMES, algorithm=f';alg="{named}"')
        assert SignatureFault.INVALID is fault(raw, trust)


def test_a_second_label_does_not_count(school: Member, trust: TrustList) -> None:
    """What an intermediary adds under another label neither helps nor harms."""
    raw = signed(school)
    both = with_header(raw, "signature-input", f'{header(raw, "signature-input")}, proxy=("@method");created=1')
    both = with_header(both, "signature", f"{header(raw, 'signature')}, proxy=:AAAA:")

    assert school.party == verify_call(both, trust, now=NOW).party


def test_keys_of_government_certificates_are_accepted() -> None:
    """P-256 and RSA-PSS keys (PKIoverheid) sign too, under the algorithm they are registered for."""
    curve, modulus = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 3072)
    point, numbers = curve.public_key().public_numbers(), modulus.public_key().public_numbers()

    def number(value: int) -> str:
        return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))

    p256 = {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url(point.x.to_bytes(32, "big")),
        "y": base64url(point.y.to_bytes(32, "big")),
    }
    rsa_jwk = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}

    def ecdsa(base: bytes) -> bytes:
        r, s = decode_dss_signature(curve.sign(base, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def pss(base: bytes) -> bytes:
        return modulus.sign(base, padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512())

    for algorithm, jwk, sign in (
        (Algorithm.ECDSA_P256_SHA256, p256, ecdsa),
        (Algorithm.RSA_PSS_SHA512, rsa_jwk, pss),
    ):
        key = PartyKey(algorithm, jwk, LONG_AGO)
        trust = TrustList((Party(Oin(oin(1)), "a", Role.AGENCY, "school", (key,)),))
        raw = with_header(call(headers=()), "content-digest", content_digest(call().body))
        parameters = f'({COVERED});{TIMES};keyid="{key.key_id}";nonce="{NONCE}";alg="{algorithm}";tag="hitindex-v1"'
        good = sign(base_of(raw, f"({COVERED})", parameters))
        bad = bytes((good[0] ^ 1, *good[1:]))

        assert oin(1) == verify_call(with_signature(raw, parameters, good), trust, now=NOW).party.oin
        assert SignatureFault.INVALID is fault(with_signature(raw, parameters, bad), trust)


def test_a_signing_key_shows_nothing() -> None:
    """A private key is neither printed nor pickled."""
    key = SigningKey.from_seed(bytes(range(32)))

    assert "SigningKey(hidden)" == f"{key}" == repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)


@pytest.mark.parametrize("nonce", ["", "short", 'quote"in-a-long-enough-nonce'])
def test_a_nonce_must_be_long_and_plain(school: Member, nonce: str) -> None:
    """A client cannot sign by mistake with a nonce that would be refused."""
    with pytest.raises(ValueError, match="nonce"):
        sign_call(call(), school.key, created_at=NOW, nonce=nonce)


ANSWER = (("content-type", "application/json"),)


@pytest.fixture
def conversation() -> tuple[Member, TrustList, str, tuple[tuple[str, str], ...]]:
    """A gateway, the trust list, the signature of a call, and the gateway's signed answer to it."""
    parties = region()
    request = header(signed(parties.agencies[0]), "signature")
    answer = sign_response(201, ANSWER, b"{}", request_signature=request, key=parties.gateway.key, created_at=NOW)
    return parties.gateway, parties.trust, request, answer


def answer_fault(
    conversation: tuple[Member, TrustList, str, tuple[tuple[str, str], ...]],
    *,
    status: int = 201,
    body: bytes = b"{}",
    request: str | None = None,
    headers: tuple[tuple[str, str], ...] | None = None,
    signer: str | None = None,
    now: datetime = NOW,
) -> SignatureFault | None:
    """Return why an answer is refused, None when it is believed."""
    gateway, trust, original, answer = conversation
    try:
        verify_response(
            status,
            headers or answer,
            body,
            request_signature=request or original,
            signer=signer or gateway.oin,
            trust=trust,
            now=now,
        )
    except SignatureRefused as refused:
        return refused.reason
    return None


def test_an_answer_is_bound_to_its_call(
    conversation: tuple[Member, TrustList, str, tuple[tuple[str, str], ...]],
) -> None:
    """An answer verifies for the call it answers, and for no other call, status, body, signer or time."""
    other = header(signed(agency(7)), "signature")
    unsigned = tuple((n, v) for n, v in conversation[3] if n != "signature")
    retyped = tuple((n, "text/html" if n == "content-type" else v) for n, v in conversation[3])

    assert None is answer_fault(conversation)
    assert SignatureFault.INVALID is answer_fault(conversation, request=other)
    assert SignatureFault.INVALID is answer_fault(conversation, status=200)
    assert SignatureFault.INVALID is answer_fault(conversation, headers=retyped)
    assert SignatureFault.DIGEST_WRONG is answer_fault(conversation, body=b"{ }")
    assert SignatureFault.KEY_UNKNOWN is answer_fault(conversation, signer=oin(1))
    assert SignatureFault.MISSING is answer_fault(conversation, headers=unsigned)
    assert SignatureFault.CLOCK is answer_fault(conversation, now=NOW + timedelta(minutes=2))


def test_a_signature_on_a_call_is_no_signature_on_an_answer(
    conversation: tuple[Member, TrustList, str, tuple[tuple[str, str], ...]],
) -> None:
    """The two cannot be exchanged."""
    raw = signed(conversation[0])

    assert SignatureFault.INCOMPLETE is answer_fault(conversation, headers=raw.headers, body=raw.body)


WEBHOOK_KEY = SigningKey.from_seed(bytes(range(32)))
MESSAGE_ID, AT, BODY = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", 1674087231, b'{"type": "contact.created"}'


def webhook(**changes: str) -> dict[str, str]:
    """Return the headers of a good webhook, some changed."""
    signature = sign_webhook(WEBHOOK_KEY, MESSAGE_ID, AT, BODY)
    return {"webhook-id": MESSAGE_ID, "webhook-timestamp": str(AT), "webhook-signature": signature, **changes}


def test_a_webhook_has_the_form_of_the_specification() -> None:
    """What is signed is `id.timestamp.body`, the signature `v1a,` and base64 (Standard Webhooks 1.0, asymmetric)."""
    version, _, text = webhook()["webhook-signature"].partition(",")

    assert "v1a" == version
    assert base64.b64decode(text) == WEBHOOK_KEY.sign(f"{MESSAGE_ID}.{AT}.".encode() + BODY)
    assert public_key_text(WEBHOOK_KEY.public).startswith("whpk_")
    assert WEBHOOK_KEY.public == read_public_key(public_key_text(WEBHOOK_KEY.public))


def test_a_webhook_is_believed_within_five_minutes() -> None:
    """Also with an older key's signature beside it."""
    both = webhook()["webhook-signature"] + " v1a,AAAA v1,AAAA"
    for seconds in (-300, 0, 300):
        now = datetime.fromtimestamp(AT + seconds, UTC)
        verify_webhook(WEBHOOK_KEY.public, webhook(**{"webhook-signature": both}), BODY, now=now)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        (webhook(), BODY, 301),
        (webhook(), BODY, -301),
        (webhook(), BODY + b" ", 0),
        (webhook(**{"webhook-id": "msg_other"}), BODY, 0),
        (webhook(**{"webhook-timestamp": str(AT + 1)}), BODY, 0),
        (webhook(**{"webhook-timestamp": "soon"}), BODY, 0),
        (webhook(**{"webhook-signature": "v1a,not base64"}), BODY, 0),
        (webhook(**{"webhook-signature": webhook()["webhook-signature"].replace("v1a", "v1")}), BODY, 0),
        ({"webhook-id": MESSAGE_ID}, BODY, 0),
    ],
)
def test_a_webhook_that_does_not_fit_is_refused(headers: dict[str, str], body: bytes, seconds: int) -> None:
    """Another body, id, time, version or no signature at all."""
    with pytest.raises(WebhookRefused):
        verify_webhook(WEBHOOK_KEY.public, headers, body, now=datetime.fromtimestamp(AT + seconds, UTC))


@pytest.mark.parametrize("text", ["", "whpk_", "whpk_AAAA", "whsk_" + base64.b64encode(bytes(32)).decode(), "whpk_*"])
def test_another_form_of_public_key_is_refused(text: str) -> None:
    """Only `whpk_` and 32 bytes."""
    with pytest.raises(ValueError, match="whpk_"):
        read_public_key(text)

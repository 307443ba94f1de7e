"""Whatever is signed, any change in it afterwards is refused, and no input breaks the verifier."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.general_signature import read_general
from keys.http_signature import SIGNED_WHEN_PRESENT, read_exact, single_headers
from keys.signing import RawCall, SignatureFault, SignatureRefused, base64url, sign_call, verify_call
from keys.trust import TrustList
from tests.support.parties import NOW, agency, signed

CALLER = agency(1)
TRUST = TrustList((CALLER.party,))
KEY = CALLER.party.keys[0]

values = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
nonces = st.binary(min_size=16, max_size=64).map(base64url)
paths = st.text("abcdefghijklmnopqrstuvwxyz0123456789-/", max_size=40).map("https://gateway.example/{}".format)


@st.composite
def calls(draw: st.DrawFn) -> RawCall:
    """Any call that a client may sign."""
    protocol = draw(st.dictionaries(st.sampled_from(SIGNED_WHEN_PRESENT), values))
    body = draw(st.binary(max_size=200))
    content = (("content-type", "application/json"),) if body else ()
    method = draw(st.sampled_from(("GET", "POST", "DELETE")))
    return RawCall(method, draw(paths), (*content, *protocol.items()), body)


def flipped(value: bytes, bit: int) -> bytes:
    """Return the bytes with one bit changed."""
    at = bit % (8 * len(value))
    return value[: at // 8] + bytes((value[at // 8] ^ (1 << at % 8),)) + value[at // 8 + 1 :]


@given(calls(), nonces)
def test_what_was_signed_is_believed(raw: RawCall, nonce: str) -> None:
    """Any call verifies as it was signed, and says its nonce."""
    verified = verify_call(signed(CALLER, raw, nonce=nonce), TRUST, now=NOW)

    assert (CALLER.party, nonce) == (verified.party, verified.nonce)


@given(calls(), st.integers(min_value=0), st.data())
def test_any_one_bit_change_is_refused(raw: RawCall, bit: int, data: st.DataObject) -> None:
    """One bit in the body, the address, the method, or the value of any header that counts (G22)."""
    good = signed(CALLER, raw)
    names = [name for name, _ in good.headers]
    part = data.draw(st.sampled_from(["method", "target", *names, *(["body"] if good.body else [])]))
    match part:
        case "method":
            bad = replace(good, method=flipped(good.method.encode(), bit).decode("latin-1"))
        case "target":
            bad = replace(good, target_uri=flipped(good.target_uri.encode(), bit).decode("latin-1"))
        case "body":
            bad = replace(good, body=flipped(good.body, bit))
        case _:
            headers = (
                (name, flipped(value.encode(), bit).decode("latin-1") if name == part else value)
                for name, value in good.headers
            )
            bad = replace(good, headers=tuple(headers))

    with pytest.raises(SignatureRefused):
        verify_call(bad, TRUST, now=NOW)


@given(calls(), nonces)
def test_both_paths_believe_what_we_sign(raw: RawCall, nonce: str) -> None:
    """The package that implements all of RFC 9421 reads our one shape as we do."""
    good = sign_call(raw, CALLER.key, created_at=NOW, nonce=nonce)
    headers = single_headers(good.headers)

    exact, general = read_exact(good, headers), read_general(good, headers)

    assert exact is not None
    assert exact.parameters == general.parameters
    assert (True, True) == (exact.digest_fits(), general.digest_fits())
    assert (True, True) == (exact.verifies(KEY), general.verifies(KEY))


@given(calls(), st.integers(min_value=-(10**6), max_value=10**6))
def test_a_clock_is_judged_by_its_seconds(raw: RawCall, seconds: int) -> None:
    """Inside a minute it passes, outside it is refused with exactly how much it is off (G23)."""
    good = signed(CALLER, raw, at=NOW + timedelta(seconds=seconds))
    try:
        verify_call(good, TRUST, now=NOW)
        off = None
    except SignatureRefused as refused:
        off = (refused.reason, refused.facts["seconds"], refused.facts["direction"])

    expected = (SignatureFault.CLOCK, abs(seconds), "ahead" if seconds > 0 else "behind")
    assert (None if abs(seconds) <= 60 else expected) == off


anything = st.text(max_size=200) | st.sampled_from(['sig1=("@method")', "sig1=:AA==:", 'sig1=();keyid="x";created=1'])


@given(calls(), anything, anything)
def test_no_header_breaks_the_verifier(raw: RawCall, signature_input: str, signature: str) -> None:
    """Whatever stands in the two headers, the answer is a refusal and never another error (G36)."""
    headers = (*raw.headers, ("signature-input", signature_input), ("signature", signature))

    with pytest.raises(SignatureRefused):
        verify_call(replace(raw, headers=headers), TRUST, now=NOW)

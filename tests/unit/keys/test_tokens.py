"""Tokens: one spelling on the wire, equal when equal, and never shown."""

import copy
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.group import Element
from keys.hidden import Hidden
from keys.labels import KeyId
from keys.tokens import IndexToken, MalformedToken, PersonToken, SealedElement
from tests.support.federation import POLICE, Federation

TOKEN = PersonToken(KeyId(b"\xfa" * 8), Element(b"\xce" * 32))
HIDDEN: list[Hidden] = [
    TOKEN,
    IndexToken(b"\xce" * 32),
    SealedElement(b"\xce" * 68),
    Federation(1, 1).factor(POLICE),
    Federation(1, 1).converter(POLICE),
]
OTHER_SPELLINGS = [
    "",
    "hx1.",
    TOKEN.encode() + "=",
    TOKEN.encode() + "\n",
    " " + TOKEN.encode(),
    "hx2." + TOKEN.encode()[4:],
    "HX1." + TOKEN.encode()[4:],
    TOKEN.encode()[:-1],
    TOKEN.encode()[:-1] + "/",
    TOKEN.encode()[:-1] + "5",  # the unused bits of the last character are not zero
    TOKEN.encode()[:-1] + "=",
    TOKEN.encode()[:-1] + "é",
    TOKEN.encode()[:-1] + "\ud800",
    TOKEN.encode().replace("-", "+").replace("_", "/"),
    "hx1." + "!" * 54,
]
tokens = st.builds(
    PersonToken, st.binary(min_size=8, max_size=8).map(KeyId), st.binary(min_size=32, max_size=32).map(Element)
)


@given(tokens)
def test_a_token_is_read_back(token: PersonToken) -> None:
    """hx1., 54 characters of base64url without padding, and nothing is lost."""
    text = token.encode()

    assert token == PersonToken.decode(text)
    assert ("hx1.", 58, set()) == (text[:4], len(text), set(text) & set("+/= "))


@pytest.mark.parametrize("text", OTHER_SPELLINGS, ids=range(len(OTHER_SPELLINGS)))
def test_any_other_spelling_is_refused_without_showing_it(text: str) -> None:
    """A second spelling of one token would be a second person to everything that compares text."""
    assert text != TOKEN.encode()
    with pytest.raises(MalformedToken) as refusal:
        PersonToken.decode(text)

    shown = "".join(traceback.format_exception_only(refusal.value))
    assert TOKEN.encode()[4:40] not in shown
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


@given(st.text(max_size=70))
def test_any_text_is_a_token_or_malformed(text: str) -> None:
    """No other error comes out."""
    with pytest.raises(MalformedToken):
        PersonToken.decode("hx1." + text)


@pytest.mark.parametrize("value", HIDDEN, ids=[type(each).__name__ for each in HIDDEN])
def test_a_hidden_value_never_shows_itself(value: Hidden) -> None:
    """Not by repr, str, format, in a container, nor in the message of an error."""
    shown = {repr(value), str(value), f"{value}", f"{value!r}", f"{value!s}", "%s" % value, repr([value])[1:-1]}  # noqa: UP031

    assert {f"{type(value).__name__}(hidden)"} == shown


@pytest.mark.parametrize("value", HIDDEN, ids=[type(each).__name__ for each in HIDDEN])
def test_a_hidden_value_is_not_pickled(value: Hidden) -> None:
    """It crosses a process boundary in its wire format or not at all; a copy is the value itself."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(value, protocol)

    assert value is copy.copy(value)
    assert value is copy.deepcopy(value)


def test_tokens_are_equal_by_value() -> None:
    """Two tokens of one person under one key are one, also in a set."""
    same = PersonToken.decode(TOKEN.encode())

    assert {TOKEN} == {TOKEN, same}
    assert {IndexToken(b"\xce" * 32)} == {IndexToken(b"\xce" * 32), IndexToken(b"\xce" * 32)}
    assert PersonToken(TOKEN.key_id, Element(bytes(32))) != TOKEN


@pytest.mark.parametrize(
    ("start", "expected"),
    [(bytes(8), 0), (b"\x7f" + b"\xff" * 7, 2**63 - 1), (b"\x80" + bytes(7), -(2**63)), (b"\xff" * 8, -1)],
)
def test_the_prefix_is_a_signed_number(start: bytes, expected: int) -> None:
    """It fits a BIGINT."""
    assert expected == IndexToken(start + bytes(24)).prefix


def test_tokens_have_one_length() -> None:
    """Other lengths are refused when they are made."""
    for make in (
        lambda: PersonToken(KeyId(bytes(7)), TOKEN.element),
        lambda: PersonToken(TOKEN.key_id, Element(bytes(31))),
        lambda: IndexToken(bytes(31)),
        lambda: SealedElement(bytes(67)),
    ):
        with pytest.raises(MalformedToken):
            make()

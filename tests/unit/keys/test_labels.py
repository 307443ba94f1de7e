"""Strings of the protocol: one encoding for each, none for two, and no person number in a refusal."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import group
from keys.labels import InvalidPersonNumber, KeyLabel, MalformedLabel, bsn_input, key_id, lp, oprf_input
from tests.support.federation import INDEX, POLICE, SCHOOL, person_numbers

names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128)
epochs = st.integers(0, 2**32 - 1)
labels = st.one_of(
    st.builds(KeyLabel, st.just("agency"), names, names, epochs),
    st.builds(KeyLabel, st.just("index"), st.just(""), names, epochs),
)


def test_a_label_is_encoded_as_the_protocol_says() -> None:
    """Section 2 of the protocol, spelled out."""
    expected = (
        b"\x00\x11hitindex-v1/label\x00\x06agency\x00\x1400000000990000000001\x00\x05youth\x00\x04\x00\x00\x00\x01"
    )

    assert expected == POLICE.encode()


@given(labels)
def test_a_label_is_read_back(label: KeyLabel) -> None:
    """Encoding loses nothing."""
    assert label == KeyLabel.decode(label.encode())


@given(st.one_of(st.binary(max_size=80), st.integers(0, 57).map(lambda at: POLICE.encode()[:at])))
def test_anything_else_is_no_label(encoded: bytes) -> None:
    """Any bytes, and a label torn off at any byte, are refused with one error."""
    with pytest.raises(MalformedLabel):
        KeyLabel.decode(encoded)


@given(labels, st.binary(min_size=1, max_size=4))
def test_a_label_with_a_tail_is_refused(label: KeyLabel, tail: bytes) -> None:
    """There is one encoding of a label."""
    with pytest.raises(MalformedLabel):
        KeyLabel.decode(label.encode() + tail)


@pytest.mark.parametrize(
    "parts",
    [
        ("agency", "", "youth", 1),
        ("index", "00000000990000000001", "youth", 1),
        ("person", "00000000990000000001", "youth", 1),
        ("agency", "00000000990000000001", "", 1),
        ("agency", "with space", "youth", 1),
        ("agency", "é", "youth", 1),
        ("agency", "a" * 129, "youth", 1),
        ("index", "", "youth", -1),
        ("index", "", "youth", 2**32),
    ],
)
def test_a_label_that_cannot_be_is_refused(parts: tuple[Any, ...]) -> None:
    """Kind and owner belong together, names are short and plain, epochs have 32 bits."""
    with pytest.raises(MalformedLabel):
        KeyLabel(*parts)


def test_a_key_id_binds_label_and_key() -> None:
    """Section 2 of the protocol, spelled out; another label or another key has another id."""
    key, other = group.GENERATOR, group.add(group.GENERATOR, group.GENERATOR)
    hashed = lp(b"hitindex-v1/key-id") + lp(b"ristretto255-SHA512") + lp(POLICE.encode()) + lp(key)

    assert hashlib.sha256(hashed).digest()[:8] == key_id(POLICE, key)
    assert 4 == len({key_id(POLICE, key), key_id(SCHOOL, key), key_id(INDEX, key), key_id(POLICE, other)})


def test_an_input_is_encoded_as_the_protocol_says() -> None:
    """Section 2 of the protocol, spelled out."""
    assert b"\x00\x12hitindex-v1/person\x00\x06nl-bsn\x00\x011\x00\x09000000012" == bsn_input("000000012")
    assert oprf_input("nl-bsn", "1", "000000012") == bsn_input("000000012")


@given(st.tuples(*[st.text(max_size=6)] * 3), st.tuples(*[st.text(max_size=6)] * 3))
def test_different_identities_have_different_inputs(one: tuple[str, str, str], two: tuple[str, str, str]) -> None:
    """No value of one kind of identity is ever the input of another."""
    assert (one == two) == (oprf_input(*one) == oprf_input(*two))


@pytest.mark.parametrize("bsn", person_numbers(20))
def test_a_number_that_passes_the_eleven_test_is_accepted(bsn: str) -> None:
    """The synthetic numbers are real in form."""
    assert bsn_input(bsn).endswith(bsn.encode())


@pytest.mark.parametrize(
    "wrong",
    ["000000013", "000000000", "00000012", "0000000012", " 000000012", "000000012\n", "00000001２", "00000001a", ""],
)
def test_a_number_that_cannot_be_is_refused_without_naming_it(wrong: str) -> None:
    """The refusal says what a number must be and not what this one was."""
    with pytest.raises(InvalidPersonNumber) as refusal:
        bsn_input(wrong)

    assert "a BSN is nine digits that pass the 11-test" == str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_a_string_too_long_for_its_length_is_refused() -> None:
    """Two bytes of length hold 65,535."""
    assert 65_537 == len(lp(bytes(65_535)))
    with pytest.raises(ValueError, match="longer than 65535"):
        lp(bytes(65_536))

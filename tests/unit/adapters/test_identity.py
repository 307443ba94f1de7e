"""A person has one normal form at the agency, and never shows."""

import io
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.identity import Person, PersonRefused

VALID = "000000012"
FAILS_THE_TEST = "000000013"


@pytest.mark.parametrize("written", [VALID, "0000.00.012", "000 000 012", "00000012", " 000000012 "])
def test_one_person_has_one_form(written: str) -> None:
    """However people write a number, the same person comes out."""
    assert Person(VALID) == Person.from_bsn(written)


def test_zeros_that_a_spreadsheet_ate_come_back_only_when_the_map_says_so() -> None:
    """A short number is refused, unless its source is known to lose leading zeros."""
    assert Person(VALID) == Person.from_bsn("12", may_lack_leading_zeros=True)
    with pytest.raises(PersonRefused, match="nine digits"):
        Person.from_bsn("12")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "no person number"),
        (" . ", "no person number"),
        (FAILS_THE_TEST, "11-test"),
        ("000000000", "11-test"),
        ("0000000012", "nine digits"),
        ("00000001２", "only digits"),
        ("BSN 000000012", "only digits"),
        ("000-000-012", "only digits"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_not_what_was_given(written: str, reason: str) -> None:
    """The reason helps to mend the source; the value stays where it was."""
    with pytest.raises(PersonRefused, match=reason) as refused:
        Person.from_bsn(written)
    digits = written.strip(" .")
    assert not digits or digits not in str(refused.value)


@given(st.text(max_size=20))
def test_any_text_is_a_person_or_refused(text: str) -> None:
    """Nothing else comes out of reading a number."""
    try:
        bsn = Person.from_bsn(text, may_lack_leading_zeros=True).bsn
    except PersonRefused:
        bsn = VALID
    assert (9, True) == (len(bsn), bsn.isdigit())


@pytest.mark.parametrize(
    "content", [VALID, VALID + "\n", '{"bsn": "000000012"}', '{"bsn": "0000.00.012", "name": "x"}']
)
def test_a_person_comes_from_a_file(tmp_path: Path, content: str) -> None:
    """A file holds the bare number or a JSON object."""
    file = tmp_path / "person.json"
    file.write_text(content, encoding="utf-8-sig")
    assert Person(VALID) == Person.from_file(file)


def test_a_person_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash means standard input, so that a number never stands in a command."""
    monkeypatch.setattr("sys.stdin", io.StringIO(VALID))
    assert Person(VALID) == Person.from_file("-")


@pytest.mark.parametrize("content", ["{", "[" * 900, '{"name": "x"}', '{"bsn": true}', '{"bsn": ["000000012"]}', "{}"])
def test_a_file_without_a_number_is_refused_without_its_content(tmp_path: Path, content: str) -> None:
    """The error names the kind of mistake and repeats nothing of the file."""
    file = tmp_path / "person.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(PersonRefused) as refused:
        Person.from_file(file)
    assert (None, True) == (
        refused.value.__cause__,
        refused.value.__suppress_context__ or not refused.value.__context__,
    )


def test_a_person_never_prints_itself() -> None:
    """Neither repr, str, format nor a pickle shows the number."""
    person = Person(VALID)
    assert "12" not in f"{person} {person!r} {[person]}"
    with pytest.raises(TypeError):
        pickle.dumps(person)

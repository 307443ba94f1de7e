"""Who has no person number has one normal form at the agency, whoever writes the name down."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import Person, PersonRefused, Unnumbered, person_from_file
from adapters.names import normal_form

BORN = date(2015, 3, 9)
NAMES = st.text(st.characters(categories=("L", "M", "Pd", "Zs"), max_codepoint=0x24F), max_size=30)


@given(NAMES)
def test_a_normal_form_is_its_own_normal_form(name: str) -> None:
    """It is lower-case ASCII, and taking it again changes nothing."""
    once = normal_form(name)
    assert (once, True, once) == (normal_form(once), once.isascii(), once.lower())


@given(NAMES)
def test_case_and_accents_make_no_difference(name: str) -> None:
    """Nor do spaces around it."""
    assert normal_form(name) == normal_form(f" {name.casefold()} ")


@given(st.from_regex(r"[A-Za-z]{2,12}[nkr]o", fullmatch=True), st.sampled_from(["van der ", "El ", "al-", "'t "]))
def test_particles_make_no_difference(name: str, particle: str) -> None:
    """One clerk writes them and another does not."""
    assert normal_form(name) == normal_form(particle + name)


@pytest.mark.parametrize(
    "spellings",
    [
        ("Mohammed", "Muhammad", "Mohamed", "MOHAMMED"),
        ("Yusuf", "Joesoef", "Youssef"),
        ("Djamila", "Jamila", "Jamilah"),
        ("Aleksandr", "Alexander"),
        ("Ahmed", "Achmed", "Akhmad"),
        ("Çelik", "Celik"),
        ("Bouzid", "Bouzeed"),
        ("Weiß", "Weiss"),
    ],
)
def test_transliterations_have_one_form(spellings: tuple[str, ...]) -> None:
    """As clerks write down what they hear."""
    assert 1 == len({normal_form(spelling) for spelling in spellings})


def test_namesakes_and_twins_with_names_alike_cannot_be_told_apart() -> None:
    """So a person resolves it: the form never does."""
    assert Unnumbered("Hasan", "Amrani", BORN).oprf_input() == Unnumbered("Hussein", "El Amrani", BORN).oprf_input()
    assert Unnumbered("Hasan", "Amrani", BORN).oprf_input() != Unnumbered("Karim", "Amrani", BORN).oprf_input()


def test_day_and_month_may_be_exchanged() -> None:
    """Where both ways are a date; the year never is anything else."""
    forms = {Unnumbered("Amina", "Amrani", born).oprf_input() for born in (BORN, date(2015, 9, 3))}
    others = {Unnumbered("Amina", "Amrani", born).oprf_input() for born in (date(2016, 3, 9), date(2015, 3, 13))}
    assert (1, 2, set()) == (len(forms), len(others), forms & others)


def test_a_form_is_never_that_of_a_number() -> None:
    """Each kind of identity has its own prefix, so the two never meet (protocol, section 2)."""
    assert b"name-birth" in Unnumbered("Amina", "Amrani", BORN).oprf_input()
    assert b"name-birth" not in Person("000000012").oprf_input()


def file_of(folder: Path, **members: object) -> Path:
    """Write the file of a person."""
    path = folder / "person.json"
    path.write_text(json.dumps(members), encoding="utf-8")
    return path


def test_a_file_names_either_a_number_or_name_and_birth_date(tmp_path: Path) -> None:
    """And the whole date of birth."""
    amina = {"givenName": "Amina", "familyName": "Amrani", "birthDate": "2015-03-09"}
    assert Unnumbered("Amina", "Amrani", BORN) == person_from_file(file_of(tmp_path, **amina))
    assert Person("000000012") == person_from_file(file_of(tmp_path, bsn="000000012"))


@pytest.mark.parametrize(
    "changes",
    [
        {"birthDate": None},
        {"birthDate": "2015"},
        {"givenName": "..."},
        {"familyName": "أمراني"},
        {"familyName": 7},
        {"nationality": "secret"},
        {"residenceStatus": "secret"},
    ],
)
def test_a_file_that_says_less_or_more_is_refused_without_it(tmp_path: Path, changes: dict[str, object]) -> None:
    """Residence status and nationality have no place (domain rule 17)."""
    amina = {"givenName": "Amina", "familyName": "Amrani", "birthDate": "2015-03-09"}
    with pytest.raises(PersonRefused) as refused:
        person_from_file(file_of(tmp_path, **{**amina, **changes}))
    assert not any(word in str(refused.value) for word in ("Amina", "secret", "2015"))


def test_who_has_no_number_never_prints() -> None:
    """Neither the name nor the date."""
    assert "Am" not in f"{Unnumbered('Amina', 'Amrani', BORN)!r}"

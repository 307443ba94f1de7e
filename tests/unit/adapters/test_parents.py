"""An agency names the parents of a child: by tokens of their own, from the client, the command and an import."""

import json
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from adapters import Gateway, Involvement, Person, notice_given
from adapters.errors import SeinhuisError
from adapters.importing import ImportTerms, check_source
from adapters.rows import Record, RowFault
from adapters.sources.csv import CsvExport
from tests.support.federation import Federation, person_numbers
from tests.support.wire import Wire

NOTICE = notice_given(date(2027, 4, 19))
CHILD, MOTHER, FATHER, OTHER = (Person(bsn) for bsn in person_numbers(4))
MAP = """\
{delimiter: ";", encoding: utf-8, date-format: "%d-%m-%Y", columns: {person-number: BSN, case-reference: Zaak,
registered-on: Melding, birth-date: Geboren, first-parent: Ouder 1, second-parent: Ouder 2}}
"""
HEADING = "BSN;Zaak;Melding;Geboren;Ouder 1;Ouder 2"


@pytest.fixture
def wire() -> Wire:
    """Return an agency's line to holders and gateway."""
    return Wire(Federation(1, 1))


def _sent(wire: Wire) -> list[dict[str, object]]:
    return [json.loads(line) for call in wire.calls if b"attested" in call.body for line in call.body.splitlines()]


def test_a_parent_has_the_token_that_it_would_have_as_a_person(wire: Wire) -> None:
    """One call to the holders for the whole family, and in a batch each keeps to its own child."""
    with Gateway(wire.caller(0), transport=wire.transport()) as gateway:
        gateway.registrations.register(CHILD, case="Z-1", notice=NOTICE, parents=(MOTHER, FATHER))
        rows = [
            Involvement(OTHER, "Z-2", NOTICE),
            Involvement(CHILD, "Z-3", NOTICE, parents=(FATHER,)),
            Involvement(MOTHER, "Z-4", NOTICE),
        ]
        gateway.registrations.register_batch(rows)
    family, alone, with_father, mother = _sent(wire)
    tokens = family["parents"]
    assert isinstance(tokens, list)
    assert ([], [tokens[1]], mother["token"]) == (alone["parents"], with_father["parents"], tokens[0])
    assert family["token"] == with_father["token"] != alone["token"]


@pytest.mark.parametrize(
    ("involvement", "code"),
    [
        (Involvement(CHILD, "Z-1", NOTICE, parents=(CHILD,)), "request-parents-invalid"),
        (Involvement(CHILD, "Z-1", NOTICE, parents=(MOTHER, MOTHER)), "request-parents-invalid"),
        (Involvement(CHILD, "Z-1", NOTICE, parents=(MOTHER, FATHER, OTHER)), "request-member-invalid"),
        (
            Involvement(CHILD, "Z-1", NOTICE, parents=(MOTHER,), confidential_address=True),
            "policy-parents-not-admitted",
        ),
    ],
)
def test_a_family_that_cannot_be_is_refused_before_anything_leaves(
    wire: Wire, involvement: Involvement, code: str
) -> None:
    """It spoils no other row."""
    with Gateway(wire.caller(0), transport=wire.transport()) as gateway:
        result = gateway.registrations.register_batch([involvement])
    (problem,) = (row.problem for row in result.rows)
    assert problem is not None
    assert code == problem.code
    assert [] == wire.calls


def test_a_refused_family_is_told_without_whose_it_is(wire: Wire) -> None:
    """No text of the refusal holds a number."""
    with Gateway(wire.caller(0), transport=wire.transport()) as gateway, suppress(SeinhuisError) as _:
        gateway.registrations.register(CHILD, case="Z-1", notice=NOTICE, parents=(CHILD,))
    assert [] == wire.calls
    assert CHILD.bsn not in repr(Involvement(CHILD, "Z-1", NOTICE, parents=(MOTHER,)))


def _export(folder: Path, *lines: str) -> CsvExport:
    (folder / "export.csv").write_text("\n".join((HEADING, *lines, "")), encoding="utf-8")
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    return CsvExport.open(folder / "export.csv", folder / "map.yaml")


def test_an_import_reads_parents_from_their_columns(tmp_path: Path) -> None:
    """An empty cell is no parent; one that is no person number is a fault of the row."""
    begin = "01-03-2027;01-02-2015"
    source = _export(
        tmp_path,
        f"{CHILD.bsn};Z-1;{begin};{MOTHER.bsn};{FATHER.bsn}",
        f"{CHILD.bsn};Z-2;{begin};;{FATHER.bsn}",
        f"{CHILD.bsn};Z-3;{begin};;",
        f"{CHILD.bsn};Z-4;{begin};000000013;",
    )
    rows = list(source.rows())
    named = [row.content.parents if isinstance(row.content, Record) else row.content for row in rows]
    assert [(MOTHER, FATHER), (FATHER,), (), RowFault.PARENT] == named
    faults = [fault for _, fault in check_source(source, ImportTerms(lane="youth", on=date(2027, 4, 20)))]
    assert [None, None, None, RowFault.PARENT] == faults

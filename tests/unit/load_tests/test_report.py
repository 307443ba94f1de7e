"""A report: the same figures as a table for people and as an object for programs."""

import json
from dataclasses import replace

import pytest

from load_tests.machine import Machine, processor
from load_tests.report import BEGIN, END, Report, Row, Table, markdown, number, replace_figures

MACHINE = Machine("A processor", 2, "3.11.0", "1.0.18", "3.40.0", "15.0", 0.5)
TABLE = Table(
    "registrations",
    "Registrations",
    "in a loop.",
    (Row("SQLite", {"each second": 1234.5, "share": 0.5}), Row("no store", {"each second": 2000.0})),
)
REPORT = Report(MACHINE, "abc1234", 7, 1.0, (TABLE,))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.123, "0.12"), (9.99, "9.99"), (12.34, "12.3"), (99.9, "99.9"), (1234.5, "1,234"), (80, "80"), (1600, "1,600")],
)
def test_a_figure_has_as_many_digits_as_mean_something(value: float, expected: str) -> None:
    """Three digits; a count is whole."""
    assert expected == number(value)


def test_a_table_says_how_to_repeat_it() -> None:
    """The command stands with the figures, and what a subject does not have stays empty."""
    text = markdown(REPORT)
    assert "`python -m load_tests registrations`: in a loop." in text
    assert "| SQLite | 1,234 | 0.50 |\n| no store | 2,000 |  |" in text


def test_a_report_names_its_machine_commit_and_seed() -> None:
    """A figure without them means nothing; a scale other than the usual is said too."""
    assert "A processor, 2 cores" in markdown(REPORT)
    assert "Commit `abc1234`, seed 7." in markdown(REPORT)
    assert "seed 7, scale 0.5." in markdown(replace(REPORT, scale=0.5))


def test_a_program_reads_the_same_figures() -> None:
    """The object survives JSON."""
    read = json.loads(json.dumps(REPORT.as_json()))
    assert {"each second": 1234.5, "share": 0.5} == read["tables"][0]["rows"][0]["figures"]


def test_a_document_keeps_what_stands_around_the_figures() -> None:
    """Only what stands between the marks is written anew, as often as one likes."""
    document = f"Before.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n"
    once = replace_figures(document, REPORT)
    assert once.startswith("Before.\n")
    assert once.endswith("After.\n")
    assert "old" not in once
    assert once == replace_figures(once, REPORT)


def test_a_document_without_marks_is_left_alone() -> None:
    """Nothing is guessed about where the figures belong."""
    with pytest.raises(ValueError, match="no marks"):
        replace_figures("A document.", REPORT)


def test_the_processor_has_a_name() -> None:
    """As the kernel tells it, or at least the kind of machine."""
    assert "Some CPU @ 2 GHz" == processor("processor\t: 0\nmodel name\t: Some  CPU @ 2 GHz\n")
    assert processor("")

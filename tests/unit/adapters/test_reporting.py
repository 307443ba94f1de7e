"""What `seinhuis report` makes of the figures: a table, JSON, CSV and a picture, with a mark for what is hidden."""

import json
from pathlib import Path
from typing import Self
from xml.etree import ElementTree as ET

import pytest

from adapters import errors
from adapters.agency import Agency
from adapters.cli import reports
from adapters.reporting import show_usefulness
from gateway.protocol.messages.policy import Explanation
from gateway.protocol.messages.usefulness import Coverage, LaneUsefulness, OutcomesOfLane, StepsOfLane, Usefulness
from tests.support.wire import Wire

OPEN = LaneUsefulness(
    lane="youth",
    matches=80,
    contact_made=40,
    other_outcome=20,
    unanswered=20,
    contact_rate_percent=50,
    outcomes=OutcomesOfLane(contacted=40, already_in_contact=0, plan_made=0),
    furthest_steps=StepsOfLane(reporter=80, deputy=0, coordinator=0, supervisor=0),
)
HIDDEN = LaneUsefulness(lane="adult", outcomes=OutcomesOfLane(), furthest_steps=StepsOfLane())
FIGURES = Usefulness(
    municipality="rotterdam",
    year=2025,
    fewest=10,
    lanes=(OPEN, HIDDEN),
    coverage=Coverage(
        municipality="rotterdam", designated=3, taking_part=2, why=Explanation(nl="2 van 3", en="2 of 3")
    ),
)


class _Gateway:
    """A client that has the figures."""

    def __init__(self) -> None:
        self.reports = self

    def usefulness(self, year: int, *, municipality: str) -> Usefulness:
        assert (2025, "") == (year, municipality)
        return FIGURES

    def coverage(self) -> Coverage:
        return FIGURES.coverage

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def _figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "open_gateway", lambda _config: _Gateway())
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")


def test_lines_for_programs_mark_what_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is left out, so that nobody takes a hidden figure for none."""
    reports.usefulness(year=2025)
    out, err = capsys.readouterr()
    heading, youth, adult = (line.split("\t") for line in out.splitlines())
    assert ["lane", "matches", "contactMade"] == heading[:3]
    assert ["youth", "80", "40"] == youth[:3]
    assert {"-"} == set(adult[1:])
    assert "verborgen" in err
    assert "2 van 3" in err


def test_csv_has_every_figure_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each lane."""
    reports.usefulness(year=2025, as_csv=True)
    heading, youth, _ = capsys.readouterr().out.splitlines()
    figures = dict(zip(heading.split(","), youth.split(","), strict=True))
    assert ("50", "0", "-", "80") == (
        figures["contactRatePercent"],
        figures["outcomes.planMade"],
        figures["outcomes.wrongPerson"],
        figures["furthestSteps.reporter"],
    )


def test_json_leaves_out_what_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    """As it came over the wire."""
    reports.usefulness(year=2025, as_json=True)
    assert {"lane": "adult", "outcomes": {}, "furthestSteps": {}} == json.loads(capsys.readouterr().out)["lanes"][1]
    reports.coverage(as_json=True)
    assert 2 == json.loads(capsys.readouterr().out)["takingPart"]


def test_the_picture_draws_what_is_told(tmp_path: Path) -> None:
    """Bars for the lane with figures, an empty one for the other; the picture needs nothing from elsewhere."""
    file = tmp_path / "year.svg"
    reports.usefulness(year=2025, picture_file=file)
    drawn = ET.parse(file).getroot()  # noqa: S314 - we have just made it
    texts = ["".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"youth", "adult", "80"} <= set(texts)
    assert "Wat matches opleverden: rotterdam, 2025" in texts


def test_a_municipality_that_is_no_name_goes_no_further() -> None:
    """Addresses end up in logs."""
    plan = show_usefulness(_agency(), 2025, municipality="Noor de Vries 000000012")
    with pytest.raises(errors.RequestRefused) as refused:
        next(plan)
    assert {"member": "municipality"} == dict(refused.value.facts)


def _agency() -> Agency:
    return Wire().caller()

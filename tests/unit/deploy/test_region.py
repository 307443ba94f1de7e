"""The synthetic region: nobody real, the same for one seed, and exports that agree with what they were made from."""

import csv
import re
import stat
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from stdnum.nl import bsn

from deploy.region.agencies import AGENCIES, RegionAgency
from deploy.region.expected import expected_bad_rows, expected_matches, expected_registrations
from deploy.region.exports import Export, write_exports
from deploy.region.people import LARGEST_REGION, Region, synthetic_person_number

TODAY = date(2027, 3, 31)
FIELDS_ALWAYS_MAPPED = {"person-number", "case-reference", "registered-on", "birth-date"}


@pytest.fixture(scope="module")
def region() -> Region:
    """Make a region of the demo's own size."""
    return Region.generate(registrations=5_000, seed=7, on=TODAY)


@pytest.fixture(scope="module")
def exports(region: Region, tmp_path_factory: pytest.TempPathFactory) -> tuple[Export, ...]:
    """Let the agencies of that region write their files."""
    return write_exports(region, tmp_path_factory.mktemp("exports"))


def agencies_by_person(region: Region) -> dict[int, Counter[str]]:
    """Count for each person how often each agency has it."""
    known: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for involvement in region.involvements:
        known[involvement.person_index][involvement.agency_slug] += 1
    return known


def rows_of(export: Export) -> list[dict[str, str]]:
    """Read a file as its agency wrote it."""
    habit = export.agency.export
    with export.path.open(encoding=habit.encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=habit.delimiter))


def map_of(export: Export) -> dict[str, Any]:
    """Read the map beside a file."""
    content: dict[str, Any] = yaml.safe_load(export.map_path.read_text(encoding="utf-8"))
    return content


def written_person_numbers(exports: tuple[Export, ...], slug: str) -> list[str]:
    """Give the person numbers of one agency's good and bad rows, as written."""
    export = next(export for export in exports if export.agency.slug == slug)
    heading = map_of(export)["columns"]["person-number"]
    return [row[heading] for row in rows_of(export)]


def handmade(directory: Path, agency: RegionAgency, person_numbers: list[str], *, lack_zeros: bool = False) -> Export:
    """Write by hand a file with one row for each person number."""
    export = Export(agency, directory / f"{agency.slug}.csv", rows=len(person_numbers), bad_rows=0)
    rows = "".join(f"{number};A{i}z;2026-12-01;2015-05-05\n" for i, number in enumerate(person_numbers))
    export.path.write_text("nr;zaak;sinds;geboren\n" + rows, encoding="utf-8")
    columns = {"person-number": "nr", "case-reference": "zaak", "registered-on": "sinds", "birth-date": "geboren"}
    how = {
        "delimiter": ";",
        "encoding": "utf-8",
        "date-format": "%Y-%m-%d",
        "columns": columns,
        "person-number-may-lack-leading-zeros": lack_zeros,
    }
    export.map_path.write_text(yaml.safe_dump(how), encoding="utf-8")
    return export


class TestPeople:
    """Who lives in the region."""

    def test_every_person_number_is_synthetic_and_passes_the_eleven_test(self, region: Region) -> None:
        """Each number has nine digits, three leading zeros, and belongs to one person only."""
        numbers = [person.person_number for person in region.people]
        assert len(numbers) == len(set(numbers))
        assert all(re.fullmatch(r"000\d{6}", number) and bsn.is_valid(number) for number in numbers)

    def test_the_list_of_person_numbers_is_fixed_and_ends(self) -> None:
        """The same place always holds the same number; there is nothing before the first or after the last."""
        assert "000100006" == synthetic_person_number(0)
        with pytest.raises(IndexError):
            synthetic_person_number(-1)
        with pytest.raises(IndexError):
            synthetic_person_number(90_909)

    def test_one_seed_gives_one_region(self, region: Region) -> None:
        """The same seed and day repeat the region; another seed gives other people."""
        assert region == Region.generate(registrations=5_000, seed=7, on=TODAY)
        assert region.people != Region.generate(registrations=5_000, seed=8, on=TODAY).people

    def test_all_are_young_enough_for_the_lane(self, region: Region) -> None:
        """No one turns 23 within a year, and everyone was born before they were registered."""
        assert all(date(TODAY.year - 22, TODAY.month, TODAY.day) < person.birth_on for person in region.people)
        born_before = (region.people[each.person_index].birth_on < each.since_on for each in region.involvements)
        assert all(born_before)

    def test_a_household_shares_surname_and_address(self, region: Region) -> None:
        """There are households of several children, and within one the name and the address are the same."""
        homes: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        for person in region.people:
            homes[person.household].append((person.last_name, person.address))
        assert max(len(home) for home in homes.values()) > 1
        assert all(len(set(home)) == 1 for home in homes.values())

    def test_nobody_prints_themselves(self, region: Region) -> None:
        """Neither a person, nor an involvement, nor the region shows a number, a name or a case."""
        person, involvement = region.people[0], region.involvements[0]
        shown = f"{person!r} {person} {involvement!r} {region!r}"
        for secret in (person.person_number, person.last_name, person.address, involvement.case_reference):
            assert secret not in shown

    @pytest.mark.parametrize("registrations", [0, LARGEST_REGION + 1])
    def test_a_region_cannot_be_larger_than_its_list_of_numbers(self, registrations: int) -> None:
        """A size that cannot be made is refused before anything is made."""
        with pytest.raises(ValueError, match=str(LARGEST_REGION)):
            Region.generate(registrations=registrations, seed=1, on=TODAY)


class TestInvolvements:
    """Who is known by whom."""

    @pytest.mark.parametrize("registrations", [1, 2, 37, 1_000])
    def test_a_region_has_as_many_registrations_as_asked(self, registrations: int) -> None:
        """Whatever the size, it is met exactly, and everybody in the region is known by someone."""
        small = Region.generate(registrations=registrations, seed=3, on=TODAY)
        assert registrations == len(small.involvements)
        assert set(range(len(small.people))) == set(agencies_by_person(small))

    def test_matches_are_a_realistic_share(self, region: Region) -> None:
        """There are 0.55 to 0.75 matches for each registration, and children whom all six agencies know."""
        known = [len(agencies) for agencies in agencies_by_person(region).values()]
        matches = sum(count * (count - 1) // 2 for count in known)
        assert 0.55 < matches / len(region.involvements) < 0.75
        assert {1, 2, 3, 4, 5, 6} == set(known)

    def test_every_agency_takes_a_fair_part(self, region: Region) -> None:
        """No agency has less than one in twenty registrations or more than one in three."""
        counts = Counter(involvement.agency_slug for involvement in region.involvements)
        assert {agency.slug for agency in AGENCIES} == set(counts)
        assert all(250 < count < 1_667 for count in counts.values())

    def test_an_agency_has_a_child_twice_only_when_nobody_else_has_it(self, region: Region) -> None:
        """Own duplicates are there, a few, and never beside another agency."""
        doubled = [agencies for agencies in agencies_by_person(region).values() if max(agencies.values()) > 1]
        assert 0 < len(doubled) < 100
        assert all([2] == list(agencies.values()) for agencies in doubled)

    def test_no_case_reference_can_be_read_as_a_person_number(self, region: Region) -> None:
        """Each is its agency's only one, and with separators taken out no run of digits is longer than five."""
        references = [involvement.case_reference for involvement in region.involvements]
        assert len(references) == len(set(references))
        runs = (run for reference in references for run in re.findall(r"\d+", re.sub(r"[ ./-]", "", reference)))
        assert 5 == max(map(len, runs))

    def test_the_school_has_no_babies(self, region: Region) -> None:
        """A child is at least four when the school registers it."""
        school = (each for each in region.involvements if each.agency_slug == "school")
        ages = ((each.since_on - region.people[each.person_index].birth_on).days for each in school)
        assert min(ages) > 4 * 365

    @pytest.mark.parametrize("today", [date(2027, 1, 1), date(2028, 2, 29), TODAY])
    def test_the_story_child_is_known_to_the_school_since_last_month_and_to_nobody_else(self, today: date) -> None:
        """On whatever day the demo runs, the school registered the child in the month before."""
        region = Region.generate(registrations=300, seed=5, on=today)
        child = region.people.index(region.story_child())
        assert Counter({"school": 1}) == agencies_by_person(region)[child]
        since_on = next(each.since_on for each in region.involvements if each.person_index == child)
        assert (today.year * 12 + today.month - 1) == since_on.year * 12 + since_on.month

    def test_an_agency_runs_out_of_cases_rather_than_writing_a_longer_number(self) -> None:
        """There is no ninety-thousand-and-first case reference."""
        with pytest.raises(ValueError, match="90000"):
            AGENCIES[0].case_reference(90_000)


class TestExports:
    """What the agencies write."""

    def test_every_agency_writes_a_file_and_a_map_to_read_it_by(self, exports: tuple[Export, ...]) -> None:
        """Six files, and every heading that a map names stands in its file."""
        assert [agency.slug for agency in AGENCIES] == [export.agency.slug for export in exports]
        for export in exports:
            columns = map_of(export)["columns"]
            assert set(columns) >= FIELDS_ALWAYS_MAPPED
            assert set(columns.values()) <= set(rows_of(export)[0])
            assert export.rows == len(rows_of(export))

    def test_the_agencies_have_different_habits(self, exports: tuple[Export, ...]) -> None:
        """Delimiters, encodings and date formats differ, and no two files have the same headings."""
        maps = [map_of(export) for export in exports]
        assert {";", ","} == {how["delimiter"] for how in maps}
        assert {"cp1252", "utf-8-sig", "utf-8"} == {how["encoding"] for how in maps}
        assert len({how["date-format"] for how in maps}) >= 3
        assert len(exports) == len({tuple(rows_of(export)[0]) for export in exports})

    def test_a_spreadsheet_ate_the_zeros_of_the_school(self, exports: tuple[Export, ...]) -> None:
        """Its numbers have six digits, and its map, alone among the six, says so."""
        assert {0, 6} == {len(number) for number in written_person_numbers(exports, "school")}
        lacking = [each.agency.slug for each in exports if map_of(each)["person-number-may-lack-leading-zeros"]]
        assert ["school"] == lacking

    @pytest.mark.parametrize(
        ("slug", "shape"), [("local-team", r"000 \d{3} \d{3}"), ("youth-protection", r"000\d\.\d\d\.\d{3}")]
    )
    def test_some_break_the_number_up_for_reading(self, exports: tuple[Export, ...], slug: str, shape: str) -> None:
        """Every number of these agencies has their spaces or dots."""
        assert all(re.fullmatch(shape, number) for number in written_person_numbers(exports, slug) if number)

    def test_names_keep_their_diacritics_in_every_encoding(self, exports: tuple[Export, ...]) -> None:
        """Somebody in the region is called something like Zoë, and a file that is not UTF-8 has it right."""
        police = next(export for export in exports if export.agency.slug == "police")
        assert any("ë" in row["Betrokkene"] for row in rows_of(police))

    def test_bad_rows_come_first_in_the_middle_and_last(self, exports: tuple[Export, ...]) -> None:
        """A number that fails the 11-test opens each file and a day that does not exist closes it."""
        for export in exports:
            columns, rows = map_of(export)["columns"], rows_of(export)
            opening = re.sub(r"\D", "", rows[0][columns["person-number"]]).zfill(9)
            assert not bsn.is_valid(opening)
            assert opening.startswith("000")
            assert rows[-1][columns["birth-date"]] in {"31-02-2019", "2019-02-31", "31/02/2019", "20190231"}
            assert "" in {row[columns["person-number"]] for row in rows[1:-1]}

    @pytest.mark.parametrize("registrations", [1, 2, 3, 1_500])
    def test_the_story_child_stands_in_the_file_of_the_school_alone(self, tmp_path: Path, registrations: int) -> None:
        """Not even a bad row of another agency carries its number, however few there are to borrow one from."""
        region = Region.generate(registrations=registrations, seed=11, on=TODAY)
        number = region.story_child().person_number
        made = write_exports(region, tmp_path)
        holding = [
            agency.slug
            for agency in AGENCIES
            for written in written_person_numbers(made, agency.slug)
            if re.sub(r"\D", "", written).zfill(9) == number
        ]
        assert ["school"] == holding

    def test_one_registration_makes_six_files_with_one_row(self, tmp_path: Path) -> None:
        """The smallest region is the story child, and nobody borrows its number for a bad row."""
        smallest = write_exports(Region.generate(registrations=1, seed=1, on=TODAY), tmp_path)
        assert {"school": 1} == {export.agency.slug: export.rows for export in smallest if export.rows}


class TestExpected:
    """The naive count."""

    def test_the_files_hold_what_the_region_holds(self, region: Region, exports: tuple[Export, ...]) -> None:
        """Read back from the files alone, the count agrees with the people and involvements they were made from."""
        pairs = (len(agencies) * (len(agencies) - 1) // 2 for agencies in agencies_by_person(region).values())
        assert sum(pairs) == expected_matches(exports)
        assert len(region.involvements) == expected_registrations(exports)
        assert sum(export.bad_rows for export in exports) == expected_bad_rows(exports)
        assert expected_bad_rows(exports) >= 3 * len(AGENCIES)

    def test_a_pair_of_agencies_counts_once_however_the_number_is_written(self, tmp_path: Path) -> None:
        """Three agencies that know one child make three matches; an own duplicate makes none."""
        together, alone = synthetic_person_number(10), synthetic_person_number(20)
        spaced = f"{together[:3]} {together[3:6]} {together[6:]}"
        made = (
            handmade(tmp_path, AGENCIES[0], [together, alone, alone]),
            handmade(tmp_path, AGENCIES[1], [spaced, spaced]),
            handmade(tmp_path, AGENCIES[2], [together.lstrip("0")], lack_zeros=True),
        )
        assert 3 == expected_matches(made)
        assert 6 == expected_registrations(made)
        assert 0 == expected_bad_rows(made)

    @pytest.mark.parametrize("bad", ["", "000100008", "100006", "000000000", "0001000061", "onbekend", "٠٠٠١٠٠٠٠٦"])
    def test_a_number_that_is_none_makes_a_bad_row(self, tmp_path: Path, bad: str) -> None:
        """Whether it is empty, fails the 11-test or lacks zeros that the map does not speak of."""
        assert 1 == expected_bad_rows([handmade(tmp_path, AGENCIES[0], [synthetic_person_number(0), bad])])


def test_only_the_owner_reads_an_export(tmp_path: Path) -> None:
    """It holds person numbers, also where an earlier one was readable."""
    region = Region.generate(registrations=60, seed=1, on=date(2027, 4, 20))
    (tmp_path / "police.csv").touch(0o644)
    exports = write_exports(region, tmp_path)
    assert {0o600} == {stat.S_IMODE(export.path.stat().st_mode) for export in exports}

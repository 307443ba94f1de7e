"""Holds the six agencies of the synthetic region: who they are, who answers for them, how they write a file.

The export habits are the ones that real files show: each agency has its own headings, delimiter, encoding and dates, a
spreadsheet has eaten the leading zeros of one, and others break up the number for reading. Shares are an assumption for
planning, made to resemble the figures that `people.py` names; they are not a measurement of any region.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ExportField(StrEnum):
    """What a column of an export holds, under the name that the map file gives it."""

    PERSON_NUMBER = "person-number"
    BIRTH_DATE = "birth-date"
    CASE_REFERENCE = "case-reference"
    REGISTERED_ON = "registered-on"
    NOTICE_ON = "notice-on"
    CONTACT = "contact"
    NAME = "name"
    ADDRESS = "address"


UNMAPPED: Final = frozenset({ExportField.NAME, ExportField.ADDRESS})
"""Columns that agencies have and an importer has no business with: no map names them."""


class BsnHabit(StrEnum):
    """How an agency writes the nine digits of a BSN."""

    NINE_DIGITS = "nine_digits"
    ZEROS_LOST = "zeros_lost"
    SPACED = "spaced"
    DOTTED = "dotted"


@dataclass(frozen=True, slots=True)
class ExportHabit:
    """How one agency writes its export: `columns` is (field, heading) in file order, `date_format` as in strftime."""

    columns: tuple[tuple[ExportField, str], ...]
    delimiter: str
    encoding: str
    date_format: str
    bsn_habit: BsnHabit


@dataclass(frozen=True, slots=True)
class RegionAgency:
    """One agency: `kind` as in the policy vocabulary, `share` the weight with which it is the one to know a child.

    `school_age_only` keeps babies out of the export of a school.
    """

    slug: str
    name: str
    kind: str
    oin: str
    contact_name: str
    contact_phone: str
    contact_email: str
    share: int
    case_pattern: str
    export: ExportHabit
    school_age_only: bool = False

    def case_reference(self, ordinal: int) -> str:
        """Give the agency's own reference for its `ordinal`-th case, 0 to 89,999.

        Letters keep the runs of digits at five: a case reference that could be read as a BSN, with its zeros or
        without them, would be refused by the gateway.
        """
        first = 10_000
        if not 0 <= ordinal < 9 * first:
            message = f"an agency of the region has at most {9 * first} cases"
            raise ValueError(message)
        return self.case_pattern.format(first + ordinal)


# OINs are nobody's: no register hands out suffixes that begin with 0000000099. Mail goes to `.example`, reserved for
# this (RFC 2606). Phones cannot be dialed: behind an area code no Dutch subscriber's number begins with a zero.
AGENCIES: Final[tuple[RegionAgency, ...]] = (
    RegionAgency(
        slug="police",
        name="Politie Voorbeeldregio",
        kind="police",
        oin="00000000990000000101",
        contact_name="Jeugdcoördinatie",
        contact_phone="010-000 00 01",
        contact_email="jeugdcoordinatie@politie.example",
        share=14,
        case_pattern="PVR{}M",
        export=ExportHabit(
            columns=(
                (ExportField.CASE_REFERENCE, "Registratienummer"),
                (ExportField.REGISTERED_ON, "Datum kennisname"),
                (ExportField.NAME, "Betrokkene"),
                (ExportField.BIRTH_DATE, "Geb.datum"),
                (ExportField.PERSON_NUMBER, "BSN"),
            ),
            delimiter=";",
            encoding="cp1252",
            date_format="%d-%m-%Y",
            bsn_habit=BsnHabit.NINE_DIGITS,
        ),
    ),
    RegionAgency(
        slug="veilig-thuis",
        name="Veilig Thuis Voorbeeldregio",
        kind="veilig_thuis",
        oin="00000000990000000202",
        contact_name="Meldpunt",
        contact_phone="010-000 00 02",
        contact_email="meldpunt@veiligthuis.example",
        share=16,
        case_pattern="VT/{}/D",
        export=ExportHabit(
            columns=(
                (ExportField.CASE_REFERENCE, "dossiernummer"),
                (ExportField.PERSON_NUMBER, "bsn_jeugdige"),
                (ExportField.BIRTH_DATE, "geboortedatum"),
                (ExportField.ADDRESS, "verblijfadres"),
                (ExportField.REGISTERED_ON, "melddatum"),
                (ExportField.NOTICE_ON, "betrokkene_geinformeerd_op"),
                (ExportField.CONTACT, "contactpunt"),
            ),
            delimiter=",",
            encoding="utf-8-sig",
            date_format="%Y-%m-%d",
            bsn_habit=BsnHabit.NINE_DIGITS,
        ),
    ),
    RegionAgency(
        slug="local-team",
        name="Wijkteam Voorbeeldstad-Oost",
        kind="local_team",
        oin="00000000990000000303",
        contact_name="Aanmelddesk",
        contact_phone="010-000 00 03",
        contact_email="aanmelddesk@wijkteam.example",
        share=26,
        case_pattern="WT-{}-jgd",
        export=ExportHabit(
            columns=(
                (ExportField.NAME, "Naam cliënt"),
                (ExportField.PERSON_NUMBER, "Burgerservicenummer"),
                (ExportField.BIRTH_DATE, "Geboortedatum"),
                (ExportField.ADDRESS, "Woonadres"),
                (ExportField.CASE_REFERENCE, "Zaaknummer"),
                (ExportField.REGISTERED_ON, "Datum melding"),
                (ExportField.NOTICE_ON, "Datum mededeling"),
                (ExportField.CONTACT, "Loket"),
            ),
            delimiter=";",
            encoding="cp1252",
            date_format="%d-%m-%Y",
            bsn_habit=BsnHabit.SPACED,
        ),
    ),
    RegionAgency(
        slug="school",
        name="Scholengroep De Voorbeeldschool",
        kind="school",
        oin="00000000990000000404",
        contact_name="Zorgteam",
        contact_phone="010-000 00 04",
        contact_email="zorgteam@school.example",
        share=22,
        case_pattern="leerling{}z",
        export=ExportHabit(
            columns=(
                (ExportField.NAME, "Leerling"),
                (ExportField.PERSON_NUMBER, "PGN/BSN"),
                (ExportField.BIRTH_DATE, "Geb. dat."),
                (ExportField.REGISTERED_ON, "Zorgmelding d.d."),
                (ExportField.NOTICE_ON, "Ouders ingelicht d.d."),
                (ExportField.CASE_REFERENCE, "Kenmerk"),
            ),
            delimiter=";",
            encoding="utf-8-sig",
            date_format="%d/%m/%Y",
            bsn_habit=BsnHabit.ZEROS_LOST,
        ),
        school_age_only=True,
    ),
    RegionAgency(
        slug="mental-health",
        name="GGZ Voorbeeldregio Jeugd",
        kind="mental_health",
        oin="00000000990000000505",
        contact_name="Intakebalie",
        contact_phone="010-000 00 05",
        contact_email="intakebalie@ggz.example",
        share=8,
        case_pattern="ggz.{}.jeugd",
        export=ExportHabit(
            columns=(
                (ExportField.CASE_REFERENCE, "ZORGTRAJECT"),
                (ExportField.PERSON_NUMBER, "BSN_CLIENT"),
                (ExportField.BIRTH_DATE, "GEBDAT"),
                (ExportField.REGISTERED_ON, "STARTDAT"),
                (ExportField.NOTICE_ON, "INFODAT"),
                (ExportField.CONTACT, "BALIE"),
            ),
            delimiter=",",
            encoding="cp1252",
            date_format="%Y%m%d",
            bsn_habit=BsnHabit.NINE_DIGITS,
        ),
    ),
    RegionAgency(
        slug="youth-protection",
        name="Jeugdbescherming Voorbeeldregio",
        kind="youth_protection",
        oin="00000000990000000606",
        contact_name="Bereikbaarheidsdienst",
        contact_phone="010-000 00 06",
        contact_email="bereikbaarheidsdienst@jeugdbescherming.example",
        share=14,
        case_pattern="JB{}ots",
        export=ExportHabit(
            columns=(
                (ExportField.CASE_REFERENCE, "Maatregel"),
                (ExportField.NAME, "Pupil"),
                (ExportField.BIRTH_DATE, "Geboren"),
                (ExportField.PERSON_NUMBER, "Sofi/BSN"),
                (ExportField.ADDRESS, "Adres"),
                (ExportField.REGISTERED_ON, "Ingang"),
            ),
            delimiter=";",
            encoding="utf-8",
            date_format="%d-%m-%Y",
            bsn_habit=BsnHabit.DOTTED,
        ),
    ),
)

BY_SLUG: Final[Mapping[str, RegionAgency]] = MappingProxyType({agency.slug: agency for agency in AGENCIES})

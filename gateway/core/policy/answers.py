"""What the policy answers: permitted until when, denied why, and how much one party learns of the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.core.policy.card import DisclosureLevel


class Denial(StrEnum):
    """The closed list of reasons for which a registration is not permitted."""

    UNKNOWN_LANE = "unknown_lane"
    LANE_NOT_BUILT = "lane_not_built"
    AGENCY_KIND_NOT_ADMITTED = "agency_kind_not_admitted"
    PURPOSE_NOT_ADMITTED = "purpose_not_admitted"
    PURPOSE_SILENT = "purpose_silent"
    FLAG_NOT_ADMITTED = "flag_not_admitted"
    PRECONDITION_MISSING = "precondition_missing"
    BASIS_NOT_IN_FORCE = "basis_not_in_force"
    POLICY_EXPIRED = "policy_expired"


@dataclass(frozen=True, slots=True)
class Permitted:
    """A registration may be made by this rule of the card with this digest.

    Each date is the first on which the registration would no longer hold.
    """

    policy: str
    rule: str
    basis: tuple[str, ...]
    latest_valid_until_on: date
    default_valid_until_on: date
    explanation_nl: str
    explanation_en: str


@dataclass(frozen=True, slots=True)
class Denied:
    """A registration may not be made; the explanation never repeats what was asked, so it may be shown and recorded.

    `basis` is that of the rule which stands in the way, if one does. `allowed` holds the code names that would be
    allowed in the place of the first that is not: purposes, flags, or preconditions to attest.
    """

    code: Denial
    rule: str | None
    explanation_nl: str
    explanation_en: str
    basis: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


Registering = Permitted | Denied


class Asking(NamedTuple):
    """Who would register, for which purpose, under which flag; all in code names of the vocabulary."""

    agency_kind: str
    purpose: str
    flag: str


class Situation(NamedTuple):
    """Who would learn something, of whom, for which purpose, and under which flags the two registered.

    All in code names of the vocabulary. It is what a decision is looked up by, hence a tuple.
    """

    recipient_kind: str
    other_kind: str
    purpose: str
    own_flag: str
    other_flag: str

    @property
    def mirrored(self) -> "Situation":
        """The same meeting seen from the other side, which asks for the same purpose."""
        return Situation(self.other_kind, self.recipient_kind, self.purpose, self.other_flag, self.own_flag)


@dataclass(frozen=True, slots=True)
class Decision:
    """How much the recipient learns, by which rules, on which bases, and why; silence is a decision like any other."""

    level: DisclosureLevel
    rules: tuple[str, ...]
    basis: tuple[str, ...]
    explanation_nl: str
    explanation_en: str


#: Fixed sentences: an explanation that quoted the caller could carry a person number into a log.
DENIALS: Final[Mapping[Denial, Denied]] = MappingProxyType(
    {
        code: Denied(code, None, nl, en)
        for code, nl, en in (
            (
                Denial.UNKNOWN_LANE,
                "Deze stroom bestaat hier niet; zonder beleid mag er niets.",
                "There is no such lane here; without a policy nothing is allowed.",
            ),
            (
                Denial.LANE_NOT_BUILT,
                "Dit knooppunt kan deze stroom nog niet uitvoeren zoals de kaart het eist; dan mag er niets.",
                "This gateway cannot yet run this lane as its card requires; then nothing is allowed.",
            ),
            (
                Denial.AGENCY_KIND_NOT_ADMITTED,
                "Geen regel laat deze soort instantie in deze stroom registreren.",
                "No rule lets this kind of agency register in this lane.",
            ),
            (
                Denial.PURPOSE_NOT_ADMITTED,
                "Geen regel laat deze soort instantie voor dit doel registreren.",
                "No rule lets this kind of agency register for this purpose.",
            ),
            (
                Denial.PURPOSE_SILENT,
                "Voor dit doel wordt nooit iets verteld, in geen enkele stroom.",
                "Nothing is ever told for this purpose, in any lane.",
            ),
            (
                Denial.FLAG_NOT_ADMITTED,
                "Deze vlag mag in deze stroom niet worden vermeld.",
                "This flag may not be given in this lane.",
            ),
            (
                Denial.PRECONDITION_MISSING,
                "Deze regel eist dat u nog iets verklaart voordat u mag registreren.",
                "This rule requires that you attest one more thing before you may register.",
            ),
            (
                Denial.BASIS_NOT_IN_FORCE,
                "De wettelijke grondslag van deze regel geldt niet op deze dag.",
                "The legal basis of this rule is not in force on this day.",
            ),
            (
                Denial.POLICY_EXPIRED,
                "Het beleid van deze stroom geldt niet op deze dag; dan mag er niets.",
                "The policy of this lane is not in force on this day; then nothing is allowed.",
            ),
        )
    }
)


def _silent(explanation_nl: str, explanation_en: str) -> Decision:
    return Decision(DisclosureLevel.SILENT, (), (), explanation_nl, explanation_en)


def _silent_as(denial: Denial) -> Decision:
    return _silent(DENIALS[denial].explanation_nl, DENIALS[denial].explanation_en)


NO_RULE: Final = _silent(
    "Geen regel staat dit toe; zonder regel mag het niet.",
    "No rule allows this; without a rule it is not allowed.",
)
SILENT_PURPOSE: Final = _silent_as(Denial.PURPOSE_SILENT)
EXPIRED: Final = _silent_as(Denial.POLICY_EXPIRED)

"""Decides how the answer of a card is told: first a plain sentence, then its rule, its basis, and what would do."""

from typing import TYPE_CHECKING, Final

from adapters.cli.locale import language, words
from adapters.cli.policies.lexicon import label_of, word_of

if TYPE_CHECKING:
    from gateway.core.policy.card import Basis
    from gateway.core.policy.cards.vocabulary import Term, Vocabulary
    from gateway.core.policy.questions.explanation import Differing, Explanation

_DIMENSIONS: Final = {
    "precondition": ("{} wordt verklaard", "{} is attested"),
    "day": ("de dag {} is", "the day is {}"),
    "own_flag": ("de eigen vlag {} is", "the own flag is {}"),
    "other_flag": ("de vlag van de ander {} is", "the other's flag is {}"),
    "purpose": ("het doel {} is", "the purpose is {}"),
    "other": ("het over {} gaat", "it is about {}"),
    "recipient": ("{} het hoort", "{} is the one who learns"),
    "agency_kind": ("{} registreert", "{} registers"),
}


def as_lines(found: "Explanation", names: tuple[str, ...], vocabulary: "Vocabulary") -> dict[str, object]:
    """Return an answer as an officer reads it; `names` are who registers, or who learns and of whom."""
    return {
        "answer": _verdict(found, names, vocabulary),
        "rules": ", ".join(found.rules) or words("geen", "none"),
        "legalBasis": "; ".join(map(_basis, found.bases)),
        "why": found.explanation_nl if language() == "nl" else found.explanation_en,
        "nearest": _nearest(found, vocabulary),
    }


def as_data(found: "Explanation") -> dict[str, object]:
    """Return an answer in code names."""
    near = found.nearest
    return {
        "permitted": found.permitted,
        "level": None if found.level is None else found.level.code,
        "denial": None if found.denial is None else found.denial.value,
        "rules": list(found.rules),
        "basis": [
            {
                "law": basis.law,
                "article": basis.article,
                "validFrom": basis.valid_from_on.isoformat(),
                "validUntil": None if basis.valid_until_on is None else basis.valid_until_on.isoformat(),
                "reviewBefore": basis.review_before_on.isoformat(),
                "toConfirm": basis.to_confirm,
            }
            for basis in found.bases
        ],
        "why": {"nl": found.explanation_nl, "en": found.explanation_en},
        "nearest": None
        if near is None
        else {
            "rule": near.rule,
            "level": None if near.level is None else near.level.code,
            "differing": [
                {"dimension": one.dimension.value, "asked": one.asked, "needed": list(one.needed)}
                for one in near.differing
            ],
        },
    }


def _verdict(found: "Explanation", names: tuple[str, ...], vocabulary: "Vocabulary") -> str:
    who, *whom = (label_of(name, vocabulary.agency_kinds) for name in names)
    if found.level is None:
        allowed = words("mag registreren", "may register")
        return f"{who} {allowed if found.permitted else words('mag niet registreren', 'may not register')}."
    if not found.level:
        return words(f"{who} hoort niets van {whom[0]}.", f"{who} learns nothing of {whom[0]}.")
    level = label_of(found.level.code, vocabulary.levels).lower()
    return words(f"{who} hoort van {whom[0]} hooguit: {level}.", f"{who} learns of {whom[0]} at most: {level}.")


def _basis(basis: "Basis") -> str:
    end = words("onbepaald", "no end") if basis.valid_until_on is None else f"{basis.valid_until_on}"
    return words(
        f"{basis.law} {basis.article} (van {basis.valid_from_on} tot {end}, herzien voor {basis.review_before_on})",
        f"{basis.law} {basis.article} (from {basis.valid_from_on} until {end}, review before {basis.review_before_on})",
    )


def _nearest(found: "Explanation", vocabulary: "Vocabulary") -> str:
    near = found.nearest
    if near is None:
        return (
            "" if found.permitted and found.level is None else words("geen regel staat meer toe", "no rule allows more")
        )
    level = "" if near.level is None else f" {label_of(near.level.code, vocabulary.levels).lower()}"
    needed = words(" en ", " and ").join(_needed(one, vocabulary) for one in near.differing)
    return words(
        f"regel {near.rule} zou{level} toestaan, als {needed}", f"rule {near.rule} would allow{level}, if {needed}"
    )


def _needed(one: "Differing", vocabulary: "Vocabulary") -> str:
    dimension = one.dimension.value
    *first, last = (word_of(code, _terms(dimension, vocabulary)) for code in one.needed)
    joint = words("en", "and") if dimension == "precondition" else words("of", "or")
    listed = f"{', '.join(first)} {joint} {last}" if first else last
    return words(*_DIMENSIONS[dimension]).format(listed)


def _terms(dimension: str, vocabulary: "Vocabulary") -> "tuple[Term, ...]":
    match dimension:
        case "precondition":
            return vocabulary.preconditions
        case "purpose":
            return vocabulary.purposes
        case "own_flag" | "other_flag":
            return vocabulary.flags
        case "day":
            return ()
        case _:
            return vocabulary.agency_kinds

"""Reads the rules and the examples of a rule card, and remembers where each of them stands."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Final

from gateway.core.policy_card import (
    Bar,
    DisclosureExample,
    DisclosureLevel,
    DisclosureRule,
    RegistrationExample,
    RegistrationRule,
)
from gateway.core.policy_fields import Fields
from gateway.core.policy_mistakes import Findings
from gateway.core.policy_terms import Vocabulary, codes
from gateway.core.policy_text import Place

_PARTICIPANTS: Final = "deelnemers"  # every kind of agency that a rule under `registreren` names
_DONE: Final[Mapping[str, str]] = {"mag": "yes", "mag-niet": ""}


class RuleReader:
    """Reads in the order of the card, since what is told refers to who registers, and an example to a rule.

    `places` holds where rules and examples stand, for the mistakes that only show in their meaning.
    """

    def __init__(
        self,
        findings: Findings,
        vocabulary: Vocabulary,
        *,
        basis_names: Mapping[str, str],
        first_on: date,
    ) -> None:
        self.places: dict[object, tuple[Place, str]] = {}
        self._findings = findings
        self._kinds = codes(vocabulary.agency_kinds)
        self._purposes = codes(vocabulary.purposes)
        self._flags = codes(vocabulary.flags)
        self._levels = codes(vocabulary.levels)
        self._must_be_silent = {term.code: term.word for term in vocabulary.always_silent}
        self._basis_names = basis_names
        self._first_on = first_on
        self._rule_ids: dict[str, str] = {}
        self._participants: tuple[str, ...] = ()

    def registration_rules(self, card: Fields) -> tuple[RegistrationRule, ...]:
        """Read who may register."""
        required = ("regel", "wie", "doelen", "vlaggen", "grondslag", "uitleg")
        rules = tuple(map(self._registration_rule, self._rows(card, "registreren", *required)))
        self._participants = tuple(dict.fromkeys(kind for rule in rules for kind in rule.agency_kinds))
        return rules

    def _registration_rule(self, row: Fields) -> RegistrationRule:
        explanation_nl, explanation_en = _explanation(row)
        rule = RegistrationRule(
            id=self._rule_id(row),
            agency_kinds=row.codes("wie", self._kinds),
            purposes=self._open_purposes(row),
            flags=row.codes("vlaggen", self._flags),
            basis=row.codes("grondslag", self._basis_names),
            explanation_nl=explanation_nl,
            explanation_en=explanation_en,
        )
        self.places[rule] = (row.place, row.path)
        return rule

    def bars(self, card: Fields) -> tuple[Bar, ...]:
        """Read who may never register."""
        return tuple(map(self._bar, self._rows(card, "nooit-registreren", "regel", "wie", "uitleg")))

    def _bar(self, row: Fields) -> Bar:
        explanation_nl, explanation_en = _explanation(row)
        bar = Bar(self._rule_id(row), row.codes("wie", self._kinds), explanation_nl, explanation_en)
        self.places[bar] = (row.place, row.path)
        return bar

    def disclosure_rules(self, card: Fields) -> tuple[DisclosureRule, ...]:
        """Read what each side is told."""
        required, optional = ("regel", "van", "aan", "doelen", "uitleg"), ("mag", "mag-niet", "grondslag")
        return tuple(map(self._disclosure_rule, self._rows(card, "vertellen", *required, optional=optional)))

    def _disclosure_rule(self, row: Fields) -> DisclosureRule:
        explanation_nl, explanation_en = _explanation(row)
        refuses = "mag-niet" in row
        if refuses == ("mag" in row):
            row.reject("mag", "precies één van 'mag' en 'mag-niet' hoort hier te staan")
        if not refuses and "grondslag" not in row:
            row.reject("grondslag", "ontbreekt")
        rule = DisclosureRule(
            id=self._rule_id(row),
            others=self._parties(row, "van"),
            recipients=self._parties(row, "aan"),
            purposes=self._open_purposes(row),
            level=self._told_level(row, "mag-niet" if refuses else "mag"),
            refuses=refuses,
            basis=row.codes("grondslag", self._basis_names) if "grondslag" in row else (),
            explanation_nl=explanation_nl,
            explanation_en=explanation_en,
        )
        self.places[rule] = (row.place, row.path)
        return rule

    def registration_examples(self, examples: Fields) -> tuple[RegistrationExample, ...]:
        """Read the examples of registering."""
        rows = self._rows(examples, "registreren", "wie", "vlag", "doel", "dan", optional=("door", "op"))
        return tuple(map(self._registration_example, rows))

    def _registration_example(self, row: Fields) -> RegistrationExample:
        permitted, rule = self._expected(row)
        example = RegistrationExample(
            agency_kind=row.code("wie", self._kinds),
            purpose=row.code("doel", self._purposes),
            flag=row.code("vlag", self._flags),
            on=row.day("op") if "op" in row else self._first_on,
            permitted=permitted,
            rule=rule,
        )
        self.places[example] = (row.place, row.path)
        return example

    def disclosure_examples(self, examples: Fields) -> tuple[DisclosureExample, ...]:
        """Read the examples of telling."""
        rows = self._rows(examples, "vertellen", "van", "aan", "wat", "doel", "dan", optional=("door", "op"))
        return tuple(map(self._disclosure_example, rows))

    def _disclosure_example(self, row: Fields) -> DisclosureExample:
        permitted, rule = self._expected(row)
        example = DisclosureExample(
            other=row.code("van", self._kinds),
            recipient=row.code("aan", self._kinds),
            purpose=row.code("doel", self._purposes),
            level=self._told_level(row, "wat"),
            on=row.day("op") if "op" in row else self._first_on,
            permitted=permitted,
            rule=rule,
        )
        self.places[example] = (row.place, row.path)
        return example

    def _expected(self, row: Fields) -> tuple[bool, str | None]:
        """Read how an example must end, and the rule that must decide it; what is allowed is always by a rule."""
        permitted = bool(row.code("dan", _DONE))
        if permitted and "door" not in row:
            row.reject("door", "ontbreekt: wat mag, mag door een regel")
        return permitted, row.code("door", self._rule_ids) if "door" in row else None

    def _rows(self, fields: Fields, key: str, *required: str, optional: tuple[str, ...] = ()) -> Iterator[Fields]:
        for tree, path in fields.rows(key):
            yield Fields(tree, path, self._findings, required=required, optional=optional)

    def _rule_id(self, row: Fields) -> str:
        found = row.text("regel")
        if row.sound("regel") and found in self._rule_ids:
            row.reject("regel", "deze naam heeft een andere regel al")
        self._rule_ids[found] = found
        return found

    def _open_purposes(self, row: Fields) -> tuple[str, ...]:
        found = row.codes("doelen", self._purposes)
        if shut := [word for code, word in self._must_be_silent.items() if code in found]:
            row.reject("doelen", f"altijd stil, daar helpt geen regel aan: {', '.join(shut)}")
        return found

    def _parties(self, row: Fields, key: str) -> tuple[str, ...]:
        found = row.codes(key, {**self._kinds, _PARTICIPANTS: _PARTICIPANTS})
        spread = (self._participants if kind == _PARTICIPANTS else (kind,) for kind in found)
        return tuple(dict.fromkeys(chain.from_iterable(spread)))

    def _told_level(self, row: Fields, key: str) -> DisclosureLevel:
        level = read_level(row, key, self._levels)
        if key in row and row.sound(key) and level is DisclosureLevel.SILENT:
            row.reject(key, "stil is wat er zonder regel al geldt; noem een hogere trede")
        return level


def _explanation(row: Fields) -> tuple[str, str]:
    both = row.table("uitleg", required=("nl", "en"))
    return both.text("nl"), both.text("en")


def read_level(row: Fields, key: str, levels: Mapping[str, str]) -> DisclosureLevel:
    """Read one step of the ladder."""
    code = row.code(key, levels)
    return DisclosureLevel.from_code(code) if code else DisclosureLevel.SILENT

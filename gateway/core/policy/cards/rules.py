"""Reads the rules and the examples of a rule card, and remembers where each of them stands."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Final

from gateway.core.policy.card import (
    Bar,
    DisclosureExample,
    DisclosureLevel,
    DisclosureRule,
    ParentRule,
    PoliceDecision,
    RegistrationExample,
    RegistrationRule,
)
from gateway.core.policy.cards.fields import Fields
from gateway.core.policy.cards.grammar import (
    BAR,
    DISCLOSURE_EXAMPLE,
    DISCLOSURE_RULE,
    DONE,
    EVERYWHERE,
    EXPLANATION,
    FLAGS_OF_EXAMPLE,
    FLAGS_OF_RULE,
    MUNICIPALITY,
    PARENT_RULE,
    PARTICIPANTS,
    POLICE,
    POLICE_DECISION,
    REGISTRATION_EXAMPLE,
    REGISTRATION_RULE,
    Keys,
)
from gateway.core.policy.cards.mistakes import Findings
from gateway.core.policy.cards.text import Place
from gateway.core.policy.cards.vocabulary import Vocabulary, codes

_RULE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,19}")  # it stands in lists and in logs


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
        self._preconditions = codes(vocabulary.preconditions)
        self._levels = codes(vocabulary.levels)
        self._must_be_silent = {term.code: term.word for term in vocabulary.always_silent}
        self._basis_names = basis_names
        self._first_on = first_on
        self._rule_ids: dict[str, str] = {}
        self._participants: tuple[str, ...] = ()
        self._lane_flags: tuple[str, ...] = ()

    def registration_rules(self, card: Fields) -> tuple[RegistrationRule, ...]:
        """Read who may register."""
        rules = tuple(map(self._registration_rule, self._rows(card, "registreren", REGISTRATION_RULE)))
        self._participants = tuple(dict.fromkeys(kind for rule in rules for kind in rule.agency_kinds))
        self._lane_flags = tuple(dict.fromkeys(flag for rule in rules for flag in rule.flags))
        return rules

    def _registration_rule(self, row: Fields) -> RegistrationRule:
        explanation_nl, explanation_en = _explanation(row)
        rule = RegistrationRule(
            id=self._rule_id(row),
            agency_kinds=row.codes("wie", self._kinds),
            purposes=self._open_purposes(row),
            flags=row.codes("vlaggen", self._flags),
            preconditions=row.codes("eist", self._preconditions) if "eist" in row else (),
            basis=row.codes("grondslag", self._basis_names),
            explanation_nl=explanation_nl,
            explanation_en=explanation_en,
        )
        self.places[rule] = (row.place, row.path)
        return rule

    def bars(self, card: Fields) -> tuple[Bar, ...]:
        """Read who may never register."""
        return tuple(map(self._bar, self._rows(card, "nooit-registreren", BAR)))

    def _bar(self, row: Fields) -> Bar:
        explanation_nl, explanation_en = _explanation(row)
        bar = Bar(self._rule_id(row), row.codes("wie", self._kinds), explanation_nl, explanation_en)
        self.places[bar] = (row.place, row.path)
        return bar

    def parent_rule(self, card: Fields) -> ParentRule | None:
        """Read whether children with a parent in common may match, and where."""
        if "oudermatch" not in card:
            return None
        row = card.table("oudermatch", required=PARENT_RULE.required)
        explanation_nl, explanation_en = _explanation(row)
        basis = row.codes("grondslag", self._basis_names)
        rule = ParentRule(self._rule_id(row), _municipalities(row), basis, explanation_nl, explanation_en)
        self.places[rule] = (row.place, row.path)
        return rule

    def disclosure_rules(self, card: Fields) -> tuple[DisclosureRule, ...]:
        """Read what each side is told."""
        return tuple(map(self._disclosure_rule, self._rows(card, "vertellen", DISCLOSURE_RULE)))

    def _disclosure_rule(self, row: Fields) -> DisclosureRule:
        explanation_nl, explanation_en = _explanation(row)
        refuses = "mag-niet" in row
        if refuses == ("mag" in row):
            row.reject("mag", "precies één van 'mag' en 'mag-niet' hoort hier te staan")
        if not refuses and "grondslag" not in row:
            row.reject("grondslag", "ontbreekt")
        others = self._parties(row, "van")
        own_flags, other_flags = self._conditions(row)
        rule = DisclosureRule(
            id=self._rule_id(row),
            others=others,
            recipients=self._parties(row, "aan"),
            purposes=self._open_purposes(row),
            own_flags=own_flags,
            other_flags=other_flags,
            level=self._told_level(row, "mag-niet" if refuses else "mag"),
            refuses=refuses,
            basis=row.codes("grondslag", self._basis_names) if "grondslag" in row else (),
            police=self._police_decision(row, needed=POLICE in others and not refuses),
            explanation_nl=explanation_nl,
            explanation_en=explanation_en,
        )
        self.places[rule] = (row.place, row.path)
        return rule

    def _conditions(self, row: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Read with which flags both sides must have registered; whatever is not said holds for every flag."""
        if "als" not in row:
            return self._lane_flags, self._lane_flags
        stated = row.table("als", required=(), optional=FLAGS_OF_RULE.optional)
        own = self._flags_of_lane(stated, "eigen")
        return own, self._flags_of_lane(stated, "ander")

    def _example_flags(self, row: Fields) -> tuple[str, str]:
        """Read the flags of both sides, which only a lane with one flag may leave unsaid."""
        if "als" not in row and len(self._lane_flags) > 1:
            row.reject("als", "noem 'eigen' en 'ander': deze stroom kent meer dan één vlag")
        if "als" not in row:
            only = self._lane_flags[0] if self._lane_flags else ""
            return only, only
        stated = row.table("als", required=FLAGS_OF_EXAMPLE.required)
        return stated.code("eigen", self._words_of_lane()), stated.code("ander", self._words_of_lane())

    def _words_of_lane(self) -> dict[str, str]:
        return {word: code for word, code in self._flags.items() if code in self._lane_flags}

    def _flags_of_lane(self, stated: Fields, key: str) -> tuple[str, ...]:
        if key not in stated:
            return self._lane_flags
        return stated.codes(key, self._words_of_lane())

    def _police_decision(self, row: Fields, *, needed: bool) -> PoliceDecision | None:
        if "wpg-20-2" not in row:
            if needed:
                row.reject("wpg-20-2", "ontbreekt: deze regel vertelt iets van de politie (Wpg 20, tweede lid)")
            return None
        decision = row.table("wpg-20-2", required=POLICE_DECISION.required)
        return PoliceDecision(*(decision.text(key) for key in POLICE_DECISION.required))

    def registration_examples(self, examples: Fields) -> tuple[RegistrationExample, ...]:
        """Read the examples of registering."""
        return tuple(map(self._registration_example, self._rows(examples, "registreren", REGISTRATION_EXAMPLE)))

    def _registration_example(self, row: Fields) -> RegistrationExample:
        permitted, rule = self._expected(row)
        example = RegistrationExample(
            agency_kind=row.code("wie", self._kinds),
            purpose=row.code("doel", self._purposes),
            flag=row.code("vlag", self._flags),
            preconditions=row.codes("eist", self._preconditions) if "eist" in row else (),
            on=row.day("op") if "op" in row else self._first_on,
            permitted=permitted,
            rule=rule,
        )
        self.places[example] = (row.place, row.path)
        return example

    def disclosure_examples(self, examples: Fields) -> tuple[DisclosureExample, ...]:
        """Read the examples of telling."""
        return tuple(map(self._disclosure_example, self._rows(examples, "vertellen", DISCLOSURE_EXAMPLE)))

    def _disclosure_example(self, row: Fields) -> DisclosureExample:
        permitted, rule = self._expected(row)
        own_flag, other_flag = self._example_flags(row)
        example = DisclosureExample(
            other=row.code("van", self._kinds),
            recipient=row.code("aan", self._kinds),
            purpose=row.code("doel", self._purposes),
            own_flag=own_flag,
            other_flag=other_flag,
            level=self._told_level(row, "wat"),
            on=row.day("op") if "op" in row else self._first_on,
            permitted=permitted,
            rule=rule,
        )
        self.places[example] = (row.place, row.path)
        return example

    def _expected(self, row: Fields) -> tuple[bool, str | None]:
        """Read how an example must end, and the rule that must decide it; what is allowed is always by a rule."""
        permitted = bool(row.code("dan", DONE))
        if permitted and "door" not in row:
            row.reject("door", "ontbreekt: wat mag, mag door een regel")
        return permitted, row.code("door", self._rule_ids) if "door" in row else None

    def _rows(self, fields: Fields, key: str, keys: Keys) -> Iterator[Fields]:
        for tree, path in fields.rows(key):
            yield Fields(tree, path, self._findings, required=keys.required, optional=keys.optional)

    def _rule_id(self, row: Fields) -> str:
        found = row.text("regel")
        if row.sound("regel") and not _RULE_NAME.fullmatch(found):
            row.reject("regel", "een regel heet één woord van letters, cijfers en streepjes")
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
        found = row.codes(key, {**self._kinds, PARTICIPANTS: PARTICIPANTS})
        spread = (self._participants if kind == PARTICIPANTS else (kind,) for kind in found)
        return tuple(dict.fromkeys(chain.from_iterable(spread)))

    def _told_level(self, row: Fields, key: str) -> DisclosureLevel:
        level = read_level(row, key, self._levels)
        if key in row and row.sound(key) and level is DisclosureLevel.SILENT:
            row.reject(key, "stil is wat er zonder regel al geldt; noem een hogere trede")
        return level


def _municipalities(row: Fields) -> tuple[str, ...]:
    """Read in which municipalities a rule holds; nothing stands for all of them."""
    found = row.texts("gemeenten")
    if found == (EVERYWHERE,):
        return ()
    if EVERYWHERE in found:
        row.reject("gemeenten", f"noem gemeenten, of alleen [{EVERYWHERE}]")
    if len(set(found)) != len(found):
        row.reject("gemeenten", "er staat een gemeente dubbel")
    if not all(re.fullmatch(MUNICIPALITY, name) for name in found):
        row.reject("gemeenten", "een gemeente heet één woord van kleine letters, cijfers en streepjes")
    return found


def _explanation(row: Fields) -> tuple[str, str]:
    both = row.table("uitleg", required=EXPLANATION.required)
    return both.text("nl"), both.text("en")


def read_level(row: Fields, key: str, levels: Mapping[str, str]) -> DisclosureLevel:
    """Read one step of the ladder."""
    code = row.code(key, levels)
    return DisclosureLevel.from_code(code) if code else DisclosureLevel.SILENT

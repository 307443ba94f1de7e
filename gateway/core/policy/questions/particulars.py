"""What else changes on a card: everything that a reader signs for and that no situation shows, such as terms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.core.policy.card import Bar, DisclosureRule, Ladder, ParentRule, PolicyFile, RegistrationRule, Told
from gateway.core.policy.engine import LanePolicy, PolicySet
from gateway.core.policy.questions.situations import Period
from gateway.core.policy.questions.words import Words

_NOT_THERE: Final = ("(niets)", "(nothing)")
_TOLD: Final[Mapping[Told, tuple[str, str]]] = {
    Told.BY_AGE: ("naar leeftijd", "by age"),
    Told.PERSON: ("betrokkene", "the person"),
    Told.NOBODY: ("niemand", "nobody"),
}
_POLICE: Final = ("belang", "samenwerkingsverband", "gegevens", "voorwaarden", "ontvangers")


@dataclass(frozen=True, slots=True)
class Particular:
    """One thing on a lane's card that changes besides what happens in situations."""

    lane: str
    sentence_nl: str
    sentence_en: str


def particulars_of(
    lane: str, old: LanePolicy | None, new: LanePolicy | None, *, dutch: Words, english: Words
) -> Iterator[Particular]:
    """Tell what differs between two versions of a card, other than its examples and its number of version.

    Of a lane that is new or gone this is all that is told: its whole card is.
    """
    told = [_difference(lane, old, new, words) for words in (dutch, english)]
    for sentence_nl, sentence_en in zip(*told, strict=True):
        yield Particular(lane, sentence_nl, sentence_en)


def opening_of(lane: str, old: PolicySet, new: PolicySet, *, dutch: Words, english: Words) -> Iterator[Particular]:
    """Tell that a lane opens, shuts or comes shut, because its card relies on what exists or on what does not."""
    before, after = old.lane(lane), new.lane(lane)
    if (after is not None) and parents_open_wider(before, after):
        yield Particular(lane, _parents_open(lane, dutch), _parents_open(lane, english))
    was_open, is_open = old.open_lane(lane) is not None, new.open_lane(lane) is not None
    if after is not None and not is_open and (was_open or before is None):
        missing = [code for code in after.card.mechanisms if code not in new.mechanisms]
        yield Particular(lane, _shut(lane, missing, dutch), _shut(lane, missing, english))
    if before is not None and is_open and not was_open:
        opens = f"De stroom {dutch.lane(lane)} gaat open.", f"The lane {english.lane(lane)} opens."
        yield Particular(lane, *opens)


def parents_open_wider(before: LanePolicy | None, after: LanePolicy) -> bool:
    """Whether children with a parent in common match for agencies for which they did not before."""
    rule, earlier = after.card.parent_rule, None if before is None else before.card.parent_rule
    if rule is None:
        return False
    if earlier is None or not earlier.municipalities:
        return earlier is None
    return not rule.municipalities or not set(rule.municipalities) <= set(earlier.municipalities)


def _parents_open(lane: str, words: Words) -> str:
    name = words.lane(lane)
    return words.say(
        f"De stroom {name} gaat open voor oudermatches: wie bij kinderen met een ouder gemeen betrokken is, hoort het.",
        f"The lane {name} opens for parent matches: those involved with children with a parent in common are told.",
    )


def _shut(lane: str, missing: Sequence[str], words: Words) -> str:
    name, lacks = words.lane(lane), words.labels(words.vocabulary.mechanisms, missing)
    return words.say(
        f"De stroom {name} is dicht: er ontbreekt nog {lacks}.", f"The lane {name} is shut: it still lacks {lacks}."
    )


def _difference(lane: str, old: LanePolicy | None, new: LanePolicy | None, words: Words) -> list[str]:
    name, missing = words.lane(lane), words.say(*_NOT_THERE)
    if new is None:
        return [words.say(f"De stroom {name} vervalt.", f"The lane {name} ceases to exist.")]
    if old is None:
        return [words.say(f"De stroom {name} is nieuw.", f"The lane {name} is new.")]
    before, after = _sheet(old.card, words), _sheet(new.card, words)
    return [
        f"{name}, {what}: {after.get(what, missing)} ({words.say('was', 'it was')}: {before.get(what, missing)})."
        for what in dict.fromkeys((*before, *after))
        if before.get(what) != after.get(what)
    ]


def _sheet(card: PolicyFile, words: Words) -> dict[str, str]:
    """Write out a card, name by name."""
    return dict((*_head(card, words), *_terms(card, words), *_bases(card, words), *_rules(card, words)))


def _head(card: PolicyFile, words: Words) -> Iterator[tuple[str, str]]:
    say, vocabulary = words.say, words.vocabulary
    yield say("geldig", "in force"), words.period(Period(card.valid_from_on, card.valid_until_on))
    yield say("verantwoordelijken", "controllers"), "; ".join(card.controllers)
    yield say("doel van de verwerking", "aim of the processing"), card.aim
    yield say("leeftijd", "age"), _ages(card, words)
    yield say("wederkerig", "symmetric"), say("ja", "yes") if card.symmetric else say("nee", "no")
    yield (
        say("steunt op", "relies on"),
        words.labels(vocabulary.mechanisms, card.mechanisms) or say("niets bijzonders", "nothing in particular"),
    )
    yield say("oudermatch", "parent match"), _parents(card, words)
    yield say("altijd stil", "always silent"), words.labels(vocabulary.purposes, card.silent_purposes)


def _ages(card: PolicyFile, words: Words) -> str:
    start = "" if card.from_age is None else words.say("vanaf", "from") + f" {card.from_age}"
    end = "" if card.under_age is None else words.say("jonger dan", "under") + f" {card.under_age}"
    return ", ".join(part for part in (start, end) if part) or words.say("alle", "all")


def _parents(card: PolicyFile, words: Words) -> str:
    rule = card.parent_rule
    if rule is None:
        return words.say("nee", "no")
    places = ", ".join(rule.municipalities) or words.say("alle gemeenten", "all municipalities")
    return words.say(f"regel {rule.id}", f"rule {rule.id}") + f", {places}; {', '.join(rule.basis)}"


def _terms(card: PolicyFile, words: Words) -> Iterator[tuple[str, str]]:
    say, terms, notice = words.say, card.terms, card.notice
    yield say("termijn, ten hoogste", "term, at most"), words.span(terms.maximum)
    yield say("termijn, standaard", "term, by default"), words.span(terms.default)
    ends = say("eindigt", "ends") if terms.ends_on_death else say("loopt door", "goes on")
    yield say("termijn, bij overlijden", "term, on death"), ends
    yield say("contact binnen (werkdagen)", "contact within (working days)"), str(terms.contact_working_days)
    yield say("opschalen (werkdagen)", "escalation (working days)"), _ladder(terms.ladder, words)
    yield say("bewaren, match", "retention, match"), words.span(terms.match)
    yield say("bewaren, archief", "retention, archive"), words.span(terms.archive)
    yield say("bewaren, logboek", "retention, log"), words.span(terms.log)
    yield say("mededeling aan", "notice to"), say(*_TOLD[notice.to])
    yield say("mededeling binnen", "notice within"), words.span(notice.within)
    yield say("uitstel van mededeling", "deferral of notice"), words.span(notice.deferral)
    yield (
        say("uitleg van mededeling", "explanation of notice"),
        say(notice.explanation_nl, notice.explanation_en),
    )


def _ladder(ladder: Ladder, words: Words) -> str:
    steps = (
        (words.say("achtervang", "deputy"), ladder.deputy_working_days),
        (words.say("coördinator", "coordinator"), ladder.coordinator_working_days),
        (words.say("regievoerder", "supervisor"), ladder.supervisor_working_days),
    )
    return ", ".join(f"{name} {days}" for name, days in steps if days is not None)


def _bases(card: PolicyFile, words: Words) -> Iterator[tuple[str, str]]:
    for basis in card.bases:
        yield words.say("grondslag", "basis") + f" {basis.name}", words.basis(basis)


def _rules(card: PolicyFile, words: Words) -> Iterator[tuple[str, str]]:
    """Give what situations do not show of a rule: its explanations, and the decision about police data."""
    said = (("uitleg (nl)", "explanation (nl)"), ("uitleg (en)", "explanation (en)"))
    rules: list[RegistrationRule | Bar | DisclosureRule | ParentRule] = [*card.registration_rules, *card.bars]
    rules += [*card.disclosure_rules, *(() if card.parent_rule is None else (card.parent_rule,))]
    for rule in rules:
        named = words.say("regel", "rule") + f" {rule.id}, "
        for label, text in zip(said, (rule.explanation_nl, rule.explanation_en), strict=True):
            yield named + words.say(*label), text
        if isinstance(rule, DisclosureRule) and rule.police is not None:
            elements = (getattr(rule.police, name) for name in rule.police.__slots__)
            yield (
                named + "Wpg 20(2)",
                "; ".join(f"{name}: {text}" for name, text in zip(_POLICE, elements, strict=True)),
            )

"""Reads a rule card: either a card in which everything holds that it says of itself, or every mistake at once.

First all words are read (keys, terms, dates, references). When they are sound, what they mean together is tried by
`meaning`: contradictions, reach, examples.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from gateway.core.fingerprint import fingerprint
from gateway.core.policy.card import Basis, Ladder, NoticeRule, PolicyFile, Terms, Told
from gateway.core.policy.cards.fields import Fields
from gateway.core.policy.cards.grammar import (
    AGES,
    BASIS,
    CARD,
    CONTACT,
    EXAMPLES,
    EXPLANATION,
    KEPT,
    LADDER,
    NOTHING_KEPT,
    NOTICE,
    ON_DEATH,
    OPEN_END,
    PERIOD,
    STEPS,
    TERM,
    TOLD,
    WITHOUT_RULE,
    YES_OR_NO,
)
from gateway.core.policy.cards.meaning import check_meaning
from gateway.core.policy.cards.mistakes import Findings, Mistake, PolicyRejected
from gateway.core.policy.cards.rules import RuleReader, read_level
from gateway.core.policy.cards.vocabulary import Vocabulary, as_bytes, codes, parse

__all__ = ["Mistake", "PolicyFile", "PolicyRejected", "load_policy_file"]

_ONE_DAY: Final = timedelta(days=1)
_ANY_DAY: Final = date(2026, 1, 1)  # to tell which of two spans is longer


def load_policy_file(text: str | bytes, *, name: str, vocabulary: Vocabulary) -> PolicyFile:
    """Read the rule card in a file called `name`; raises PolicyRejected, and nothing else, on any text or bytes."""
    raw, findings = as_bytes(text), Findings(name)
    root = Fields(parse(raw, findings), "", findings, required=CARD.required, optional=CARD.optional)
    valid_from_on, valid_until_on = _validity(root)
    bases = _bases(root, findings, codes(vocabulary.levels))
    names = {basis.name: basis.name for basis in bases}
    rules = RuleReader(findings, vocabulary, basis_names=names, first_on=valid_from_on)
    root.code("zonder-regel", WITHOUT_RULE)
    from_age, under_age = _ages(root)
    examples = root.table("voorbeelden", required=EXAMPLES.required)
    card = PolicyFile(
        name=name,
        digest=fingerprint(raw),
        lane=root.code("stroom", codes(vocabulary.lanes)),
        version=root.number("versie"),
        valid_from_on=valid_from_on,
        valid_until_on=valid_until_on,
        controllers=root.texts("verantwoordelijken"),
        aim=root.text("doel"),
        from_age=from_age,
        under_age=under_age,
        symmetric=bool(root.code("wederkerig", YES_OR_NO)),
        mechanisms=root.codes("vergt", codes(vocabulary.mechanisms)) if "vergt" in root else (),
        silent_purposes=_silent_purposes(root, vocabulary),
        terms=_terms(root),
        notice=_notice(root),
        bases=bases,
        registration_rules=rules.registration_rules(root),
        bars=rules.bars(root),
        disclosure_rules=rules.disclosure_rules(root),
        parent_rule=rules.parent_rule(root),
        registration_examples=rules.registration_examples(examples),
        disclosure_examples=rules.disclosure_examples(examples),
    )
    findings.raise_any()
    check_meaning(card, rules.places, findings)
    findings.raise_any()
    return card


def _validity(root: Fields) -> tuple[date, date]:
    """Read the first day and the last day; the card ends on the day after."""
    period = root.table("geldig", required=PERIOD.required)
    first_on, last_on = period.day("van"), period.day("tot-en-met")
    if period.sound(*PERIOD.required) and last_on < first_on:
        period.reject("tot-en-met", "ligt voor de eerste dag")
    return first_on, last_on + _ONE_DAY


def _bases(root: Fields, findings: Findings, levels: Mapping[str, str]) -> tuple[Basis, ...]:
    rows = root.named_rows("grondslagen")
    return tuple(
        _basis(name, Fields(tree, path, findings, required=BASIS.required), levels) for name, tree, path in rows
    )


def _basis(name: str, row: Fields, levels: Mapping[str, str]) -> Basis:
    from_on, last_on = row.day("van"), row.day_or("tot-en-met", OPEN_END)
    if row.sound(*PERIOD.required) and last_on is not None and last_on < from_on:
        row.reject("tot-en-met", "ligt voor de eerste dag")
    return Basis(
        name=name,
        law=row.text("wet"),
        article=row.text("artikel"),
        valid_from_on=from_on,
        valid_until_on=None if last_on is None else last_on + _ONE_DAY,
        review_before_on=row.day("herzien-voor"),
        reaches=read_level(row, "reikt-tot", levels),
        to_confirm=row.text("te-bevestigen"),
    )


def _ages(root: Fields) -> tuple[int | None, int | None]:
    """Read from which age up to, not including, which age someone is in the lane."""
    if "leeftijd" not in root:
        return None, None
    ages = root.table("leeftijd", required=(), optional=AGES.optional)
    from_age = ages.number("vanaf") if "vanaf" in ages else None
    under_age = ages.number("jonger-dan") if "jonger-dan" in ages else None
    if from_age is None and under_age is None:
        root.reject("leeftijd", "noem 'vanaf', 'jonger-dan' of beide")
    if from_age is not None and under_age is not None and from_age >= under_age:
        ages.reject("jonger-dan", "niemand is zo oud")
    return from_age, under_age


def _silent_purposes(root: Fields, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Read the purposes that are silent; those that are so everywhere stand here too: whoever signs has read them."""
    listed = root.codes("altijd-stil", codes(vocabulary.purposes))
    missing = [term.word for term in vocabulary.always_silent if term.code not in listed]
    if missing and root.sound("altijd-stil"):
        root.reject("altijd-stil", f"deze doelen horen hier altijd te staan: {', '.join(missing)}")
    return listed


def _terms(root: Fields) -> Terms:
    term = root.table("termijn", required=TERM.required, optional=TERM.optional)
    kept = root.table("bewaren", required=KEPT.required)
    contact = root.table("contact", required=CONTACT.required)
    maximum, default = term.span("ten-hoogste"), term.span("standaard")
    if term.sound(*TERM.required) and default.after(_ANY_DAY) > maximum.after(_ANY_DAY):
        term.reject("standaard", "is langer dan ten hoogste mag")
    return Terms(
        maximum=maximum,
        default=default,
        contact_working_days=contact.working_days("binnen"),
        ladder=_ladder(contact),
        match=kept.span("match"),
        archive=kept.span_or("archief", NOTHING_KEPT),
        log=kept.span("logboek"),
        ends_on_death="bij-overlijden" in term and bool(term.code("bij-overlijden", ON_DEATH)),
    )


def _ladder(contact: Fields) -> Ladder:
    """Read the steps of escalation, each later than the one before it."""
    steps = contact.table("opschalen", required=LADDER.required, optional=LADDER.optional)
    days = {step: steps.working_days(step) for step in STEPS if step in steps}
    in_order = list(days.values())
    if steps.sound(*days) and in_order != sorted(set(in_order)):
        contact.reject("opschalen", f"elke trap komt later dan de vorige: {', '.join(STEPS)}")
    return Ladder(*(days.get(step) for step in STEPS))


def _notice(root: Fields) -> NoticeRule:
    notice = root.table("mededeling", required=NOTICE.required, optional=NOTICE.optional)
    why = notice.table("uitleg", required=EXPLANATION.required)
    to = Told(notice.code("aan", TOLD) or Told.NOBODY)
    for key in NOTICE.optional:
        if notice.sound("aan") and (key in notice) == (to is Told.NOBODY):
            notice.reject(key, "hoort hier niet: er wordt niemand ingelicht" if key in notice else "ontbreekt")
    within, deferral = (notice.span(key) if key in notice else None for key in NOTICE.optional)
    return NoticeRule(
        to=to,
        within=within,
        deferral=deferral,
        explanation_nl=why.text("nl"),
        explanation_en=why.text("en"),
    )

"""Reads a rule card: either a card in which everything holds that it says of itself, or every mistake at once.

First all words are read (keys, terms, dates, references). When they are sound, what they mean together is tried by
`policy_meaning`: contradictions, reach, examples.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from gateway.core.fingerprint import fingerprint
from gateway.core.policy_card import Basis, PolicyFile, Terms
from gateway.core.policy_fields import MONTHS, WORKING_DAYS, YES_OR_NO, Fields
from gateway.core.policy_meaning import check_meaning
from gateway.core.policy_mistakes import Findings, Mistake, PolicyRejected
from gateway.core.policy_rules import RuleReader, read_level
from gateway.core.policy_terms import Vocabulary, as_bytes, codes, parse

__all__ = ["Mistake", "PolicyFile", "PolicyRejected", "load_policy_file"]

_CARD: Final = (
    *("stroom", "versie", "geldig", "verantwoordelijken", "doel", "zonder-regel", "wederkerig", "altijd-stil"),
    *("termijn", "contact", "bewaren", "grondslagen", "registreren", "vertellen", "voorbeelden"),
)
_MAY_BE_ABSENT: Final = ("leeftijd", "nooit-registreren")
_PERIOD: Final = ("van", "tot-en-met")
_BASIS: Final = ("wet", "artikel", *_PERIOD, "herzien-voor", "reikt-tot", "te-bevestigen")
_OPEN_END: Final = "onbepaald"
_ONE_DAY: Final = timedelta(days=1)


def load_policy_file(text: str | bytes, *, name: str, vocabulary: Vocabulary) -> PolicyFile:
    """Read the rule card in a file called `name`; raises PolicyRejected, and nothing else, on any text or bytes."""
    raw, findings = as_bytes(text), Findings(name)
    root = Fields(parse(raw, findings), "", findings, required=_CARD, optional=_MAY_BE_ABSENT)
    valid_from_on, valid_until_on = _validity(root)
    bases = _bases(root, findings, codes(vocabulary.levels))
    names = {basis.name: basis.name for basis in bases}
    rules = RuleReader(findings, vocabulary, basis_names=names, first_on=valid_from_on)
    root.code("zonder-regel", {"mag-niet": "refused"})
    examples = root.table("voorbeelden", required=("registreren", "vertellen"))
    card = PolicyFile(
        name=name,
        digest=fingerprint(raw),
        lane=root.code("stroom", codes(vocabulary.lanes)),
        version=root.number("versie"),
        valid_from_on=valid_from_on,
        valid_until_on=valid_until_on,
        controllers=root.texts("verantwoordelijken"),
        aim=root.text("doel"),
        under_age=_under_age(root),
        symmetric=bool(root.code("wederkerig", YES_OR_NO)),
        silent_purposes=_silent_purposes(root, vocabulary),
        terms=_terms(root),
        bases=bases,
        registration_rules=rules.registration_rules(root),
        bars=rules.bars(root),
        disclosure_rules=rules.disclosure_rules(root),
        registration_examples=rules.registration_examples(examples),
        disclosure_examples=rules.disclosure_examples(examples),
    )
    findings.raise_any()
    check_meaning(card, rules.places, findings)
    findings.raise_any()
    return card


def _validity(root: Fields) -> tuple[date, date]:
    """Read the first day and the last day; the card ends on the day after."""
    period = root.table("geldig", required=_PERIOD)
    first_on, last_on = period.day("van"), period.day("tot-en-met")
    if period.sound(*_PERIOD) and last_on < first_on:
        period.reject("tot-en-met", "ligt voor de eerste dag")
    return first_on, last_on + _ONE_DAY


def _bases(root: Fields, findings: Findings, levels: Mapping[str, str]) -> tuple[Basis, ...]:
    rows = root.named_rows("grondslagen")
    return tuple(_basis(name, Fields(tree, path, findings, required=_BASIS), levels) for name, tree, path in rows)


def _basis(name: str, row: Fields, levels: Mapping[str, str]) -> Basis:
    from_on, last_on = row.day("van"), row.day_or("tot-en-met", _OPEN_END)
    if row.sound(*_PERIOD) and last_on is not None and last_on < from_on:
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


def _under_age(root: Fields) -> int | None:
    if "leeftijd" not in root:
        return None
    return root.table("leeftijd", required=("jonger-dan",)).number("jonger-dan")


def _silent_purposes(root: Fields, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Read the purposes that are silent; those that are so everywhere stand here too: whoever signs has read them."""
    listed = root.codes("altijd-stil", codes(vocabulary.purposes))
    missing = [term.word for term in vocabulary.always_silent if term.code not in listed]
    if missing and root.sound("altijd-stil"):
        root.reject("altijd-stil", f"deze doelen horen hier altijd te staan: {', '.join(missing)}")
    return listed


def _terms(root: Fields) -> Terms:
    term = root.table("termijn", required=("ten-hoogste", "standaard"))
    kept = root.table("bewaren", required=("match", "archief", "logboek"))
    contact = root.table("contact", required=("binnen",))
    maximum, default = term.duration("ten-hoogste", MONTHS), term.duration("standaard", MONTHS)
    if term.sound("ten-hoogste", "standaard") and default > maximum:
        term.reject("standaard", "is langer dan ten hoogste mag")
    return Terms(
        maximum_months=maximum,
        default_months=default,
        contact_working_days=contact.duration("binnen", WORKING_DAYS),
        match_months=kept.duration("match", MONTHS),
        archive_months=kept.duration("archief", MONTHS),
        log_months=kept.duration("logboek", MONTHS),
    )

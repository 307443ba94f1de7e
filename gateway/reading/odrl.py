"""Exports cards as ODRL 2.2 with terms of the W3C Data Privacy Vocabulary: one Set per lane, one rule per rule.

ODRL has no "no rule means refused"; whoever reads an export must know that silence is a refusal here. What ODRL has no
word for (the other side, both flags, the ladder, what is attested) stands in a profile of our own.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import quote

from gateway.core.policy.card import Bar, Basis, DisclosureLevel, DisclosureRule, RegistrationRule
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import LanePolicy
from gateway.reading.odrl_terms import CONTEXT, PROFILE, SEINHUIS, Json


def odrl(policies: Iterable[LanePolicy], vocabulary: Vocabulary) -> Json:
    """Give the export as JSON-LD; every word it uses is explained by its own context."""
    policies = tuple(policies)
    return {
        "@context": CONTEXT,
        "@graph": [*map(_set, policies), *_words(vocabulary)],
    }


def _set(policy: LanePolicy) -> Json:
    card, uid = policy.card, _policy_iri(policy)
    return {
        "uid": uid,
        "type": "Set",
        "profile": PROFILE,
        "conflict": "odrl:prohibit",  # refuse beats allow
        "title": card.aim,
        "hasDataController": [
            {"uid": f"{uid}:controller:{number}", "type": "dpv:DataController", "title": controller}
            for number, controller in enumerate(card.controllers, start=1)
        ],
        "basis": [_basis(policy, basis) for basis in card.bases],
        "permission": [
            *(_registering(policy, rule) for rule in card.registration_rules),
            *(_telling(policy, rule) for rule in card.disclosure_rules if not rule.refuses),
        ],
        "prohibition": [
            *(_barred(policy, bar) for bar in card.bars),
            *(_telling(policy, rule) for rule in card.disclosure_rules if rule.refuses),
            _silent(policy),
        ],
    }


def _basis(policy: LanePolicy, basis: Basis) -> Json:
    until = {} if basis.valid_until_on is None else {"seinhuis:until": _day(basis.valid_until_on)}
    return {
        "uid": _basis_iri(policy, basis.name),
        "type": "dpv:LegalBasis",
        "title": f"{basis.law}, artikel {basis.article}",
        "seinhuis:from": _day(basis.valid_from_on),
        **until,
        "seinhuis:reviewBefore": _day(basis.review_before_on),
        "seinhuis:reaches": {"@id": _iri("level", basis.reaches.code)},
        "seinhuis:toConfirm": {"@value": basis.to_confirm, "@language": "nl"},
    }


def _registering(policy: LanePolicy, rule: RegistrationRule) -> Json:
    attested = [_constraint("seinhuis:attested", "isAllOf", _iris("precondition", rule.preconditions))]
    return {
        "uid": _rule_iri(policy, rule.id),
        "type": "Permission",
        "action": "dpv:Store",
        "target": _iri("asset", "involvement"),
        "assignee": _names("kind", rule.agency_kinds),
        "constraint": [
            _constraint("odrl:purpose", "isAnyOf", _iris("purpose", rule.purposes)),
            _constraint("seinhuis:ownFlag", "isAnyOf", _iris("flag", rule.flags)),
            *(attested if rule.preconditions else []),
            *_period(policy, rule.basis),
        ],
        "hasPurpose": _names("purpose", rule.purposes),
        "hasLegalBasis": [_basis_iri(policy, name) for name in rule.basis],
        "comment": _explained(rule),
    }


def _telling(policy: LanePolicy, rule: DisclosureRule) -> Json:
    steps = [level for level in DisclosureLevel if level > DisclosureLevel.SILENT]
    meant = [level.code for level in steps if (level >= rule.level if rule.refuses else level <= rule.level)]
    police = rule.police
    elements: Json = {} if police is None else {
        "police": {
            "seinhuis:interest": police.interest,
            "seinhuis:partnership": police.partnership,
            "seinhuis:data": police.data,
            "seinhuis:conditions": police.conditions,
            "seinhuis:recipients": police.recipients,
        }
    }  # fmt: skip
    return {
        "uid": _rule_iri(policy, rule.id),
        "type": "Prohibition" if rule.refuses else "Permission",
        "action": "dpv:Disclose",
        "target": _names("level", meant),
        "constraint": [
            _constraint("odrl:purpose", "isAnyOf", _iris("purpose", rule.purposes)),
            _constraint("odrl:recipient", "isAnyOf", _iris("kind", rule.recipients)),
            _constraint("seinhuis:other", "isAnyOf", _iris("kind", rule.others)),
            _constraint("seinhuis:ownFlag", "isAnyOf", _iris("flag", rule.own_flags)),
            _constraint("seinhuis:otherFlag", "isAnyOf", _iris("flag", rule.other_flags)),
            *_period(policy, () if rule.refuses else rule.basis),
        ],
        "hasPurpose": _names("purpose", rule.purposes),
        "hasRecipient": _names("kind", rule.recipients),
        "hasLegalBasis": [_basis_iri(policy, name) for name in rule.basis],
        "comment": _explained(rule),
        **elements,
    }


def _barred(policy: LanePolicy, bar: Bar) -> Json:
    return {
        "uid": _rule_iri(policy, bar.id),
        "type": "Prohibition",
        "action": "dpv:Store",
        "target": _iri("asset", "involvement"),
        "assignee": _names("kind", bar.agency_kinds),
        "constraint": list(_period(policy, ())),
        "comment": _explained(bar),
    }


def _silent(policy: LanePolicy) -> Json:
    """What no rule of the card says by itself: the purposes for which nothing is ever told."""
    purposes = policy.card.silent_purposes
    return {
        "uid": f"{_policy_iri(policy)}:always-silent",
        "type": "Prohibition",
        "action": "dpv:Disclose",
        "target": _names("level", [level.code for level in DisclosureLevel if level > DisclosureLevel.SILENT]),
        "constraint": [_constraint("odrl:purpose", "isAnyOf", _iris("purpose", purposes))],
        "hasPurpose": _names("purpose", purposes),
    }


def _period(policy: LanePolicy, names: Iterable[str]) -> Iterator[Json]:
    """A rule holds while its card and all its bases do."""
    bases = [policy.bases[name] for name in names]
    ends = [basis.valid_until_on for basis in bases if basis.valid_until_on is not None]
    yield _constraint(
        "odrl:dateTime", "gteq", _day(max([policy.valid_from_on, *(each.valid_from_on for each in bases)]))
    )
    yield _constraint("odrl:dateTime", "lt", _day(min([policy.valid_until_on, *ends])))


def _constraint(left: str, operator: str, right: object) -> Json:
    return {"type": "Constraint", "leftOperand": left, "operator": f"odrl:{operator}", "rightOperand": right}


def _explained(rule: RegistrationRule | Bar | DisclosureRule) -> list[Json]:
    return [
        {"@value": rule.explanation_nl, "@language": "nl"},
        {"@value": rule.explanation_en, "@language": "en"},
    ]


def _words(vocabulary: Vocabulary) -> Iterator[Json]:
    """Say of each name in the export what it means and, where the privacy vocabulary has the notion, what it is."""
    sections = (
        ("kind", "dpv:Recipient", vocabulary.agency_kinds),
        ("purpose", "dpv:Purpose", vocabulary.purposes),
        ("flag", "odrl:Asset", vocabulary.flags),
        ("precondition", "rdfs:Resource", vocabulary.preconditions),
        ("level", "odrl:Asset", vocabulary.levels),
    )
    for section, kind, terms in sections:
        for term in terms:
            yield {
                "uid": _iri(section, term.code),
                "type": kind,
                "label": [
                    {"@value": term.label_nl, "@language": "nl"},
                    {"@value": term.label_en, "@language": "en"},
                ],
                "comment": {"@value": f"{term.meaning} ({term.source})", "@language": "nl"},
            }


def _day(on: date) -> Json:
    return {"@value": on.isoformat(), "@type": "xsd:date"}


def _policy_iri(policy: LanePolicy) -> str:
    return _iri("policy", policy.lane, str(policy.version))


def _rule_iri(policy: LanePolicy, id_: str) -> str:
    return _iri("policy", policy.lane, str(policy.version), "rule", id_)


def _basis_iri(policy: LanePolicy, name: str) -> str:
    return _iri("policy", policy.lane, str(policy.version), "basis", name)


def _iri(*parts: str) -> str:
    """Name something; whatever a card calls it, it stays one part of the name."""
    return SEINHUIS + ":".join(quote(part, safe="") for part in parts)


def _names(section: str, codes: Iterable[str]) -> list[str]:
    return [_iri(section, code) for code in codes]


def _iris(section: str, codes: Iterable[str]) -> list[Json]:
    return [{"@id": name} for name in _names(section, codes)]

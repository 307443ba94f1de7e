"""What registers and reviews are given holds every rule and every basis of every card, and nothing that is fetched."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from gateway.core.policy import LanePolicy, compile_policy
from gateway.core.policy.questions.words import Language
from gateway.reading.dpia import dpia_annex
from gateway.reading.markdown import escaped
from gateway.reading.odrl import odrl
from gateway.reading.odrl_terms import CONTEXT
from gateway.reading.register import SECURITY, register_markdown, register_of_processing
from tests.support.cards import POLICIES, VOCABULARY, policy, telling
from tests.support.lanes import LANES

LANGUAGES: Final = pytest.mark.parametrize("language", ["nl", "en"])
#: ODRL Vocabulary & Expression 2.2, sections 3 and 4: the terms that may follow `odrl:` here.
ODRL_TERMS: Final = {
    *("Set", "Permission", "Prohibition", "Constraint", "Asset", "profile", "conflict", "permission", "prohibition"),
    *("action", "target", "assignee", "constraint", "leftOperand", "operator", "rightOperand", "prohibit"),
    *("purpose", "recipient", "dateTime", "isAnyOf", "isAllOf", "gteq", "lt"),
}
#: Data Privacy Vocabulary 2: the terms that may follow `dpv:` here.
DPV_TERMS: Final = {
    *("DataController", "LegalBasis", "Purpose", "Recipient", "Disclose", "Store"),
    *("hasDataController", "hasPurpose", "hasLegalBasis", "hasRecipient"),
}


POLICE: Final = ("interest", "partnership", "data", "conditions", "recipients")


def exported(*policies: LanePolicy) -> dict[str, Any]:
    """Export some cards, as a reader gets it."""
    return dict(json.loads(json.dumps(odrl(policies or LANES, VOCABULARY))))


def sets(export: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the lanes of an export."""
    return [node for node in export["@graph"] if node["type"] == "Set"]


def texts(node: Any) -> Iterator[str]:
    """Give every text in an export."""
    if isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def keys(node: Any) -> Iterator[str]:
    """Give every key in an export, its context left out."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "@context":
                yield key
                yield from keys(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys(value)


def constraints(rule: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """Give the constraints of a rule by operand and operator."""
    return {(each["leftOperand"], each["operator"]): each["rightOperand"] for each in rule["constraint"]}


class TestOdrl:
    """The export for machines of others."""

    def test_every_rule_of_every_card_is_there_once(self) -> None:
        """Permissions for what is allowed, prohibitions for what is refused; no other rule but that of silence."""
        for lane, node in zip(LANES, sets(exported()), strict=True):
            card, uid = lane.card, f"urn:seinhuis:policy:{lane.lane}:{lane.version}"
            allowed: list[Any] = [
                *card.registration_rules,
                *(rule for rule in card.disclosure_rules if not rule.refuses),
            ]
            refused: list[Any] = [*card.bars, *(rule for rule in card.disclosure_rules if rule.refuses)]
            assert node["uid"] == uid
            assert [rule["uid"] for rule in node["permission"]] == [f"{uid}:rule:{rule.id}" for rule in allowed]
            expected = [*(f"{uid}:rule:{rule.id}" for rule in refused), f"{uid}:always-silent"]
            assert [rule["uid"] for rule in node["prohibition"]] == expected

    def test_every_basis_is_there_and_every_rule_names_its_own(self) -> None:
        """With what a lawyer must still confirm."""
        for lane, node in zip(LANES, sets(exported()), strict=True):
            uid = node["uid"]
            assert [(basis["uid"], basis["seinhuis:toConfirm"]["@value"]) for basis in node["basis"]] == [
                (f"{uid}:basis:{basis.name}", basis.to_confirm) for basis in lane.card.bases
            ]
            known = {basis["uid"] for basis in node["basis"]}
            named = [set(rule["hasLegalBasis"]) for rule in node["permission"]]
            assert all(names and names <= known for names in named)

    def test_a_rule_says_to_whom_of_whom_and_how_far(self) -> None:
        """The youth card's rule of telling, in the words of ODRL."""
        rule = next(rule for rule in sets(exported(policy()))[0]["permission"] if rule["uid"].endswith(":V1"))
        found = constraints(rule)
        assert rule["action"] == "dpv:Disclose"
        assert rule["target"] == ["urn:seinhuis:level:acknowledged", "urn:seinhuis:level:contact"]
        assert len(found["odrl:recipient", "odrl:isAnyOf"]) == len(found["seinhuis:other", "odrl:isAnyOf"]) == 12
        assert found["odrl:purpose", "odrl:isAnyOf"] == [{"@id": "urn:seinhuis:purpose:youth-coordination"}]
        assert found["odrl:dateTime", "odrl:lt"] == {"@value": "2029-01-01", "@type": "xsd:date"}
        assert rule["hasPurpose"] == ["urn:seinhuis:purpose:youth-coordination"]
        assert set(rule["police"]) == {f"seinhuis:{name}" for name in POLICE}

    def test_a_refusal_reaches_upward(self) -> None:
        """What is refused from a step up is a prohibition of that step and all above it."""
        refusing = policy(telling("W1", {"van": ["school"], "aan": ["politie"], "mag-niet": "vlag"}))
        rule = next(rule for rule in sets(exported(refusing))[0]["prohibition"] if rule["uid"].endswith(":W1"))
        assert rule["target"] == [f"urn:seinhuis:level:{step}" for step in ("flag", "fact", "sealed_exchange")]
        assert rule["type"] == "Prohibition"

    def test_refusing_wins_and_silence_is_written_down(self) -> None:
        """The strategy for conflicts is ours, and each purpose that is always silent is prohibited."""
        for lane, node in zip(LANES, sets(exported()), strict=True):
            silent = node["prohibition"][-1]
            expected = [f"urn:seinhuis:purpose:{purpose}" for purpose in lane.card.silent_purposes]
            assert (node["conflict"], silent["hasPurpose"]) == ("odrl:prohibit", expected)

    def test_every_name_can_be_read_without_fetching(self) -> None:
        """The context stands in the file, knows every key, and uses no term that the vocabularies do not have."""
        export = exported()
        assert export["@context"] == CONTEXT
        assert {key for key in keys(export) if key not in CONTEXT and not key.startswith(("@", "seinhuis:"))} == set()
        terms = [text.split(":", 1) for text in (*texts(export), *keys(export)) if text.startswith(("odrl:", "dpv:"))]
        used = {prefix: {term for found, term in terms if found == prefix} for prefix in ("odrl", "dpv")}
        assert (used["odrl"] <= ODRL_TERMS, used["dpv"] <= DPV_TERMS) == (True, True)
        assert (len(used["odrl"]) > 10, len(used["dpv"]) > 5) == (True, True)

    def test_every_name_that_is_used_is_explained(self) -> None:
        """Each kind, purpose, flag, precondition and step has a node with its labels."""
        export = exported()
        explained = Counter(node["uid"] for node in export["@graph"])
        sections = tuple(f"urn:seinhuis:{name}:" for name in ("kind", "purpose", "flag", "precondition", "level"))
        used = {text for text in texts(sets(export)) if text.startswith(sections)}
        assert {name for name in used if explained[name] != 1} == set()

    def test_no_text_of_a_card_becomes_another_name(self) -> None:
        """A rule that is called like a name stays one part of its own."""
        odd = "V1:../x y#z"
        rule = {"van": ["school"], "aan": ["politie"], "mag-niet": "vlag"}
        card = policy(telling("V1-odd", rule)).card
        rules = (*card.disclosure_rules[:-1], replace(card.disclosure_rules[-1], id=odd))  # no card could say it
        node = sets(exported(compile_policy(replace(card, disclosure_rules=rules))))[0]
        uids = [each["uid"] for each in node["prohibition"]]
        assert "urn:seinhuis:policy:youth:1:rule:V1%3A..%2Fx%20y%23z" in uids


class TestRegister:
    """The record of processing activities (GDPR, article 30)."""

    @LANGUAGES
    def test_each_lane_has_a_record_with_all_that_the_law_asks(self, language: Language) -> None:
        """Article 30, first paragraph, a to g, and the bases; nothing empty."""
        register = json.loads(json.dumps(register_of_processing(LANES, VOCABULARY, language)))
        assert [record["lane"] for record in register["records"]] == [lane.lane for lane in LANES]
        asked = {
            *("controllers", "purposes", "dataSubjects", "personalData", "recipients", "thirdCountries"),
            *("retention", "security", "legalBases"),
        }
        assert [record["lane"] for record in register["records"] if not all(record[key] for key in asked)] == []
        assert {tuple(record["security"]) for record in register["records"]} == {SECURITY}

    def test_every_basis_is_there_with_its_last_day(self) -> None:
        """The day that is written down is the last that counts, as on the card."""
        register: Any = register_of_processing(LANES, VOCABULARY, "nl")
        for lane, record in zip(LANES, register["records"], strict=True):
            assert [basis["name"] for basis in record["legalBases"]] == [basis.name for basis in lane.card.bases]
        youth = next(record for record in register["records"] if record["lane"] == "youth")
        assert (youth["from"], youth["until"]) == ("2026-01-01", "2028-12-31")
        assert youth["legalBases"][0]["until"] is None

    @LANGUAGES
    def test_the_page_says_the_same(self, language: Language) -> None:
        """Purposes, recipients and what is still open."""
        register: Any = register_of_processing(LANES, VOCABULARY, language)
        page = register_markdown(LANES, VOCABULARY, language)
        for record in register["records"]:
            words = [*record["purposes"], *record["recipients"], *record["personalData"], *record["dataSubjects"]]
            words += [basis["toConfirm"] for basis in record["legalBases"]]
            assert [word for word in words if escaped(word) not in page] == []

    def test_the_documents_that_it_refers_to_exist(self) -> None:
        """A register that refers to nothing is no register."""
        assert [name for name in SECURITY if not (POLICIES.parent / name).is_file()] == []


class TestDpiaAnnex:
    """The annex to an impact assessment (GDPR, article 35)."""

    @LANGUAGES
    def test_every_open_legal_question_is_in_it(self, language: Language) -> None:
        """Every line that a lawyer must still confirm, under its lane."""
        annex = dpia_annex(LANES, VOCABULARY, language)
        lanes = annex.split("\n## ")[1:]
        assert len(lanes) == len(LANES)
        for lane, part in zip(LANES, lanes, strict=True):
            questions = part.rpartition("\n### ")[2]
            assert [basis.name for basis in lane.card.bases if escaped(basis.to_confirm) not in questions] == []

    def test_every_rule_gives_its_reason(self) -> None:
        """Necessity: who may register and what is told, with the article that each rests on."""
        annex = dpia_annex(LANES, VOCABULARY, "nl").split("\n## ")[1:]
        for lane, part in zip(LANES, annex, strict=True):
            rules: list[Any] = [*lane.card.registration_rules, *lane.card.disclosure_rules]
            assert [part.count(f"- **Regel {escaped(rule.id)}**") for rule in rules] == [1] * len(rules)

    def test_what_the_vocabulary_is_not_sure_of_is_a_question_too(self) -> None:
        """A word that the card uses and whose source must still be confirmed."""
        annex = dpia_annex([policy()], VOCABULARY, "nl")
        assert "Woord “Betrokken”: Jeugdwet, artikel 7.1.4.3 (te bevestigen door een jurist)" in annex

    def test_the_risks_that_it_refers_to_exist(self) -> None:
        """The headings stand in the threat model."""
        headings = (POLICIES.parent / "docs/threat-model.md").read_text("utf-8")
        referred = ("Who could attack, and what they get", "What is not promised")
        assert [title for title in referred if f"\n## {title}\n" not in headings] == []
        assert [title for title in referred if title not in dpia_annex(LANES, VOCABULARY, "en")] == []

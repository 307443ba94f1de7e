"""What would have been decided otherwise: coverage first, then whether the record agrees, then the changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gateway.core.policy import DisclosureLevel, PolicySet, compile_policy
from gateway.core.policy.questions.recorded import RecordedDecision, RecordedMeeting, RecordedRegistering, RecordedSide
from gateway.core.policy.questions.simulated import NotReplayed, Reproduction
from gateway.core.policy.questions.simulation import Simulation, simulate
from tests.support.cards import POLICIES, VOCABULARY, Change, load, policy, telling

ON = date(2027, 4, 20)
PURPOSE = "youth-coordination"
YOUTH = policy()
OLD = PolicySet((YOUTH,), "old")
NOBODY = PolicySet((), "empty")
REGISTERED = RecordedRegistering(ON, "youth", YOUTH.digest, "school", PURPOSE, "involved", (), "R1")
REFUSED = RecordedRegistering(ON, "youth", "", "childcare", PURPOSE, "involved", (), None, "agency_not_admitted")
SILENT = RecordedRegistering(
    ON, "youth", YOUTH.digest, "school", "insurance", None, None, None, refusal="purpose_silent"
)


def side(kind: str | None, level: DisclosureLevel = DisclosureLevel.CONTACT, *rules: str) -> RecordedSide:
    """Give a side that was told the contact by V1, unless another step is named."""
    return RecordedSide(kind, PURPOSE, "involved", level, rules or ("V1",) * bool(level))


def met(low: str | None, high: str | None) -> RecordedMeeting:
    """Give a match of two kinds of agency."""
    return RecordedMeeting(ON, "youth", YOUTH.digest, side(low), side(high))


def tried(*recorded: RecordedDecision, new: PolicySet = OLD, old: PolicySet = OLD) -> Simulation:
    """Simulate."""
    return simulate(recorded, old, new, VOCABULARY)


def changed(*changes: Change) -> PolicySet:
    """Give the set with a changed youth card."""
    return PolicySet((policy(*changes),), "new")


def without_mental_health(content: dict[str, Any]) -> None:
    """Refuse that mental health care tells or is told anything."""
    telling("W1", {"van": ["ggz"], "aan": ["deelnemers"], "mag-niet": "bevestigd"}, example=False)(content)
    content["wederkerig"] = "nee"
    shown = {"van": "ggz", "aan": "school", "doel": "jeugd-afstemming", "wat": "bevestigd"}
    del content["voorbeelden"]["vertellen"][2]
    content["voorbeelden"]["vertellen"].append({**shown, "dan": "mag-niet", "door": "W1"})


class TestCoverage:
    """How far the trial reaches."""

    @pytest.mark.parametrize(
        ("decision", "why"),
        [
            (replace(REFUSED, refusal="contact_unknown", by_policy=False), NotReplayed.REFUSED_OTHERWISE),
            (replace(REGISTERED, lane=None), NotReplayed.LANE_UNKNOWN),
            (replace(REGISTERED, lane="adult"), NotReplayed.LANE_UNKNOWN),
            (replace(REGISTERED, agency_kind=None), NotReplayed.AGENCY_UNKNOWN),
            (replace(REGISTERED, agency_kind="wizard"), NotReplayed.AGENCY_UNKNOWN),
            (replace(REGISTERED, flag=None), NotReplayed.NOT_RECORDED),
            (replace(REGISTERED, preconditions=None), NotReplayed.NOT_RECORDED),
            (replace(REFUSED, purpose="curiosity"), NotReplayed.WORD_UNKNOWN),
            (replace(REFUSED, flag="secret"), NotReplayed.WORD_UNKNOWN),
        ],
    )
    def test_what_cannot_be_made_again_is_counted_with_its_reason(
        self, decision: RecordedRegistering, why: NotReplayed
    ) -> None:
        """It is no change and no agreement."""
        found = tried(decision, REGISTERED)
        assert (2, 1, {why: 1}) == (
            found.coverage.recorded,
            found.coverage.replayed,
            dict(found.coverage.not_replayed),
        )
        assert (Reproduction(1, 0, 0), ()) == (found.reproduction, found.changes)

    def test_a_meeting_is_two_decisions(self) -> None:
        """One for what each side is told; without one of them it is not made again."""
        found = tried(met("police", "school"), met("police", None))
        assert (4, 2, {NotReplayed.AGENCY_UNKNOWN: 2}) == (
            found.coverage.recorded,
            found.coverage.replayed,
            dict(found.coverage.not_replayed),
        )

    def test_a_silent_purpose_needs_nothing_else(self) -> None:
        """Neither flag nor attestation changes the answer."""
        assert (1, Reproduction(1, 0, 0)) == (tried(SILENT).coverage.replayed, tried(SILENT).reproduction)

    def test_rules_and_situations_that_did_not_occur_are_told(self) -> None:
        """One registration and one meeting, of all that the card speaks of."""
        found = tried(REGISTERED, REGISTERED, met("police", "school"))
        coverage = found.coverage
        assert (4, 2) == (coverage.rules, coverage.rules_exercised)
        assert ["N1", "N2"] == [one.rule for one in coverage.unexercised]
        barred = 6 * len(VOCABULARY.purposes)
        assert (3, 12 + barred + 144) == (coverage.situations_exercised, coverage.situations)
        assert "Deze regels beslisten niets: N1 (Jeugd" in found.text("nl")

    @pytest.mark.parametrize("language", ["nl", "en"])
    def test_coverage_comes_first(self, language: Any) -> None:
        """Before agreement, and before any change; also when there was nothing at all."""
        for found in (tried(), tried(met("police", "mental_health"), new=changed(without_mental_health))):
            headings = [line for line in found.text(language).splitlines() if line.startswith("## ")]
            assert 3 == len(headings)
            assert headings[0] in {"## Hoe ver deze proef reikt", "## How far this trial reaches"}
            assert headings[2] in {"## Wat verandert", "## What changes"}

    def test_the_record_is_gone_through_once(self) -> None:
        """However long it is: it may come straight from the store."""

        def record() -> Iterator[RecordedDecision]:
            for _ in range(5):
                yield REGISTERED

        assert 5 == simulate(record(), OLD, OLD, VOCABULARY).coverage.replayed


class TestAgreement:
    """Whether the old policy answers what was recorded."""

    def test_what_the_old_policy_decided_it_decides_again(self) -> None:
        """Permitted, refused, silent and told."""
        assert Reproduction(5, 0, 0) == tried(REGISTERED, REFUSED, SILENT, met("police", "school")).reproduction

    @pytest.mark.parametrize(
        ("decision", "weight"),
        [
            (replace(REGISTERED, agency_kind="childcare"), 1),
            (replace(REGISTERED, rule="R9"), 1),
            (replace(REFUSED, agency_kind="school"), 1),
            (met("police", "childcare"), 2),
            (RecordedMeeting(ON, "youth", YOUTH.digest, side("police", DisclosureLevel.FLAG), side("school")), 2),
        ],
    )
    def test_what_it_decides_otherwise_is_counted(self, decision: RecordedDecision, weight: int) -> None:
        """The directory may have changed since, or the record is not what it seems."""
        found = tried(decision)
        assert (Reproduction(0, weight, 0), ()) == (found.reproduction, found.changes)

    def test_what_another_version_decided_is_told_apart(self) -> None:
        """It is made again all the same."""
        found = tried(replace(REGISTERED, policy="earlier"), replace(met("police", "school"), policy="earlier"))
        assert (3, Reproduction(0, 0, 3)) == (found.coverage.replayed, found.reproduction)

    def test_a_meeting_kept_silent_agrees_too(self) -> None:
        """Recorded with what each side would have been told."""
        silent = side("childcare", DisclosureLevel.SILENT)
        found = tried(RecordedMeeting(ON, "youth", YOUTH.digest, silent, silent))
        assert (Reproduction(2, 0, 0), ()) == (found.reproduction, found.changes)


class TestChanges:
    """What would have been decided otherwise."""

    def test_nothing_changes_under_the_same_policy(self) -> None:
        """And nothing is said of what did not occur."""
        found = tried(REGISTERED, REFUSED, SILENT, met("police", "school"))
        assert (0, 0, 0, ()) == (found.opened, found.closed, found.other, found.changes)
        assert "dat er niets verandert, zegt daar niets over" in found.text("nl")

    def test_both_sides_lose_what_one_may_no_longer_be_told(self) -> None:
        """Both are told, or neither: the side whose rule stands hears nothing either, and it is said why."""
        found = tried(
            met("police", "mental_health"),
            met("police", "mental_health"),
            met("police", "school"),
            new=changed(without_mental_health),
        )
        assert (0, 4, 0) == (found.opened, found.closed, found.other)
        (held_back, refused) = sorted(found.changes, key=lambda change: len(change.rules))
        assert (("V1",), ("W1", "V1")) == (held_back.rules, refused.rules)
        assert "want de ander hoort niets" in held_back.sentence_nl
        assert held_back.sentence_nl.endswith("2 beslissingen.")
        assert "Police learns of Mental health care" in refused.sentence_en
        assert refused.sentence_en.endswith("2 decisions.")

    def test_a_lane_that_goes_closes_what_was_permitted(self) -> None:
        """It is no reason not to make the decision again."""
        found = tried(REGISTERED, met("police", "school"), new=NOBODY)
        assert (3, 3, 0) == (found.coverage.replayed, found.closed, found.coverage.rules)

    def test_a_refusal_that_is_lifted_opens(self) -> None:
        """Childcare could register once."""

        def change(content: dict[str, Any]) -> None:
            content["nooit-registreren"][0]["wie"].remove("kinderopvang")
            content["registreren"][0]["wie"].append("kinderopvang")
            examples = content["voorbeelden"]["registreren"]
            examples[:] = [example for example in examples if example["wie"] != "kinderopvang"]
            content["voorbeelden"]["vertellen"] = content["voorbeelden"]["vertellen"][:1]

        found = tried(REFUSED, new=changed(change))
        (opened,) = found.changes
        assert (1, 0, ("R1", "N1")) == (opened.opened, opened.closed, opened.rules)
        assert "Kinderopvang mag voortaan wel registreren" in opened.sentence_nl

    def test_a_lane_that_cannot_be_run_refuses_in_both(self) -> None:
        """Its card relies on a part of the house that is not there."""
        adult = compile_policy(load((POLICIES / "adult.yaml").read_bytes()))
        rule = adult.card.registration_rules[0]
        asked = RecordedRegistering(
            on=adult.valid_from_on,
            lane="adult",
            policy="",
            agency_kind=rule.agency_kinds[0],
            purpose=rule.purposes[0],
            flag=rule.flags[0],
            preconditions=rule.preconditions,
            rule=None,
            refusal="lane_not_built",
        )
        policies = PolicySet((adult,), "adult", mechanisms=frozenset())
        found = tried(asked, old=policies, new=policies)
        assert (Reproduction(1, 0, 0), ()) == (found.reproduction, found.changes)
        built = PolicySet((adult,), "adult", mechanisms=frozenset(adult.card.mechanisms))
        assert 1 == tried(asked, old=policies, new=built).opened


class TestShutLanes:
    """A lane that the house cannot run as its card says is silent and refused, in a trial as in the house."""

    SHUT = changed(lambda content: content.update(vergt=["eenmalig-bericht"]))

    def test_what_was_told_closes_when_its_lane_shuts(self) -> None:
        """Registering is refused and a meeting is silent."""
        found = tried(REGISTERED, met("police", "school"), new=self.SHUT)
        assert (0, 3) == (found.opened, found.closed)

    def test_a_lane_that_was_shut_told_nothing(self) -> None:
        """The record of a meeting there names no policy, and agrees; it opens with the lane."""
        silent = (side("police", DisclosureLevel.SILENT), side("school", DisclosureLevel.SILENT))
        found = tried(RecordedMeeting(ON, "youth", "", *silent), old=self.SHUT)
        assert Reproduction(2, 0, 0) == found.reproduction
        assert (2, 0) == (found.opened, found.closed)

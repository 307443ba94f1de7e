"""What the policy decides: who may register until when, and what each side learns; silent unless a rule speaks."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from gateway.core.policy import Denial, Denied, DisclosureLevel, LanePolicy, Permitted, PolicySet, Situation
from tests.support.cards import VOCABULARY, basis_until, policy, telling

TODAY = date(2027, 4, 20)
PURPOSE = "youth-coordination"
YOUTH = policy()
PARTICIPANTS = {
    "police",
    "veilig_thuis",
    "local_team",
    "school",
    "school_attendance",
    "mental_health",
    "youth_care",
    "youth_protection",
    "child_protection_board",
    "youth_health",
    "hospital_emergency",
    "shelter",
}
KINDS = [term.code for term in VOCABULARY.agency_kinds]
SILENT = [term.code for term in VOCABULARY.always_silent]


def register(
    lane: LanePolicy = YOUTH,
    *,
    kind: str = "school",
    purpose: str = PURPOSE,
    flag: str = "involved",
    on: date = TODAY,
) -> Permitted | Denied:
    """Ask whether a registration may be made."""
    return lane.may_register(agency_kind=kind, purpose=purpose, flag=flag, on=on)


def denial(answer: Permitted | Denied) -> Denial:
    """Give the reason of a denial."""
    assert isinstance(answer, Denied)
    return answer.code


def situation(recipient: str, other: str, purpose: str) -> Situation:
    """Give the situation in which both registered with the one flag of the lane."""
    return Situation(recipient, other, purpose, "involved", "involved")


def level(lane: LanePolicy, recipient: str, other: str, *, on: date = TODAY) -> DisclosureLevel:
    """Give how much a recipient learns of another."""
    return lane.decide(situation(recipient, other, PURPOSE), on=on).level


class TestWhoMayRegister:
    """Admission to the lane."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_list_of_agencies_is_closed(self, kind: str) -> None:
        """Exactly the kinds of the card are admitted (domain rule 5)."""
        assert (kind in PARTICIPANTS) == isinstance(register(kind=kind), Permitted)

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({"kind": "childcare"}, (Denial.AGENCY_KIND_NOT_ADMITTED, "N1")),
            ({"kind": "hospital"}, (Denial.AGENCY_KIND_NOT_ADMITTED, "N2")),
            ({"kind": "insurer"}, (Denial.AGENCY_KIND_NOT_ADMITTED, None)),
            ({"purpose": "curiosity"}, (Denial.PURPOSE_NOT_ADMITTED, None)),
            ({"flag": "care_report"}, (Denial.FLAG_NOT_ADMITTED, None)),
            ({"on": date(2025, 12, 31)}, (Denial.POLICY_EXPIRED, None)),
            ({"on": date(2029, 1, 1)}, (Denial.POLICY_EXPIRED, None)),
        ],
    )
    def test_a_denial_names_its_reason_and_rule(self, asked: Any, expected: tuple[Denial, str | None]) -> None:
        """The first thing in the way is named, and the rule when a rule says so."""
        answer = register(**asked)
        assert isinstance(answer, Denied)
        assert expected == (answer.code, answer.rule)

    @pytest.mark.parametrize("kind", ["police", "public_prosecution", "nobody"])
    @pytest.mark.parametrize("purpose", SILENT)
    def test_a_silent_purpose_comes_before_every_other_reason(self, purpose: str, kind: str) -> None:
        """Also for who may not register and when the policy is over: the officers are alarmed in any case."""
        assert Denial.PURPOSE_SILENT == denial(register(purpose=purpose, kind=kind, on=date(2040, 1, 1)))

    def test_a_lane_without_a_policy_is_denied(self) -> None:
        """No policy at all refuses everything."""
        nothing = PolicySet(policies=(), digest="")
        asked = {"agency_kind": "school", "purpose": PURPOSE, "flag": "involved", "on": TODAY}
        assert Denial.UNKNOWN_LANE == denial(nothing.may_register(lane="youth", **asked))  # type: ignore[arg-type]
        assert nothing.lane("youth") is None

    def test_a_lane_is_asked_by_its_code_name(self) -> None:
        """The set hands the question to the lane's own policy."""
        policies = PolicySet(policies=(YOUTH,), digest="")
        asked = {"agency_kind": "school", "purpose": PURPOSE, "flag": "involved", "on": TODAY}
        assert register() == policies.may_register(lane="youth", **asked)  # type: ignore[arg-type]
        assert YOUTH is policies.lane("youth")

    @pytest.mark.parametrize("value", ["000123456", "jeugd\n", "'; drop table"])
    def test_no_explanation_repeats_what_was_asked(self, value: str) -> None:
        """What a caller sends does not come back in a text that is recorded."""
        answers = (register(kind=value), register(purpose=value), register(flag=value))
        assert [] == [answer for answer in answers if value in str(answer)]


class TestTerms:
    """How long, and until when."""

    def test_a_registration_lasts_two_years_at_most(self) -> None:
        """Both dates are the first day on which it no longer holds."""
        answer = register(on=date(2027, 4, 20))
        assert isinstance(answer, Permitted)
        assert (date(2029, 4, 20), date(2028, 10, 20)) == (answer.latest_valid_until_on, answer.default_valid_until_on)
        assert ("R1", ("jeugdwet-7.1.4.1",)) == (answer.rule, answer.basis)

    def test_no_registration_outlives_its_basis(self) -> None:
        """When the basis ends its lane is purged (domain rule 21)."""
        answer = register(policy(basis_until("jeugdwet-7.1.4.1", "2027-12-31")))
        assert isinstance(answer, Permitted)
        assert (date(2028, 1, 1), date(2028, 1, 1)) == (answer.latest_valid_until_on, answer.default_valid_until_on)

    def test_contact_has_a_deadline_in_working_days(self) -> None:
        """A match on the Thursday before Good Friday 2027: five working days end on the second Monday after."""
        assert date(2027, 4, 5) == YOUTH.contact_deadline(datetime(2027, 3, 25, 14, 30, tzinfo=UTC))

    def test_the_policy_says_its_version_and_dates(self) -> None:
        """Whoever records a decision can say by which policy it was made."""
        told = (YOUTH.lane, YOUTH.version, YOUTH.valid_from_on, YOUTH.valid_until_on, len(YOUTH.digest))
        assert ("youth", 1, date(2026, 1, 1), date(2029, 1, 1), 64) == told


class TestWhatIsTold:
    """What one party learns of the other."""

    def test_participants_learn_the_contact_and_nobody_anything_more(self) -> None:
        """Contact both ways between participants, of one kind too; silence with everyone else."""
        told = {(recipient, other): level(YOUTH, recipient, other) for recipient, other in product(KINDS, KINDS)}
        assert set(product(PARTICIPANTS, PARTICIPANTS)) == {who for who, step in told.items() if step > 0}
        assert {DisclosureLevel.SILENT, DisclosureLevel.CONTACT} == set(told.values())

    @pytest.mark.parametrize("purpose", [*SILENT, "curiosity", ""])
    def test_other_purposes_are_silent(self, purpose: str) -> None:
        """Investigation, migration control, fraud and the like never learn anything."""
        assert DisclosureLevel.SILENT is YOUTH.decide(situation("police", "school", purpose), on=TODAY).level

    def test_a_silent_purpose_is_silent_for_its_own_reason(self) -> None:
        """The log can tell it from a purpose that merely has no rule."""
        decision = YOUTH.decide(situation("police", "school", "criminal-investigation"), on=TODAY)
        assert "Nothing is ever told for this purpose, in any lane." == decision.explanation_en

    def test_a_decision_carries_rule_basis_and_reason(self) -> None:
        """In Dutch and in English."""
        decision = YOUTH.decide(situation("police", "school", PURPOSE), on=TODAY)
        assert (("V1",), ("jeugdwet-7.1.4.3",)) == (decision.rules, decision.basis)
        assert "Neem contact op" in decision.explanation_nl
        assert "Make contact" in decision.explanation_en

    @pytest.mark.parametrize(
        ("on", "told"), [("2025-12-31", 0), ("2026-01-01", 2), ("2028-12-31", 2), ("2029-01-01", 0)]
    )
    def test_nothing_is_told_on_a_day_outside_the_policy(self, on: str, told: int) -> None:
        """The first and the last day count, no other."""
        assert DisclosureLevel(told) is level(YOUTH, "police", "school", on=date.fromisoformat(on))

    def test_when_a_basis_ends_its_rules_stop_at_that_instant(self) -> None:
        """The day after the last day is silent, and registering says that the basis is not in force."""
        until_may = policy(basis_until("jeugdwet-7.1.4.1", "2027-05-31"), basis_until("jeugdwet-7.1.4.3", "2027-05-31"))
        assert DisclosureLevel.CONTACT is level(until_may, "police", "school", on=date(2027, 5, 31))
        assert DisclosureLevel.SILENT is level(until_may, "police", "school", on=date(2027, 6, 1))
        answer = register(until_may, on=date(2027, 6, 1))
        assert isinstance(answer, Denied)
        assert (Denial.BASIS_NOT_IN_FORCE, "R1") == (answer.code, answer.rule)

    def test_a_rule_needs_all_its_bases(self) -> None:
        """One of two that has ended is enough to stop it."""
        both = ["jeugdwet-7.1.4.1", "jeugdwet-7.1.4.3"]
        lane = policy(
            lambda content: content["vertellen"][0].update({"grondslag": both}),
            basis_until("jeugdwet-7.1.4.1", "2027-05-31"),
        )
        assert DisclosureLevel.CONTACT is level(lane, "police", "school", on=date(2027, 5, 31))
        assert DisclosureLevel.SILENT is level(lane, "police", "school", on=date(2027, 6, 1))


class TestRefuseBeatsAllow:
    """Rules that disagree."""

    @pytest.mark.parametrize(
        ("refused", "expected"),
        [
            ("bevestigd", DisclosureLevel.SILENT),
            ("contact", DisclosureLevel.ACKNOWLEDGED),
            ("vlag", DisclosureLevel.CONTACT),
        ],
    )
    def test_a_refusal_holds_what_is_told_below_its_step(self, refused: str, expected: DisclosureLevel) -> None:
        """Whatever another rule allows, in either order."""
        ward = {"van": ["vrouwenopvang", "politie"], "aan": ["politie", "vrouwenopvang"], "mag-niet": refused}
        lane = policy(telling("V2", ward))
        turned = policy(telling("V2", ward), lambda content: content["vertellen"].reverse())
        assert (expected, expected) == (level(lane, "police", "shelter"), level(turned, "police", "shelter"))
        assert DisclosureLevel.CONTACT is level(lane, "school", "shelter")

    def test_the_refusing_rule_is_named_first(self) -> None:
        """The explanation is that of the refusal; the basis that of what is still told."""
        ward = {"van": ["vrouwenopvang"], "aan": ["vrouwenopvang"], "mag-niet": "contact"}
        decision = policy(telling("V2", ward)).decide(situation("shelter", "shelter", PURPOSE), on=TODAY)
        assert (("V2", "V1"), ("jeugdwet-7.1.4.3",)) == (decision.rules, decision.basis)
        assert "Because." == decision.explanation_en

    def test_a_refusal_without_any_permission_is_silence_with_a_reason(self) -> None:
        """Someone outside the lane, refused by name: silent, by that rule."""
        lane = policy(telling("V2", {"van": ["dji"], "aan": ["dji"], "mag-niet": "contact"}))
        decision = lane.decide(situation("custodial_institutions", "custodial_institutions", PURPOSE), on=TODAY)
        assert (DisclosureLevel.SILENT, ("V2",), ()) == (decision.level, decision.rules, decision.basis)

    def test_the_highest_step_that_a_rule_allows_is_told(self) -> None:
        """Two rules that allow add up to the wider one."""
        wider = telling(
            "V2", {"van": ["leerplicht"], "aan": ["leerplicht"], "mag": "vlag", "grondslag": ["jeugdwet-7.1.4.3"]}
        )
        lane = policy(wider, lambda content: content["grondslagen"]["jeugdwet-7.1.4.3"].update({"reikt-tot": "vlag"}))
        decision = lane.decide(situation("school_attendance", "school_attendance", PURPOSE), on=TODAY)
        assert (DisclosureLevel.FLAG, ("V2",)) == (decision.level, decision.rules)

    def test_the_ladder_has_an_order_and_names(self) -> None:
        """From silent to sealed exchange; each name leads back to its step."""
        assert sorted(DisclosureLevel) == [DisclosureLevel.from_code(level.code) for level in DisclosureLevel]
        assert ("silent", "sealed_exchange") == (min(DisclosureLevel).code, max(DisclosureLevel).code)


class TestDays:
    """What begins and ends within the life of a card."""

    def test_a_basis_that_begins_later_carries_its_rules_from_that_day_on(self) -> None:
        """Not a day sooner, for telling and for registering alike."""

        def later(content: Any) -> None:
            for basis in content["grondslagen"].values():
                basis["van"] = "2027-05-01"
            for examples in content["voorbeelden"].values():
                for example in examples:
                    example.setdefault("op", "2027-05-01")

        lane = policy(later)
        days = (date(2027, 4, 30), date(2027, 5, 1))
        assert [DisclosureLevel.SILENT, DisclosureLevel.CONTACT] == [
            level(lane, "police", "school", on=on) for on in days
        ]
        assert [Denied, Permitted] == [type(register(lane, on=on)) for on in days]

    def test_a_refusal_outlives_its_basis(self) -> None:
        """An article that ends closes what it opened; it never opens what it closed."""
        refused = {"mag-niet": "contact", "grondslag": ["jeugdwet-7.1.4.1"]}
        ward = {"van": ["vrouwenopvang"], "aan": ["vrouwenopvang"], **refused}
        lane = policy(telling("V2", ward), basis_until("jeugdwet-7.1.4.1", "2027-05-31"))
        for on in (date(2027, 5, 31), date(2027, 6, 1)):
            assert DisclosureLevel.ACKNOWLEDGED is level(lane, "shelter", "shelter", on=on)

    def test_two_rules_with_a_basis_each_say_either(self) -> None:
        """When one basis ends the other rule still carries what both allowed."""
        other = {"van": ["school"], "aan": ["politie"], "mag": "contact", "grondslag": ["jeugdwet-7.1.4.1"]}
        lane = policy(
            telling("V2", other),
            basis_until("jeugdwet-7.1.4.3", "2027-05-31"),
            lambda content: content.update({"wederkerig": "nee"}),
        )
        decisions = [
            lane.decide(situation("police", "school", PURPOSE), on=on) for on in (date(2027, 5, 31), date(2027, 6, 1))
        ]
        assert [("V1", "V2"), ("V2",)] == [decision.rules for decision in decisions]
        assert {DisclosureLevel.CONTACT} == {decision.level for decision in decisions}
        assert DisclosureLevel.SILENT is level(lane, "school", "police", on=date(2027, 6, 1))

"""Why the policy answers as it does, and what comes nearest to being allowed."""

from datetime import date
from itertools import product

import pytest

from gateway.core.policy import Denial, DisclosureLevel, Situation, compile_policy
from gateway.core.policy.answers import Asking
from gateway.core.policy.questions.explanation import Differing, Dimension, Explanation, explain, explain_registering
from tests.support.cards import POLICIES, VOCABULARY, basis_until, load, policy, telling

TODAY = date(2027, 4, 20)
PURPOSE = "youth-coordination"
NAMES = (
    *(Dimension.RECIPIENT, Dimension.OTHER, Dimension.PURPOSE),
    *(Dimension.OWN_FLAG, Dimension.OTHER_FLAG),
)
YOUTH = policy()
VEILIG_THUIS = compile_policy(load((POLICIES / "veilig_thuis.yaml").read_bytes()))
CONSENT = compile_policy(load((POLICIES / "adult.yaml").read_bytes()))


def told(recipient: str, other: str, purpose: str = PURPOSE, *, on: date = TODAY) -> Explanation:
    """Explain what is told in the youth lane."""
    return explain(YOUTH, Situation(recipient, other, purpose, "involved", "involved"), on=on)


def registered(kind: str, purpose: str = PURPOSE, flag: str = "involved", *, on: date = TODAY) -> Explanation:
    """Explain who may register in the youth lane."""
    return explain_registering(YOUTH, Asking(kind, purpose, flag), on=on)


def differing(found: Explanation) -> list[tuple[Dimension, str]]:
    """Give what the nearest rule asks to be otherwise."""
    assert found.nearest is not None
    return [(one.dimension, one.asked) for one in found.nearest.differing]


class TestWhatIsAllowed:
    """The rule, its articles and its reason."""

    def test_what_is_told_names_rule_and_articles(self) -> None:
        """And there is nothing nearer."""
        found = told("school", "police")
        assert (True, DisclosureLevel.CONTACT, None, ("V1",)) == (
            found.permitted,
            found.level,
            found.denial,
            found.rules,
        )
        assert [("Jeugdwet", "7.1.4.3")] == [(basis.law, basis.article) for basis in found.bases]
        assert found.explanation_nl.startswith("U bent beiden")
        assert found.nearest is None

    def test_who_may_register_hears_by_which_rule(self) -> None:
        """The same for registering, which has no level."""
        found = registered("school")
        assert (True, None, ("R1",), None) == (found.permitted, found.level, found.rules, found.nearest)
        assert [("Jeugdwet", "7.1.4.1")] == [(basis.law, basis.article) for basis in found.bases]

    def test_more_than_is_told_is_explained_when_it_is_wanted(self) -> None:
        """No rule of this lane tells the flag, so none comes near."""
        situation = Situation("school", "police", PURPOSE, "involved", "involved")
        found = explain(YOUTH, situation, on=TODAY, wanted=DisclosureLevel.FLAG)
        assert (False, DisclosureLevel.CONTACT, None) == (found.permitted, found.level, found.nearest)


class TestTheNearestRule:
    """Fewest things otherwise, and it really would be allowed then."""

    @pytest.mark.parametrize(
        ("found", "expected"),
        [
            (told("school", "police", "migration-control"), [(Dimension.PURPOSE, "migration-control")]),
            (told("childcare", "police"), [(Dimension.RECIPIENT, "childcare")]),
            (told("school", "childcare"), [(Dimension.OTHER, "childcare")]),
            (told("school", "police", on=date(2029, 1, 1)), [(Dimension.DAY, "2029-01-01")]),
            (registered("school", flag="care_report"), [(Dimension.OWN_FLAG, "care_report")]),
            (registered("school", on=date(2025, 1, 1)), [(Dimension.DAY, "2025-01-01")]),
            (
                registered("childcare", "insurance"),
                [(Dimension.AGENCY_KIND, "childcare"), (Dimension.PURPOSE, "insurance")],
            ),
        ],
    )
    def test_it_says_what_differs(self, found: Explanation, expected: list[tuple[Dimension, str]]) -> None:
        """Each thing once, with what was asked."""
        assert not found.permitted
        assert expected == differing(found)

    def test_a_day_that_would_do_is_the_nearest_one(self) -> None:
        """The last day before the card ended; the first day before it began."""
        for on, near in ((date(2029, 5, 1), "2028-12-31"), (date(2025, 5, 1), "2026-01-01")):
            nearest = told("school", "police", on=on).nearest
            assert nearest is not None
            assert (Differing(Dimension.DAY, on.isoformat(), (near,)),) == nearest.differing

    def test_all_values_that_would_do_are_named(self) -> None:
        """So that nobody tries them one by one."""
        nearest = told("school", "childcare").nearest
        assert nearest is not None
        assert 12 == len(nearest.differing[0].needed)

    def test_a_basis_that_ended_leaves_only_another_day(self) -> None:
        """A rule without its basis is not there."""
        lane = policy(basis_until("jeugdwet-7.1.4.3", "2027-01-31"))
        found = explain(lane, Situation("school", "police", PURPOSE, "involved", "involved"), on=TODAY)
        assert [(Dimension.DAY, "2027-04-20")] == differing(found)
        assert found.nearest is not None
        assert ("2027-01-31",) == found.nearest.differing[0].needed

    def test_what_a_refusal_takes_away_is_not_near(self) -> None:
        """A rule that allows it on paper, and is overruled, would not allow it."""
        lane = policy(
            telling("W1", {"van": ["ggz"], "aan": ["ggz"], "mag-niet": "bevestigd"}),
            lambda content: content["voorbeelden"]["vertellen"].pop(2),
        )
        found = explain(lane, Situation("mental_health", "mental_health", PURPOSE, "involved", "involved"), on=TODAY)
        assert ("W1",) == found.rules
        assert found.nearest is not None
        (one,) = found.nearest.differing
        assert one.dimension in {Dimension.OTHER, Dimension.RECIPIENT}
        assert "mental_health" not in one.needed

    def test_what_must_still_be_attested_is_named(self) -> None:
        """Preconditions come before anything else: the agency can see to them itself."""
        rule = CONSENT.card.registration_rules[0]
        asking = Asking(rule.agency_kinds[0], rule.purposes[0], rule.flags[0])
        found = explain_registering(CONSENT, asking, on=CONSENT.valid_from_on)
        assert (Denial.PRECONDITION_MISSING, (rule.id,)) == (found.denial, found.rules)
        assert found.nearest is not None
        assert (Differing(Dimension.PRECONDITION, "", rule.preconditions),) == found.nearest.differing
        attested = frozenset(rule.preconditions)
        assert explain_registering(CONSENT, asking, on=CONSENT.valid_from_on, preconditions=attested).permitted

    def test_the_flag_may_be_all_that_differs(self) -> None:
        """Between other flags the same two agencies would be told."""
        rules = VEILIG_THUIS.card.disclosure_rules
        rule = next(rule for rule in rules if len(rule.own_flags) < len(VEILIG_THUIS.card.flags) and not rule.refuses)
        strange = next(flag for flag in VEILIG_THUIS.card.flags if flag not in rule.own_flags)
        situation = Situation(rule.recipients[0], rule.others[0], rule.purposes[0], strange, rule.other_flags[0])
        found = explain(VEILIG_THUIS, situation, on=VEILIG_THUIS.valid_from_on, wanted=rule.level)
        assert found.permitted or (Dimension.OWN_FLAG, strange) in differing(found)


@pytest.mark.parametrize("name", sorted(path.stem for path in POLICIES.glob("*.yaml") if path.stem != "vocabulary"))
def test_what_comes_nearest_would_really_be_allowed(name: str) -> None:
    """Between any two kinds of agency, for any purpose: with the first of each thing needed, that rule decides."""
    lane = compile_policy(load((POLICIES / f"{name}.yaml").read_bytes()))
    kinds = [term.code for term in VOCABULARY.agency_kinds][::3]
    flag, purposes = lane.card.flags[0], [lane.card.silent_purposes[0], lane.card.registration_rules[0].purposes[0]]
    for situation in (Situation(*words, flag, flag) for words in product(kinds, kinds, purposes)):
        found = explain(lane, situation, on=lane.valid_from_on)
        if found.nearest is not None:
            needed = {one.dimension: one.needed[0] for one in found.nearest.differing}
            fields = dict(zip(NAMES, situation, strict=True)) | needed
            on = date.fromisoformat(fields.pop(Dimension.DAY, lane.valid_from_on.isoformat()))
            decision = lane.decide(Situation(*(fields[name] for name in NAMES)), on=on)
            assert found.nearest.rule in decision.rules
        assert found.permitted != (found.nearest is not None) or lane.card.disclosure_rules == ()


class TestSilence:
    """Nothing told, and why."""

    @pytest.mark.parametrize(
        ("found", "denial"),
        [
            (told("school", "police", "migration-control"), Denial.PURPOSE_SILENT),
            (told("school", "police", on=date(2029, 1, 1)), Denial.POLICY_EXPIRED),
            (told("school", "childcare"), None),
            (registered("hospital"), Denial.AGENCY_KIND_NOT_ADMITTED),
            (registered("school", "insurance"), Denial.PURPOSE_SILENT),
        ],
    )
    def test_it_is_told_apart(self, found: Explanation, denial: Denial | None) -> None:
        """A silent purpose, an expired card, or no rule."""
        assert (False, denial) == (found.permitted, found.denial)

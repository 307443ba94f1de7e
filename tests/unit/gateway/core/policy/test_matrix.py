"""Who learns what of whom: every decision of the lane stands in exactly one place, or is silent."""

from datetime import date
from itertools import product

import pytest

from gateway.core.policy import DisclosureLevel, LanePolicy, Permitted, Situation, compile_policy
from gateway.core.policy.matrix import Admission, Cell, Matrix, matrix
from tests.support.cards import POLICIES, load, policy, telling

TODAY = date(2027, 4, 20)
CARDS = sorted(path.stem for path in POLICIES.glob("*.yaml") if path.stem != "vocabulary")


def lane(name: str) -> LanePolicy:
    """Compile a card of the house."""
    return compile_policy(load((POLICIES / f"{name}.yaml").read_bytes()))


def cells(found: Matrix) -> list[tuple[Situation, Cell]]:
    """Give every cell under every condition of its sheet."""
    return [
        (Situation(recipient, other, *condition), cell)
        for sheet in found.sheets
        for condition in product(sheet.purposes, sheet.own_flags, sheet.other_flags)
        for recipient, row in zip(sheet.recipients, sheet.rows, strict=True)
        for other, cell in zip(sheet.others, row, strict=True)
    ]


def test_the_youth_lane_is_one_table() -> None:
    """Twelve kinds that learn the contact of one another; six others are counted and left out."""
    found = matrix(policy(), on=TODAY)
    (sheet,) = found.sheets
    assert (12, 12, 6, 6) == (len(sheet.recipients), len(sheet.others), sheet.silent_recipients, sheet.silent_others)
    assert {Cell(DisclosureLevel.CONTACT, ("V1",))} == {cell for row in sheet.rows for cell in row}
    (admission,) = found.admissions
    assert ("R1", 12, ("involved",), ()) == (
        admission.rule,
        len(admission.agency_kinds),
        admission.flags,
        admission.preconditions,
    )


@pytest.mark.parametrize("name", CARDS)
def test_every_decision_stands_in_it_once(name: str) -> None:
    """Whatever a cell says is what is decided, and what has no cell is silent."""
    policy_of_lane = lane(name)
    found = matrix(policy_of_lane, on=policy_of_lane.valid_from_on)
    shown = cells(found)
    for situation, cell in shown:
        decision = policy_of_lane.decide(situation, on=found.on)
        expected = (decision.level, decision.rules if decision.level else ())
        assert expected == (cell.level, cell.rules)
    assert len(shown) == len({situation for situation, _ in shown})
    rules = policy_of_lane.card.disclosure_rules
    speaking = {
        Situation(*words)
        for rule in rules
        for words in product(rule.recipients, rule.others, rule.purposes, rule.own_flags, rule.other_flags)
    }
    told = {situation for situation in speaking if policy_of_lane.decide(situation, on=found.on).level}
    assert told == {situation for situation, cell in shown if cell.level}


@pytest.mark.parametrize("name", CARDS)
def test_no_row_and_no_column_is_silent(name: str) -> None:
    """They are counted instead."""
    policy_of_lane = lane(name)
    found = matrix(policy_of_lane, on=policy_of_lane.valid_from_on)
    for sheet in found.sheets:
        assert all(any(cell.level for cell in row) for row in sheet.rows)
        assert all(any(cell.level for cell in column) for column in zip(*sheet.rows, strict=True))
        assert len(found.kinds) == len(sheet.recipients) + sheet.silent_recipients
        assert len(found.kinds) == len(sheet.others) + sheet.silent_others


@pytest.mark.parametrize("name", CARDS)
def test_whoever_is_admitted_may_register(name: str) -> None:
    """By that rule, when all is attested that it requires."""
    policy_of_lane = lane(name)
    found = matrix(policy_of_lane, on=policy_of_lane.valid_from_on)
    assert () != found.admissions
    for one in found.admissions:
        for kind, purpose, flag in product(one.agency_kinds, one.purposes, one.flags):
            answer = policy_of_lane.may_register(
                agency_kind=kind, purpose=purpose, flag=flag, preconditions=frozenset(one.preconditions), on=found.on
            )
            assert isinstance(answer, Permitted)
            assert one.rule == answer.rule


def test_what_differs_stands_in_its_cell() -> None:
    """A refusal empties one cell, and the table stays one."""
    found = matrix(
        policy(
            telling("W1", {"van": ["ggz"], "aan": ["ggz"], "mag-niet": "bevestigd"}),
            lambda content: content["voorbeelden"]["vertellen"].pop(2),
        ),
        on=TODAY,
    )
    (sheet,) = found.sheets
    at = sheet.recipients.index("mental_health")
    assert Cell(DisclosureLevel.SILENT, ()) == sheet.rows[at][at]
    assert 143 == sum(cell.level is DisclosureLevel.CONTACT for row in sheet.rows for cell in row)


def test_nothing_is_told_on_a_day_without_policy() -> None:
    """The one purpose and flag of the lane are counted as silent."""
    found = matrix(policy(), on=date(2029, 1, 1))
    nothing: tuple[Admission, ...] = ()
    assert ((), 1, nothing) == (found.sheets, found.silent_conditions, found.admissions)

"""An agency brings many cases at once: a bad row in any place spoils no other."""

import pytest

from adapters.involvement import Involvement, notice_given
from tests.support.scene import Scene, in_days, today

ROWS = 5


@pytest.mark.parametrize("bad", [0, 2, 4], ids=["first", "middle", "last"])
def test_a_bad_row_is_reported_and_the_others_are_taken(scene: Scene, bad: int) -> None:
    """The row that asks for a term of ten years comes back with its reason; the four others meet the police."""
    school, police = scene.office("school"), scene.office("police")
    children = [scene.child() for _ in range(ROWS)]
    for child in children:
        police.registers(child)
    rows = [
        Involvement(child, f"S-{row}", notice_given(today()), valid_until=in_days(3650) if row == bad else None)
        for row, child in enumerate(children)
    ]

    answers = school.gateway.registrations.register_batch(rows).rows
    scene.settle()

    assert [row == bad for row in range(ROWS)] == [answer.receipt is None for answer in answers]
    problem = answers[bad].problem
    assert problem is not None
    assert "policy-term-too-long" == problem.code
    cases = {school.sees(alert).case_reference for alert in school.hears()}
    assert {f"S-{row}" for row in range(ROWS) if row != bad} == cases
    assert ROWS - 1 == len(police.hears())
    assert scene.sound()


def test_the_same_batch_brought_twice_registers_nobody_twice(scene: Scene) -> None:
    """The connection broke while the answer came: the batch goes again with its key and gets the same receipts."""
    school = scene.office("school")
    rows = [Involvement(scene.child(), f"S-{row}", notice_given(today())) for row in range(ROWS)]
    before = len(school.gateway.registrations.list())
    bring = school.gateway.registrations.register_batch
    first = bring(rows, idempotency_key="the-same-batch-" + "k" * 9)
    again = bring(rows, idempotency_key="the-same-batch-" + "k" * 9)
    assert [row.receipt for row in first.rows] == [row.receipt for row in again.rows]
    assert before + ROWS == len(school.gateway.registrations.list())

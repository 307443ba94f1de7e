"""G32: whether anybody else is involved shows in no byte of an answer and in no statement made for it."""

from collections.abc import Iterator

from keys.signing import RawCall
from tests.support.door import Door, Visitor
from tests.support.scene import shape_of
from tests.support.statements import statements


def _classes(door: Door, police: Visitor, school: Visitor) -> Iterator[tuple[str, RawCall]]:
    """Yield a registering call of each class, the world being as that class wants it."""
    yield "no hit", police.signs_registration(door.child())
    known = door.child()
    school.registers(known)
    door.settle()
    yield "hit", police.signs_registration(known)
    door.settle()
    yield "own duplicate", police.signs_registration(known)
    own = door.child()
    police.registers(own)
    yield "own duplicate without a hit", police.signs_registration(own)
    left = door.child()
    school.registers(left)
    receipt = police.registers(left)
    door.settle()
    door.send(police.signs("POST", f"/registrations/{receipt['id']}/withdrawals", {"reason": "risk_gone"}))
    yield "again after a withdrawal", police.signs_registration(left)
    gone = door.child()
    theirs = school.registers(gone)
    door.send(school.signs("POST", f"/registrations/{theirs['id']}/withdrawals", {"reason": "erasure"}))
    yield "the other withdrew", police.signs_registration(gone)
    waiting = door.child()
    school.registers(waiting)
    yield "the other waits to be matched", police.signs_registration(waiting)


def test_the_answer_to_a_registration_is_the_same_whatever_there_is(any_door: Door) -> None:
    """Status, headers and length of all classes are equal, and so is what is asked of the database meanwhile."""
    police, school = any_door.visitor("police"), any_door.visitor("school")
    outward, inward = {}, {}
    for name, call in _classes(any_door, police, school):
        with statements(any_door) as asked:
            answer = any_door.send(call)
        assert 201 == answer.status_code, (name, answer.text)
        outward[name], inward[name] = shape_of(answer), asked
    assert 7 == len(outward)
    assert dict.fromkeys(outward, outward["no hit"]) == outward
    assert dict.fromkeys(inward, inward["no hit"]) == inward
    assert [] == [statement for statement in inward["no hit"] if "match_parties" in statement or "alerts" in statement]


def test_the_receipt_asked_for_again_is_the_first_one_whatever_happened_since(any_door: Door) -> None:
    """A reply that got lost is given again, to the letter, also when the match was made in between."""
    police, school, child = any_door.visitor("police"), any_door.visitor("school"), any_door.child()
    school.registers(child)
    body = police.registration(child)
    first = any_door.send(police.signs("POST", "/registrations", body, idempotency_key="k" * 20))
    any_door.settle()
    again = any_door.send(police.signs("POST", "/registrations", body, idempotency_key="k" * 20))
    assert first.content == again.content
    assert shape_of(first) == shape_of(again)


def test_a_refusal_is_the_same_for_a_known_and_an_unknown_child(any_door: Door) -> None:
    """Policy decides before anything is looked up, so a refusal that explains itself reveals nothing."""
    school, childcare = any_door.visitor("school"), any_door.visitor("childcare")
    known, unknown = any_door.child(), any_door.child()
    school.registers(known)
    any_door.settle()
    shapes, asked = [], []
    for child in (known, unknown):
        call = childcare.signs_registration(child)
        with statements(any_door) as made:
            shapes.append(shape_of(any_door.send(call)))
        asked.append(made)
    assert 403 == shapes[0][0]
    assert shapes[0] == shapes[1]
    assert asked[0] == asked[1]

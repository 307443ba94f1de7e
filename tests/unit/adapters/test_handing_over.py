"""Safety oversight through the client that agencies use, against the real application."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from adapters.agency import Agency
from adapters.client import Gateway
from adapters.errors import SeinhuisError
from adapters.handing_over import conditions_version
from gateway.protocol.messages.oversight import HandoverRole, HandoverState
from keys.trust import TrustList
from tests.support.door import GATEWAY_URL, PURPOSE, Door, Visitor

CONDITIONS = b"Geen contact met vader zonder begeleiding."
OFFERED = "a" * 64  # what the door's offer says


def _client(door: Door, visitor: Visitor, desk: ExitStack) -> Gateway:
    trust = TrustList.load(door.trust_file)
    agency = Agency(visitor.oin, visitor.key, GATEWAY_URL, lambda: trust, PURPOSE, "reporter", language="en")
    return desk.enter_context(Gateway(agency, transport=door.rooms))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Close the clients of a test."""
    with ExitStack() as opened:
        yield opened


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(SeinhuisError) as refused:
        act()
    return refused.value.code


def test_both_see_an_offer_and_its_taker_accepts_what_was_offered(door: Door, stack: ExitStack) -> None:
    """Another version of the conditions is refused; the case reference is found in one's own list."""
    giving, taking = (_client(door, door.visitor(kind), stack) for kind in ("police", "school"))
    handover = door.belongings(door.visitor("police"), door.visitor("school"))["handoverId"]
    (mine,), (theirs,) = giving.handovers.list(), taking.handovers.list()
    assert (HandoverRole.GIVING, HandoverRole.TAKING) == (mine.role, theirs.role)
    assert {OFFERED} == {mine.conditions_version, theirs.conditions_version}
    wrong = _code(lambda: taking.handovers.accept(handover, conditions=CONDITIONS))
    assert "state-handover-conditions-differ" == wrong
    assert HandoverState.ACCEPTED is taking.handovers.accept(theirs, conditions=OFFERED).state
    assert HandoverState.ACCEPTED is giving.handovers.show(handover).state
    assert "state-handover-closed" == _code(lambda: giving.handovers.withdraw(handover, reason="no_answer"))


def test_an_offer_is_refused_or_taken_back_for_a_reason(door: Door, stack: ExitStack) -> None:
    """Both see it; a reason that does not exist is refused before anything is sent."""
    giving, taking = (_client(door, door.visitor(kind), stack) for kind in ("police", "school"))
    one = door.belongings(door.visitor("police"), door.visitor("school"))["handoverId"]
    refused = taking.handovers.refuse(one, reason="no_capacity")
    assert (HandoverState.REFUSED, "no_capacity") == (refused.state, giving.handovers.show(one).reason)
    two = door.belongings(door.visitor("police"), door.visitor("school"))["handoverId"]
    assert "request-member-invalid" == _code(lambda: giving.handovers.withdraw(two, reason="because"))
    assert HandoverState.WITHDRAWN is giving.handovers.withdraw(two, reason="situation_changed").state


def test_holding_and_offering_go_by_an_open_report_of_veilig_thuis(door: Door, stack: ExitStack) -> None:
    """In another lane there is none; what is sent of the conditions is their SHA-256 alone."""
    police = door.visitor("police")
    gateway = _client(door, police, stack)
    owned = door.belongings(police, door.visitor("school"))
    registration, match = owned["registrationId"], owned["matchId"]
    assert "state-oversight-needs-report" == _code(lambda: gateway.handovers.begin(registration, case="Z-1"))
    offer = _code(lambda: gateway.handovers.offer(registration, match, conditions=CONDITIONS, case="Z-1"))
    assert "state-oversight-not-yours" == offer
    assert "state-not-found" == _code(lambda: gateway.handovers.show("hov_" + "0" * 26))
    assert CONDITIONS not in door.kept()


def test_the_version_of_the_conditions_is_what_any_tool_gives() -> None:
    """The SHA-256 of the file's bytes."""
    assert hashlib.sha256(CONDITIONS).hexdigest() == conditions_version(CONDITIONS)

"""G9, G15: a withdrawal and a match of one person at one moment follow each other, whichever comes first."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import pytest

from gateway.flows.matching.match import match_waiting
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Store, Tx, View
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.registrations import WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore, reconcile
from tests.support.families import family_house, register_child
from tests.support.lives import matches_of

T = TypeVar("T")

_LONG_S = 1.5  # how long one side waits for the other before it goes on: when they exclude each other it waits in vain


@dataclass
class Pausing:
    """A store that pauses inside a transaction, before or after one verb of one port."""

    store: Store
    port: str
    verb: str
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None

    def change(self, name: str, work: Callable[[Tx], Recorded[T]]) -> T:
        """Run the work with the pause in it."""
        return self.store.change(name, lambda tx: work(self._hooked(tx)))

    def view(self, name: str, work: Callable[[View], T]) -> T:
        """Look without a pause."""
        return self.store.view(name, work)

    def _hooked(self, tx: Tx) -> Tx:
        port = getattr(tx, self.port)
        verb = getattr(port, self.verb)

        def watched(*arguments: object, **named: object) -> object:
            self.before()
            result = verb(*arguments, **named)
            self.after()
            return result

        setattr(port, self.verb, watched)
        return tx


@pytest.mark.parametrize("other", ["child", "sibling"])
@pytest.mark.parametrize("store_kind", ["postgresql"], indirect=True)
def test_a_match_that_was_looked_for_meanwhile_does_not_outlive_the_withdrawal(store: SqlStore, other: str) -> None:
    """The withdrawal found nothing due; before it ends the registration, another agency registers and is matched.

    They meet by the child, or by its mother.
    """
    small = family_house(store, number=2)
    police, school = small.parties
    receipt = register_child(small, police, "child", "mother")
    match_waiting(small.house)
    withdrawing, looked_up, withdrawn = threading.Event(), threading.Event(), threading.Event()

    def end() -> None:
        withdrawing.set()
        looked_up.wait(_LONG_S)

    def found() -> None:
        looked_up.set()
        withdrawn.wait(_LONG_S)

    def house_with(pausing: Pausing) -> House:
        return replace(small.house, store=pausing)

    ending = house_with(Pausing(store, "registrations", "end", before=end))
    matching = house_with(Pausing(store, "matches", "meetings", after=found))
    wanted = Withdrawal(receipt.id, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))

    def withdraw_it() -> None:
        withdraw(small.signed(police, wanted), ending)
        withdrawn.set()

    with ThreadPoolExecutor(2) as threads:
        leaving = threads.submit(withdraw_it)
        assert withdrawing.wait(10)
        register_child(small, school, other, "mother")
        threads.submit(match_waiting, matching).result(30)
        leaving.result(30)

    assert reconcile(store).sound
    assert all(MatchState.ENDED is match.state for match in matches_of(small, school))

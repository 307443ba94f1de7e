"""Whatever families agencies register and withdraw, in whatever order, who is told is what a naive model says."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from gateway.flows.matching.match import match_waiting
from gateway.protocol.messages.matches import MatchKind, MatchState
from gateway.protocol.messages.registrations import WithdrawalReason
from gateway.store import open_store, reconcile
from tests.support.families import family_house, register_child
from tests.support.house import LANE, PlainConverter, token_of
from tests.support.lives import matches_of, withdrawn
from tests.support.stores import Shelf

AGENCIES, CHILDREN, PARENTS = 3, 3, ("p", "q", "r")
Told = tuple[MatchKind, str, frozenset[str]]  # kind, person or parent, the two registrations


@dataclass(frozen=True)
class Child:
    """One registration of the model."""

    id: str
    agency: int
    name: str
    parents: frozenset[str]


@dataclass
class Model:
    """Lists, and loops over all of them."""

    active: list[Child] = field(default_factory=list)
    waiting: list[Child] = field(default_factory=list)
    standing: list[tuple[Told, frozenset[int]]] = field(default_factory=list)
    ended: list[tuple[Told, frozenset[int]]] = field(default_factory=list)

    def match(self) -> None:
        """Let what waits meet: by the child, and where the two agencies do not meet by one of both, by a parent."""
        waiting, self.waiting = self.waiting, []
        found: list[tuple[Told, frozenset[int]]] = []
        for one in waiting:
            for other in self.active:
                if one not in self.active or one.agency == other.agency:
                    continue
                both, pair = frozenset((one.id, other.id)), frozenset((one.agency, other.agency))
                if one.name == other.name:
                    found.append(((MatchKind.PERSON_MATCH, one.name, both), pair))
                elif self._may_meet_by_parent(one, other):
                    parent = min(one.parents & other.parents, key=_token)
                    found.append(((MatchKind.PARENT_MATCH, parent, both), pair))
        for told, pair in sorted(found, key=lambda one: [by for _, by in sorted(_ages(one[0], self.active))]):
            if not self._stands(told[0], told[1], pair):
                self.standing.append((told, pair))

    def _may_meet_by_parent(self, one: Child, other: Child) -> bool:
        common, pair = one.parents & other.parents, frozenset((one.agency, other.agency))
        told = any(self._stands(MatchKind.PARENT_MATCH, parent, pair) for parent in common)
        return bool(common) and not told and not self._meet_by_child(one, other)

    def _meet_by_child(self, one: Child, other: Child) -> bool:
        pair = {(one.agency, other.name), (other.agency, one.name)}
        return any((active.agency, active.name) in pair for active in self.active)

    def _stands(self, kind: MatchKind, whom: str, pair: frozenset[int]) -> bool:
        return any((told[0], told[1], both) == (kind, whom, pair) for told, both in self.standing)

    def withdraw(self, gone: Child) -> None:
        """Match what is due about it, end it with its matches, and let whatever may meet now wait again."""
        own = [one for one in self.waiting if one.name == gone.name]
        by_parent = [one for one in self.waiting if one.agency != gone.agency and one.parents & gone.parents]
        others = [one for one in self.waiting if one not in own]
        self.waiting = [*own, gone] if by_parent and gone not in own else own
        self.match()
        self.waiting = others
        self.active.remove(gone)
        over = [one for one in self.standing if gone.id in one[0][2]]
        self.standing = [one for one in self.standing if one not in over]
        self.ended += over
        for one in self.active:
            same_person = one.agency == gone.agency and one.name == gone.name
            sibling = one.agency == gone.agency and one.parents & gone.parents
            if (same_person or sibling or (one.name == gone.name and one.parents)) and one not in self.waiting:
                self.waiting.append(one)


def _token(parent: str) -> bytes:
    (converted,) = PlainConverter().convert([(token_of(parent), "row")], agency="", lane=LANE)  # type: ignore[arg-type]
    return converted.index_token.value  # type: ignore[union-attr]


def _ages(told: Told, active: list[Child]) -> list[tuple[int, str]]:
    """Return the two registrations by agency: the house compares the lower OIN's first."""
    return [(child.agency, child.id) for child in active if child.id in told[2]]


class Families(RuleBasedStateMachine):
    """The house beside the model; the test that runs it says where a fresh database comes from."""

    fresh: ClassVar[Callable[[], str]]
    registrations = Bundle("registrations")

    def __init__(self) -> None:
        super().__init__()
        self.store = open_store(type(self).fresh())
        self.small = family_house(self.store, number=AGENCIES)
        self.model = Model()

    def teardown(self) -> None:
        """Close the store."""
        self.store.close()

    @rule(
        target=registrations,
        agency=st.integers(0, AGENCIES - 1),
        child=st.integers(0, CHILDREN - 1),
        parents=st.sets(st.sampled_from(PARENTS), max_size=2),
    )
    def register(self, agency: int, child: int, parents: set[str]) -> Child:
        """An agency registers a child with some of its parents; whatever another said of them."""
        receipt = register_child(self.small, self.small.parties[agency], f"c{child}", *sorted(parents))
        one = Child(receipt.id, agency, f"c{child}", frozenset(parents))
        self.model.active.append(one)
        self.model.waiting.append(one)
        return one

    @rule(gone=consumes(registrations))
    def withdraw(self, gone: Child) -> None:
        """An agency is no longer involved."""
        withdrawn(self.small, self.small.parties[gone.agency], gone.id, WithdrawalReason.OBJECTION_UPHELD)
        self.model.withdraw(gone)

    @rule()
    def work(self) -> None:
        """The worker matches what waits."""
        match_waiting(self.small.house)
        self.model.match()

    @invariant()
    def each_hears_of_its_own(self) -> None:
        """Kind by kind, and state by state, each agency sees the matches of the model; the reconciler finds nothing."""
        for index, who in enumerate(self.small.parties):
            expected = Counter(
                (told[0], MatchState.OPEN if standing else MatchState.ENDED)
                for standing, ours in ((True, self.model.standing), (False, self.model.ended))
                for told, pair in ours
                if index in pair
            )
            assert expected == Counter((match.kind, match.state) for match in matches_of(self.small, who))
        assert reconcile(self.store).sound


@pytest.mark.parametrize(("store_kind", "examples"), [("sqlite", 25), ("postgresql", 8)], indirect=["store_kind"])
@pytest.mark.timeout(300)
def test_families_are_matched_as_the_naive_model_says(
    store_kind: str, examples: int, shelf: Shelf, tmp_path: Path
) -> None:
    """Same siblings, other parents, one parent or two, in any order."""
    machine = type(
        f"FamiliesOn_{store_kind}", (Families,), {"fresh": staticmethod(lambda: shelf.url(store_kind, tmp_path))}
    )
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=20, deadline=None))

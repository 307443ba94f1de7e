"""Whatever is offered, accepted, refused, taken back, left or crashed: one agency holds safety oversight (rule 16)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.oversight import HandoverState, HandoverView
from gateway.protocol.messages.registrations import Receipt
from gateway.store import SqlStore, open_store, reconcile
from tests.support.handing_over import (
    CONDITIONS,
    LOCAL_TEAM,
    OTHER_CONDITIONS,
    OTHER_LOCAL_TEAM,
    OTHER_VEILIG_THUIS,
    VEILIG_THUIS,
    Lane,
)
from tests.support.house import SmallHouse
from tests.support.stores import Shelf

PERSONS = 1
THOSE_WHO_REPORT = (VEILIG_THUIS, OTHER_VEILIG_THUIS)
TEAMS = (LOCAL_TEAM, OTHER_LOCAL_TEAM)
STATES = {
    "accepts": HandoverState.ACCEPTED,
    "refuses": HandoverState.REFUSED,
    "takes_back": HandoverState.WITHDRAWN,
}

who_reports, teams = st.sampled_from(THOSE_WHO_REPORT), st.sampled_from(TEAMS)
anyone, persons = st.sampled_from((*THOSE_WHO_REPORT, *TEAMS)), st.integers(0, PERSONS - 1)


@dataclass
class Offer:
    """An offer of the model: between whom, about whom, and what became of it."""

    id: str
    person: int
    giving: int
    taking: int
    state: HandoverState = HandoverState.OFFERED


@dataclass
class Model:
    """The naive model: who is involved, who holds it, and every offer."""

    involved: dict[tuple[int, int], Receipt] = field(default_factory=dict)  # by agency and person
    holder: dict[int, int] = field(default_factory=dict)  # by person
    offers: list[Offer] = field(default_factory=list)

    def open_offer(self, person: int) -> Offer | None:
        """Return the one open offer about a person."""
        return next((one for one in self.offers if one.person == person and one.state is HandoverState.OFFERED), None)

    def refusal_of_offer(self, giving: int, person: int) -> Refusal | None:
        """Return why an offer would be refused."""
        if self.holder.get(person) != giving:
            return Refusal.OVERSIGHT_NOT_YOURS
        return Refusal.HANDOVER_OPEN if self.open_offer(person) else None

    def leave(self, agency: int, person: int) -> None:
        """Let an agency no longer be involved: what it held or was offered is over."""
        del self.involved[agency, person]
        if self.holder.get(person) == agency:
            del self.holder[person]
        offer = self.open_offer(person)
        if offer is not None and agency in {offer.giving, offer.taking}:
            offer.state = HandoverState.LAPSED


def refusal_of_answer(offer: Offer, step: str, agency: int, conditions: str) -> Refusal | None:
    """Return why a step would be refused."""
    if agency not in {offer.giving, offer.taking}:
        return Refusal.NOT_FOUND
    if agency != (offer.giving if step == "takes_back" else offer.taking):
        return Refusal.HANDOVER_OTHER_SIDE
    if offer.state is not HandoverState.OFFERED:
        return Refusal.HANDOVER_CLOSED
    return Refusal.HANDOVER_CONDITIONS_DIFFER if step == "accepts" and conditions != CONDITIONS else None


class Handing(RuleBasedStateMachine):
    """The house beside the model; the test that runs it says where a fresh database comes from."""

    fresh: ClassVar[Callable[[], str]]

    def __init__(self) -> None:
        """Open a fresh house."""
        super().__init__()
        self.url = type(self).fresh()
        self.store: SqlStore = open_store(self.url)
        self.lane = Lane.opened(self.store)
        self.model = Model()

    def teardown(self) -> None:
        """Close a house whose index is sound."""
        assert reconcile(self.store).sound
        self.store.close()

    @initialize()
    def begin_everywhere(self) -> None:
        """Everybody is involved with everyone, and a Veilig Thuis holds it: most of what can happen is near."""
        for person in range(PERSONS):
            for agency in (*THOSE_WHO_REPORT, *TEAMS):
                self.register(agency, person)
            self.begin(VEILIG_THUIS, person)

    @precondition(lambda self: len(self.model.involved) < PERSONS * len((*THOSE_WHO_REPORT, *TEAMS)))
    @rule(agency=anyone, person=persons)
    def register(self, agency: int, person: int) -> None:
        """An agency becomes involved, Veilig Thuis by an open report, and the worker matches."""
        if (agency, person) in self.model.involved:
            return
        flag = "open_report" if agency in THOSE_WHO_REPORT else "involved"
        self.model.involved[agency, person] = self.lane.registers(agency, flag, person=person)
        self.lane.matches()

    @rule(agency=anyone, person=persons)
    def leave(self, agency: int, person: int) -> None:
        """An agency is no longer involved."""
        if (receipt := self.model.involved.get((agency, person))) is not None:
            self.lane.leaves(agency, receipt)
            self.model.leave(agency, person)

    @rule(agency=who_reports, person=persons)
    def begin(self, agency: int, person: int) -> None:
        """Veilig Thuis says that it holds it: only when nobody does."""
        if (receipt := self.model.involved.get((agency, person))) is None:
            return
        expected = Refusal.OVERSIGHT_HELD if person in self.model.holder else None
        assert expected == self._refusal(lambda: self.lane.begins(agency, receipt))
        self.model.holder.setdefault(person, agency)

    @rule(by=st.one_of(st.none(), who_reports), taking=teams, person=persons)
    def offer(self, by: int | None, taking: int, person: int) -> None:
        """A Veilig Thuis, mostly the one that holds it, offers it to a local team."""
        holder = self.model.holder.get(person)
        giving = by or (holder if holder in THOSE_WHO_REPORT else VEILIG_THUIS)
        mine, theirs = (self.model.involved.get((agency, person)) for agency in (giving, taking))
        if mine is None or theirs is None:
            return
        (match,) = self.lane.matches_of(giving, mine) & self.lane.matches_of(taking, theirs)
        came: list[HandoverView] = []
        expected = self.model.refusal_of_offer(giving, person)
        assert expected == self._refusal(lambda: came.append(self.lane.offers(giving, mine, match)))
        self.model.offers += [Offer(one.id, person, giving, taking) for one in came]

    @precondition(lambda self: self.model.offers)
    @rule(
        data=st.data(),
        step=st.sampled_from(tuple(STATES)),
        by=st.one_of(st.none(), anyone),
        conditions=st.sampled_from((CONDITIONS, CONDITIONS, OTHER_CONDITIONS)),
    )
    def answer(self, data: st.DataObject, step: str, by: int | None, conditions: str) -> None:
        """Somebody, mostly the right one, answers an offer, mostly the last."""
        offer = self.model.offers[data.draw(st.integers(-len(self.model.offers), -1))]
        agency = (offer.giving if step == "takes_back" else offer.taking) if by is None else by
        expected = refusal_of_answer(offer, step, agency, conditions)
        more = (conditions,) if step == "accepts" else ()
        assert expected == self._refusal(lambda: getattr(self.lane, step)(agency, offer.id, *more))
        if expected is None:
            offer.state = STATES[step]
            if step == "accepts":
                self.model.holder[offer.person] = offer.taking

    @rule()
    def crash(self) -> None:
        """The process dies and another opens the same database."""
        self.store.close()
        self.store = open_store(self.url)
        self.lane = Lane(SmallHouse(self.store, self.lane.small.parties))

    @precondition(lambda self: any(one.state is HandoverState.OFFERED for one in self.model.offers))
    @rule()
    def take_it(self) -> None:
        """The local team of an open offer accepts it."""
        for offer in [one for one in self.model.offers if one.state is HandoverState.OFFERED]:
            self.lane.accepts(offer.taking, offer.id)
            offer.state = HandoverState.ACCEPTED
            self.model.holder[offer.person] = offer.taking

    @invariant()
    def exactly_one_agency_holds_it_once_begun(self) -> None:
        """Each agency sees in a match that it holds it when the model says so, and at no other time."""
        for (agency, person), receipt in self.model.involved.items():
            for match in sorted(self.lane.matches_of(agency, receipt))[:1]:
                seen = self.lane.looks(agency, match)
                if seen.other is None:  # who came back so soon is not told who the other is, nor this
                    continue
                said = seen.safety_oversight
                assert (said is not None and said.own) == (self.model.holder.get(person) == agency)
        for offer in self.model.offers[-1:]:
            assert offer.state is self.lane.sees(offer.giving, offer.id).state

    @staticmethod
    def _refusal(act: Callable[[], object]) -> Refusal | None:
        try:
            act()
        except Refused as refused:
            return refused.refusal
        return None


@pytest.mark.parametrize(("store_kind", "examples"), [("sqlite", 15), ("postgresql", 5)], indirect=["store_kind"])
@pytest.mark.timeout(300)
def test_exactly_one_agency_holds_it_at_every_instant(
    store_kind: str, examples: int, shelf: Shelf, tmp_path: Path
) -> None:
    """Whatever they do in whatever order, with crashes between, the house says what the model says."""
    machine = type(
        f"HandingOn_{store_kind}", (Handing,), {"fresh": staticmethod(lambda: shelf.url(store_kind, tmp_path))}
    )
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=20, deadline=None))

"""Any sequence of registering, withdrawing, matching, hearing, reporting, climbing and crashing agrees with a model."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.escalate import escalate
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.report_contact import Report, report_contact
from gateway.flows.matching.show_match import list_matches
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling import hear
from gateway.protocol.messages.alerts import AcknowledgeAlerts, AlertKind
from gateway.protocol.messages.matches import ContactOutcome, MatchState, ReportContact
from gateway.protocol.messages.registrations import WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore, open_store, reconcile
from tests.support.house import SmallHouse, TestAgency, agencies
from tests.support.ladders import let_steps_come
from tests.support.lives import events_of, hints, lifted, restricted
from tests.support.stores import Shelf

AGENCIES = 4
PERSONS = 3
OF_A_MATCH = {AlertKind.MATCH, AlertKind.DEPUTY, AlertKind.COORDINATOR}


@dataclass
class Pair:
    """One match of the model: who, whether it stands, and who reported."""

    person: int
    registrations: dict[int, str]
    standing: bool = True
    void: bool = False
    reported: set[int] = field(default_factory=set)
    climbed: dict[int, int] = field(default_factory=dict)
    at_the_top: bool = False

    def age(self) -> list[str]:
        """Return what sorts the oldest first: ids begin with their time."""
        return [registration for _, registration in sorted(self.registrations.items())]

    def state(self) -> MatchState:
        """Return what each party should see."""
        if not self.standing:
            return MatchState.VOID if self.void else MatchState.ENDED
        return (MatchState.OPEN, MatchState.ANSWERED, MatchState.CLOSED)[len(self.reported)]


@dataclass
class Model:
    """The naive model: lists, and a loop over all of them."""

    active: list[tuple[int, int, str]] = field(default_factory=list)  # agency, person, registration
    waiting: list[tuple[int, int, str]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    ever: list[tuple[int, int, str]] = field(default_factory=list)  # in order of registering
    archived: list[tuple[int, int, int]] = field(default_factory=list)  # agency, person, how many had registered then
    hinted: Counter[tuple[int, str]] = field(default_factory=Counter)  # agency, registration

    def register(self, row: tuple[int, int, str]) -> None:
        """Be involved, and wait to be matched."""
        self.ever.append(row)
        self.lift(row)

    def match(self) -> None:
        """Let what waits meet every active registration of another agency; each pair of agencies by its oldest two."""
        waiting, self.waiting = self.waiting, []
        meeting = [
            Pair(person, {agency: registration, other: others})
            for agency, person, registration in waiting
            if (agency, person, registration) in self.active
            for other, whom, others in self.active
            if whom == person and other != agency and not self._stands(person, {agency, other})
        ]
        for pair in sorted(meeting, key=Pair.age):
            if not self._stands(pair.person, set(pair.registrations)):
                self.pairs.append(pair)
        self._hint({person for _, person, _ in waiting})

    def _hint(self, persons: set[int]) -> None:
        """Give the one hint of each archived one to whoever was the first to register after it, and still is active."""
        for agency, person, since in list(self.archived):
            later = [row for row in self.ever[since:] if row[1] == person and row[0] != agency and row in self.active]
            if later and person in persons:
                self.archived.remove((agency, person, since))
                hinted, _, registration = min(later, key=itemgetter(2))
                self.hinted[hinted, registration] += 1

    def _stands(self, person: int, both: set[int]) -> bool:
        return any(p.standing and p.person == person and set(p.registrations) == both for p in self.pairs)

    def escalate(self) -> None:
        """Take every match to the top, once: who did not report is alerted as deputy and as coordinator."""
        for pair in self.pairs:
            if pair.standing and len(pair.reported) < len(pair.registrations) and not pair.at_the_top:
                pair.climbed = dict.fromkeys(pair.registrations.keys() - pair.reported, 2)
                pair.at_the_top = True

    def lift(self, row: tuple[int, int, str]) -> None:
        """Let it match, again or for the first time."""
        self.active.append(row)
        self.waiting.append(row)

    def archive(self, registration: str) -> None:
        """Keep that an agency was involved, for the next reporter."""
        agency, person, _ = next(row for row in self.ever if row[2] == registration)
        self.archived.append((agency, person, len(self.ever)))

    def withdraw(self, registration: str, *, void: bool = False) -> None:
        """Match what waits about this person, then end the registration and its matches; other own ones wait anew."""
        agency, person, _ = next(row for row in self.active if row[2] == registration)
        others, self.waiting = [r for r in self.waiting if r[1] != person], [r for r in self.waiting if r[1] == person]
        self.match()
        self.waiting = others
        self.active = [row for row in self.active if row[2] != registration]
        for pair in self.pairs:
            if pair.standing and registration in pair.registrations.values():
                pair.standing, pair.void = False, void
        self.waiting += [row for row in self.active if row[:2] == (agency, person)]


class Life(RuleBasedStateMachine):
    """The house beside the model; the test that runs it says where a fresh database comes from."""

    fresh: ClassVar[Callable[[], str]]
    registrations = Bundle("registrations")
    restricted = Bundle("restricted")

    def __init__(self) -> None:
        """Open a fresh house."""
        super().__init__()
        self.url = type(self).fresh()
        self.store: SqlStore = open_store(self.url)
        self.small = SmallHouse(self.store, agencies(AGENCIES))
        self.small.open_desks()
        self.model = Model()
        self.acknowledged: set[tuple[int, str]] = set()

    def teardown(self) -> None:
        """Close the house."""
        self.store.close()

    def _agency(self, index: int) -> TestAgency:
        return self.small.parties[index]

    @rule(target=registrations, agency=st.integers(0, AGENCIES - 1), person=st.integers(0, PERSONS - 1))
    def register(self, agency: int, person: int) -> tuple[int, str]:
        """An agency registers a person, perhaps once more."""
        receipt = self.small.register(self._agency(agency), person)
        self.model.register((agency, person, receipt.id))
        return agency, receipt.id

    @rule(target=restricted, waiting=consumes(registrations))
    def restrict(self, waiting: tuple[int, str]) -> tuple[int, str]:
        """Somebody objects: the registration matches nobody, and its matches end."""
        agency, registration = waiting
        restricted(self.small, self._agency(agency), registration)
        self.model.withdraw(registration)
        return waiting

    @rule(target=registrations, standing=consumes(restricted))
    def lift(self, standing: tuple[int, str]) -> tuple[int, str]:
        """It was decided that it stands."""
        agency, registration = standing
        lifted(self.small, self._agency(agency), registration)
        self.model.lift(next(row for row in self.model.ever if row[2] == registration))
        return standing

    @rule(gone=consumes(registrations), reason=st.sampled_from(WithdrawalReason))
    def withdraw(self, gone: tuple[int, str], reason: WithdrawalReason) -> None:
        """An agency withdraws one of its registrations; a second time it is no longer active."""
        agency, registration = gone
        wanted = Withdrawal(registration, WithdrawRegistration(reason=reason))
        withdraw(self.small.signed(self._agency(agency), wanted), self.small.house)
        self.model.withdraw(registration, void=reason is WithdrawalReason.REGISTERED_IN_ERROR)
        if reason is WithdrawalReason.RISK_GONE:
            self.model.archive(registration)
        with pytest.raises(Refused) as refused:
            withdraw(self.small.signed(self._agency(agency), wanted), self.small.house)
        assert Refusal.NOT_ACTIVE == refused.value.refusal

    @rule()
    def work(self) -> None:
        """The worker matches what waits."""
        match_waiting(self.small.house)
        self.model.match()

    @rule()
    def escalate(self) -> None:
        """Weeks pass, and the worker takes every step that has come."""
        let_steps_come(self.store)
        while escalate(self.small.house):
            pass
        self.model.escalate()

    @rule(agency=st.integers(0, AGENCIES - 1))
    def hear(self, agency: int) -> None:
        """An agency takes its oldest alert, and it does not come back."""
        who = self._agency(agency)
        alerts, _ = hear.waiting(who.oin, self.small.house)
        for alert in alerts[:1]:
            hear.acknowledge(self.small.signed(who, AcknowledgeAlerts(alerts=(alert.id,))), self.small.house)
            if alert.kind in OF_A_MATCH:
                self.acknowledged.add((agency, alert.id))

    @rule(agency=st.integers(0, AGENCIES - 1))
    def report(self, agency: int) -> None:
        """An agency reports contact on each of its matches; on one that ended it is refused."""
        who = self._agency(agency)
        for match in list_matches(self.small.signed(who, None), self.small.house, after="").matches:
            pair = next(
                p
                for p in self.model.pairs
                if p.registrations.get(agency) == match.registration_id
                and (p.standing == (match.state not in {MatchState.ENDED, MatchState.VOID}))
            )
            asked = Report(match.id, ReportContact(outcome=ContactOutcome.CONTACTED))
            if pair.standing:
                report_contact(self.small.signed(who, asked), self.small.house)
                pair.reported.add(agency)
            else:
                with pytest.raises(Refused) as refused:
                    report_contact(self.small.signed(who, asked), self.small.house)
                assert Refusal.MATCH_ENDED == refused.value.refusal

    @rule()
    def crash(self) -> None:
        """The process dies and another opens the same database."""
        self.store.close()
        self.store = open_store(self.url)
        self.small = SmallHouse(self.store, self.small.parties)

    @invariant()
    def both_are_told_and_nobody_else(self) -> None:
        """Every agency sees its own matches of the model, with their states, and has been told of each once."""
        for index, who in enumerate(self.small.parties):
            own = [pair for pair in self.model.pairs if index in pair.registrations]
            seen = list_matches(self.small.signed(who, None), self.small.house, after="").matches
            expected = sorted((pair.registrations[index], pair.state()) for pair in own)
            assert expected == sorted((match.registration_id, match.state) for match in seen)
            alerts = [one for one in hear.waiting(who.oin, self.small.house)[0] if one.kind in OF_A_MATCH]
            taken = sum(1 for agency, _ in self.acknowledged if agency == index)
            assert len(own) + sum(pair.climbed.get(index, 0) for pair in own) == len(alerts) + taken
        assert reconcile(self.store).sound

    @invariant()
    def the_archive_hints_once(self) -> None:
        """What was archived is told to the next reporter alone, and every hint that was given is one of the model's."""
        for (agency, registration), count in self.model.hinted.items():
            assert count == len(hints(self.small, self._agency(agency), registration).hints)
        assert self.model.hinted.total() == len(events_of(self.store, EventKind.HINT_GIVEN))


@pytest.mark.parametrize(("store_kind", "examples"), [("sqlite", 25), ("postgresql", 10)], indirect=["store_kind"])
@pytest.mark.timeout(300)
def test_the_house_agrees_with_the_naive_model(store_kind: str, examples: int, shelf: Shelf, tmp_path: Path) -> None:
    """Whatever the agencies do in whatever order, with crashes between, the house does what the model says."""
    machine = type(f"LifeOn_{store_kind}", (Life,), {"fresh": staticmethod(lambda: shelf.url(store_kind, tmp_path))})
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None))

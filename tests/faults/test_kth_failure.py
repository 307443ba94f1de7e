"""G1, G6, G7, G9: whichever database call, commit or send fails, before or after it took effect, the end is the same.

The whole main job is done with the first thing failing, then the second, and so on until a run passes clean: register
twice, match, escalate, deliver, hear, look, report, withdraw. Who got no answer asks again with the same key.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.escalate import escalate
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.report_contact import Report, report_contact
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.ports.webhooks import Delivery, Undelivered
from gateway.flows.registering.list_own import own_registrations
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling import webhooks
from gateway.flows.telling.deliver import deliver, due
from gateway.flows.telling.hear import acknowledge, begin_hearing, waiting
from gateway.ids import mint
from gateway.protocol.messages.alerts import AcknowledgeAlerts, AlertKind
from gateway.protocol.messages.matches import ContactOutcome, ListedMatch, MatchState, ReportContact
from gateway.protocol.messages.registrations import Receipt, RegistrationStatus, WithdrawalReason, WithdrawRegistration
from gateway.protocol.messages.webhooks import AddWebhook
from gateway.store import SqlStore, open_store, reconcile
from tests.support.door import policies
from tests.support.house import SmallHouse, TestAgency, agencies
from tests.support.kth import Countdown, Crash, Fault, Moment, watch
from tests.support.ladders import let_steps_come

T = TypeVar("T")

PARTIES = agencies(2)
MANY_TRIES = 5
CLIMBED = [AlertKind.MATCH, AlertKind.DEPUTY, AlertKind.COORDINATOR]
_PASSING = {Refusal.STORE_UNAVAILABLE, Refusal.OUTCOME_UNKNOWN}


@dataclass
class Job:
    """The main job about one child, done by callers who ask again and by a worker that is started again."""

    url: str
    countdown: Countdown
    person: str
    received: list[str] = field(default_factory=list)
    began: str = field(default_factory=lambda: mint("mat")[len("mat_") :])  # ids sort by the time they were made
    small: SmallHouse = field(init=False)

    def __post_init__(self) -> None:
        """Start the process."""
        self.start()

    def start(self) -> None:
        """Start the process, as after a crash: all that is left is the database."""
        store = watch(open_store(self.url), self.countdown)
        self.small = SmallHouse(store, PARTIES, policies())

    def stop(self) -> None:
        """End the process."""
        self.store.close()

    @property
    def store(self) -> SqlStore:
        """The store of the process that runs now."""
        assert isinstance(self.small.store, SqlStore)
        return self.small.store

    def ask(self, act: Callable[[str], T]) -> T:
        """Ask, and ask again with the same key while the answer is that it may or may not have happened."""
        key = secrets.token_urlsafe(18)
        for _ in range(MANY_TRIES):
            try:
                return act(key)
            except Refused as refused:
                if refused.refusal not in _PASSING:
                    raise
            except Crash:
                self.stop()
                self.start()
        raise AssertionError("one failure made a call fail again and again")

    def do(self) -> Receipt:
        """Do it all; return the receipt of the agency that still is involved."""
        police, school = self.small.parties
        first = self.ask(lambda key: self.small.register(school, self.person, key=key))
        second = self.ask(lambda key: self.small.register(police, self.person, key=key))
        self.match()
        self.escalate()
        for agency in (police, school):
            self.hear_and_report(agency)
        self.deliver()
        self.ask(lambda key: self.withdraw(school, first, key))
        self.match()
        return second

    def match(self) -> None:
        """Work as the worker does until nothing waits."""
        while self.ask(lambda _: match_waiting(self.small.house)).jobs:
            pass

    def escalate(self) -> None:
        """Work as the worker does, weeks later, until no match has a step to go."""
        armed, self.countdown.armed = self.countdown.armed, False
        let_steps_come(self.store)
        self.countdown.armed = armed
        while self.ask(lambda _: escalate(self.small.house)):
            pass

    def hear_and_report(self, agency: TestAgency) -> None:
        """Hear, look, report and acknowledge."""
        alerts = self.ask(lambda _: self.inbox(agency))
        assert sorted(CLIMBED) == sorted(alert.kind for alert in alerts)
        alert = alerts[0]
        match = self.ask(lambda _: show_match(self.small.signed(agency, None), self.small.house, alert.match))
        assert MatchState.CLOSED != match.state
        report = Report(match.id, ReportContact(outcome=ContactOutcome.CONTACTED))
        self.ask(lambda key: report_contact(self.small.signed(agency, report, key=key), self.small.house))
        taken = AcknowledgeAlerts(alerts=tuple(one.id for one in alerts))
        self.ask(lambda key: acknowledge(self.small.signed(agency, taken, key=key), self.small.house))

    def inbox(self, agency: TestAgency) -> tuple:  # type: ignore[type-arg]
        """Return the alerts that wait for an agency."""
        oin = begin_hearing(self.small.signed(agency, None), self.small.house)
        return waiting(oin, self.small.house)[0]

    def deliver(self) -> None:
        """Deliver what is due until nothing is."""
        while deliveries := self.ask(lambda _: due(self.small.house)):
            for delivery in deliveries:
                self.ask(partial(self.deliver_one, delivery))

    def deliver_one(self, delivery: Delivery, _key: str) -> Undelivered | None:
        """Deliver one alert to one address."""
        return deliver(delivery, self.small.house, send=self.send, jitter=lambda: 0.0)

    def send(self, delivery: Delivery) -> Undelivered | None:
        """Send over a line that may fail too: nothing arrives, or it arrives and nobody hears that it did."""
        try:
            self.countdown.around("send", lambda: self.received.append(delivery.alert.id), TimeoutError)
        except TimeoutError:
            return Undelivered.TIMED_OUT
        return None

    def withdraw(self, agency: TestAgency, receipt: Receipt, key: str) -> bytes:
        """Withdraw a registration."""
        wanted = Withdrawal(receipt.id, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
        return withdraw(self.small.signed(agency, wanted, key=key), self.small.house)

    def matches(self, agency: TestAgency) -> tuple[ListedMatch, ...]:
        """Return the agency's matches since the job began."""
        return list_matches(self.small.signed(agency, None), self.small.house, after=f"mat_{self.began}").matches

    def check(self) -> None:
        """Say that all is as without a failure."""
        police, school = self.small.parties
        (at_police,), (at_school,) = self.matches(police), self.matches(school)
        assert at_police.id == at_school.id
        expected = (MatchState.ENDED, ContactOutcome.CONTACTED, True)
        for seen in (at_police, at_school):
            assert expected == (seen.state, seen.outcome, seen.other_reported)
        assert [RegistrationStatus.ACTIVE] == self.statuses(police)
        assert [RegistrationStatus.WITHDRAWN] == self.statuses(school)
        assert () == self.inbox(police) + self.inbox(school)
        assert len(CLIMBED) == len(set(self.received))
        assert reconcile(self.store).sound

    def statuses(self, agency: TestAgency) -> list[RegistrationStatus]:
        """Return the states of the agency's registrations since the job began."""
        call, after = self.small.signed(agency, None), f"reg_{self.began}"
        return [one.status for one in own_registrations(call, self.small.house, after=after).registrations]


@contextmanager
def job(url: str, countdown: Countdown, person: str) -> Iterator[Job]:
    """Open a job and let go of its database afterwards."""
    opened = Job(url, countdown, person)
    try:
        yield opened
    finally:
        opened.stop()


@pytest.fixture
def prepared_url(store_url: str) -> str:
    """Return a database with two agencies, their desks, and a webhook of the first."""
    with open_store(store_url) as store:
        small = SmallHouse(store, PARTIES, policies())
        small.open_desks()
        address = AddWebhook(url="https://hooks.police.example/alerts")
        call = small.signed(small.parties[0], address)
        webhooks.add_webhook(call, small.house, allowed=lambda _: True, public_key="whpk_none")
    return store_url


@pytest.mark.timeout(600)
@pytest.mark.parametrize("moment", Moment, ids=lambda moment: moment.value)
@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.value)
def test_whatever_fails_the_job_is_done_once(prepared_url: str, fault: Fault, moment: Moment) -> None:
    """One match, an alert to each, all reported, nothing to repair: for every k until nothing fails any more."""
    failed: list[str] = []
    while True:
        k = len(failed) + 1
        countdown = Countdown(k, moment, fault)
        with job(prepared_url, countdown, f"child-{k}") as doing:
            countdown.armed = True
            doing.do()
            countdown.armed = False
            doing.check()
        if not countdown.failed:
            break
        failed.append(countdown.failed)
    assert {"send", "commit"} <= set(failed)
    assert {Fault.LOST: 100, Fault.CRASH: 15}[fault] < len(failed)

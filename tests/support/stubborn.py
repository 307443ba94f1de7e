"""Agencies that go on registering and withdrawing whatever happens, and remember what they were promised."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random

from adapters import Gateway, Person, SeinhuisError, notice_given
from deploy.demo_ears import Ears
from deploy.local import Federation
from deploy.region.agencies import RegionAgency
from deploy.region.people import synthetic_person_number
from gateway.protocol.messages.matches import MatchState, MatchView
from gateway.protocol.messages.registrations import RegistrationStatus
from tests.support.federations import patient_client

_ROOM = 6
_RECENT = 20
_WITHDRAWALS = 0.3
STANDING = frozenset({MatchState.OPEN, MatchState.ANSWERED, MatchState.CLOSED})


@dataclass
class Promise:
    """One acknowledged registration: when the receipt came, when its withdrawal was asked and when acknowledged."""

    person: int
    acknowledged_at: float
    withdrawal_asked_at: float | None = None
    withdrawn: bool = False


@dataclass
class Stubborn:
    """One agency: writes in one thread, hears in another. `given_up` holds what was tried in vain: it must be empty."""

    agency: RegionAgency
    gateway: Gateway
    ears: Ears
    promises: dict[str, Promise] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)

    def write(self, *, seed: int, stop: threading.Event) -> None:
        """Register and withdraw until told to stop.

        All agencies walk past the same persons, each at its own pace, and never return to one: what was lost stays
        lost, and no later registration mends it.
        """
        random = Random(seed)
        number = 0
        try:
            while not stop.is_set():
                recent = [id for id in list(self.promises)[-_RECENT:] if not self.promises[id].withdrawn]
                if recent and random.random() < _WITHDRAWALS:
                    self._withdraw(random.choice(recent), number)
                else:
                    self._register(len(self.promises) // 2 + random.randrange(_ROOM), number)
                number += 1
        except SeinhuisError as error:
            self.given_up.append(error.code)

    def _register(self, person: int, number: int) -> None:
        receipt = self.gateway.registrations.register(
            Person.from_bsn(synthetic_person_number(person)),
            case=self.agency.case_reference(number),
            notice=notice_given(date(2026, 11, 1)),
        )
        self.promises[receipt.id] = Promise(person, time.monotonic())

    def _withdraw(self, registration: str, number: int) -> None:
        promise = self.promises[registration]
        promise.withdrawal_asked_at = time.monotonic()
        self.gateway.registrations.withdraw(registration, case=self.agency.case_reference(number), reason="risk_gone")
        promise.withdrawn = True


@dataclass(frozen=True)
class Seen:
    """What one agency's own lists hold when all is over."""

    status: dict[str, RegistrationStatus]
    matches: tuple[MatchView, ...]
    heard_of: frozenset[str]

    @classmethod
    def by(cls, agency: Stubborn) -> "Seen":
        """Ask for the lists."""
        return cls(
            status={own.id: own.status for own in agency.gateway.registrations.list()},
            matches=tuple(map(agency.gateway.matches.show, agency.gateway.matches.list())),
            heard_of=frozenset(heard.alert.match_id for heard in agency.ears.heard),
        )


def broken_promises(crowd: list[Stubborn]) -> list[str]:
    """Compare what was promised with what is there; return all that was lost, doubled or made up, in words.

    Oracle (guarantees, "How to attack it"): a pair must stand if both are acknowledged and neither was withdrawn; it
    must have matched if both were acknowledged before either withdrawal was asked; it must not stand once one of them
    was withdrawn.
    """
    seen = [Seen.by(agency) for agency in crowd]
    return [
        *(complaint for agency, own in zip(crowd, seen, strict=True) for complaint in _of_registrations(agency, own)),
        *(complaint for agency, own in zip(crowd, seen, strict=True) for complaint in _of_alerts(agency, own)),
        *(
            complaint
            for i, low in enumerate(crowd)
            for j, high in enumerate(crowd[:i])
            for complaint in _of_pair((low, seen[i]), (high, seen[j]))
        ),
    ]


def _of_registrations(agency: Stubborn, own: Seen) -> list[str]:
    complaints = [f"given up: {code}" for code in agency.given_up]
    for id, promise in agency.promises.items():
        expected = RegistrationStatus.WITHDRAWN if promise.withdrawn else RegistrationStatus.ACTIVE
        if id not in own.status:
            complaints.append(f"registration lost: {id}")
        elif own.status[id] is not expected:
            complaints.append(f"{id} is {own.status[id]}, acknowledged as {expected}")
    complaints += [f"registration nobody made: {id}" for id in own.status.keys() - agency.promises.keys()]
    return complaints


def _of_alerts(agency: Stubborn, own: Seen) -> list[str]:
    return [f"{agency.agency.slug} never heard of {match.id}" for match in own.matches if match.id not in own.heard_of]


def _of_pair(low: tuple[Stubborn, Seen], high: tuple[Stubborn, Seen]) -> list[str]:
    (one, of_one), (other, of_other) = low, high
    pair = f"{one.agency.slug} and {other.agency.slug}"
    standing = (_standing(one, of_one, of_other), _standing(other, of_other, of_one))
    expected = Counter(dict.fromkeys(_active(one) & _active(other), 1))
    complaints = [
        f"{pair}: standing matches {dict(found - expected)} too many, {dict(expected - found)} missing"
        for found in standing
        if found != expected
    ]
    ever = _matched(one, of_one, {match.id for match in of_other.matches})
    complaints += [f"{pair}: person {person} was never matched" for person in _must_have_met(one, other) - ever]
    return complaints


def _active(agency: Stubborn) -> set[int]:
    return {promise.person for promise in agency.promises.values() if not promise.withdrawn}


def _standing(agency: Stubborn, own: Seen, other: Seen) -> Counter[int]:
    """Count this agency's standing matches with the other, by person.

    A match is known by both lists, not by who is shown: whoever withdrew in haste is shown nobody for a while.
    """
    at_other = {match.id for match in other.matches}
    return Counter(
        agency.promises[match.registration_id].person
        for match in own.matches
        if match.state in STANDING and match.id in at_other
    )


def _matched(agency: Stubborn, own: Seen, also_at_other: set[str]) -> set[int]:
    return {agency.promises[match.registration_id].person for match in own.matches if match.id in also_at_other}


def _must_have_met(one: Stubborn, other: Stubborn) -> set[int]:
    """Return the persons whom both had registered before either asked to withdraw."""
    return {
        mine.person
        for mine in one.promises.values()
        for theirs in other.promises.values()
        if mine.person == theirs.person
        and max(mine.acknowledged_at, theirs.acknowledged_at) < min(_asked_at(mine), _asked_at(theirs))
    }


def _asked_at(promise: Promise) -> float:
    return float("inf") if promise.withdrawal_asked_at is None else promise.withdrawal_asked_at


@contextmanager
def crowd_of(federation: Federation) -> Iterator[list[Stubborn]]:
    """Let every agency of the federation open its clients and begin to hear."""
    with ExitStack() as open_things:
        yield [_stubborn(federation, agency, open_things) for agency in federation.agencies]


@contextmanager
def writing(crowd: list[Stubborn]) -> Iterator[None]:
    """Let all write at the same time; at the end each finishes what it is at."""
    stop = threading.Event()
    writers = [
        threading.Thread(target=agency.write, kwargs={"seed": seed, "stop": stop}) for seed, agency in enumerate(crowd)
    ]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def settled(crowd: list[Stubborn], *, seconds: float = 60.0) -> list[str]:
    """Wait until every promise holds, or the time is over; return what does not hold."""
    until = time.monotonic() + seconds
    while (broken := broken_promises(crowd)) and time.monotonic() < until:
        time.sleep(0.25)
    return broken


def _stubborn(federation: Federation, agency: RegionAgency, open_things: ExitStack) -> Stubborn:
    """Let one agency open a client to write with and one to hear with."""
    writer, hearer = (open_things.enter_context(patient_client(federation, agency.slug)) for _ in range(2))
    return Stubborn(agency, writer, open_things.enter_context(Ears(hearer)))

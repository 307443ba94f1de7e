"""Measures how long it takes until both agencies have heard, from when a registration was due.

Open loop: registrations come at constant intervals and do not wait for one another, as those of a region do. Each is of
a child whom another agency has registered before, so that every one becomes a match; both sides wait with a long poll.
Tokens are real ones: both agencies' tokens for one child come from the key holder.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters import Person
from adapters.person_token import PERSONS_PER_CALL, derive_tokens
from adapters.signed_call import Question, change
from adapters.transport import BlockingLine
from deploy.demo_outcome import percentile
from deploy.local import Federation
from deploy.region.people import synthetic_person_number
from gateway.protocol.messages.alerts import AcknowledgeAlerts
from keys.tokens import PersonToken
from load_tests.callers import Caller
from load_tests.generator import Address, Answer, CallRefused, Connection, closed_loop, expect, open_loop, run
from load_tests.report import Figures, Row, Table
from load_tests.subjects import Database, Spent, Subject, house

RATES: Final = (50, 200)  # registrations a second
_SECONDS: Final = 8
_FIRST, _SECOND = "school", "police"
_POLL_SECONDS: Final = 5
_SECONDS_TO_HEAR: Final = 60.0
_LOOK_SECONDS: Final = 0.02
_OK, _CREATED = 200, 201


@dataclass(slots=True)
class Receiver:
    """One agency that waits for alerts: when it heard of each match, on the monotonic clock."""

    caller: Caller
    heard: dict[str, float] = field(default_factory=dict)

    async def listen(self, address: Address) -> None:
        """Ask, note, acknowledge, and ask again, until cancelled."""
        connection = await Connection.open(address)
        try:
            while True:
                question = Question("GET", f"/alerts?waitSeconds={_POLL_SECONDS}&limit=100")
                answer = expect(await connection.send(self.caller.call(question)), _OK)
                alerts = json.loads(answer.body)["alerts"]
                for alert in alerts:
                    self.heard.setdefault(alert["dataref"].rpartition("/")[2], answer.at)
                if alerts:
                    await self._acknowledge(connection, [alert["id"] for alert in alerts])
        finally:
            connection.close()

    async def _acknowledge(self, connection: Connection, alerts: Sequence[str]) -> None:
        message = AcknowledgeAlerts(alerts=tuple(alerts))
        expect(await connection.send(self.caller.call(change("/alert-acknowledgements", message))), _OK)


@dataclass(frozen=True, slots=True)
class Heard:
    """The answers to the registrations of the second agency, and when each side heard of which match."""

    answers: tuple[Answer, ...]
    sides: tuple[Receiver, Receiver]


def measure(*, seed: int, scale: float) -> tuple[Table, ...]:
    """Measure every rate on both stores."""
    rows = [row for database in Database for row in _heard(database, seed=seed, seconds=_SECONDS * scale)]
    how = (
        f"open loop, {_SECONDS * scale:g} seconds at each rate; milliseconds from when a registration was due until"
        " both agencies had the alert by long poll. CPU-ms for each registration that became a match, polls and"
        " acknowledgements included."
    )
    return (Table("alerts", "Registration to both inboxes", how, tuple(rows)),)


def _heard(database: Database, *, seed: int, seconds: float) -> Iterator[Row]:
    with house(database, seed=seed) as (federation, subject):
        callers = {caller.region.slug: caller for caller in subject.callers.all}
        first, second = callers[_FIRST], callers[_SECOND]
        start = 0
        for rate in RATES:
            amount = max(rate, int(rate * seconds))
            persons = [Person.from_bsn(synthetic_person_number(number)) for number in range(start, start + amount)]
            start += amount
            _register_before(subject, first, _derived(first, persons))
            calls = [second.single(token, number) for number, token in enumerate(_derived(second, persons))]
            before = subject.spent()
            heard = run(_both_hear(subject.address, (Receiver(first), Receiver(second)), calls, rate))
            spent = subject.spent() - before
            yield Row(f"{rate} a second, {database}", _figures(_waits(federation, heard), spent))


def _derived(caller: Caller, persons: Sequence[Person]) -> tuple[PersonToken, ...]:
    line, agency = BlockingLine(), caller.agency
    try:
        parts = [persons[at : at + PERSONS_PER_CALL] for at in range(0, len(persons), PERSONS_PER_CALL)]
        return tuple(
            token
            for part in parts
            for token in line.run(derive_tokens(agency, agency.circle(agency.lane), part)).tokens
        )
    finally:
        line.close()


def _register_before(subject: Subject, caller: Caller, tokens: Sequence[PersonToken]) -> None:
    parts = [tokens[at : at + PERSONS_PER_CALL] for at in range(0, len(tokens), PERSONS_PER_CALL)]
    batches = [caller.batch(zip(part, range(len(part)), strict=True)) for part in parts]
    run(closed_loop(subject.address, batches, connections=1, status=_CREATED))
    subject.drain()


async def _both_hear(address: Address, sides: tuple[Receiver, Receiver], calls: Sequence[bytes], rate: float) -> Heard:
    """Send the calls at constant intervals while both sides listen, until both have heard of every one."""
    listening = [asyncio.create_task(side.listen(address)) for side in sides]
    try:
        answers = await open_loop(address, calls, per_second=rate, status=_CREATED)
        until = time.monotonic() + _SECONDS_TO_HEAR
        while any(len(side.heard) < len(calls) for side in sides):
            for listener in listening:
                if listener.done():
                    await listener  # raises what ended it
            if time.monotonic() > until:
                raise CallRefused("not every registration was told to both agencies")
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        for listener in listening:
            listener.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    return Heard(tuple(answers), sides)


def _waits(federation: Federation, heard: Heard) -> list[float]:
    """Return the seconds from when each registration was due until both sides had heard; KeyError for one untold."""
    with federation.client(_SECOND) as client:
        match_of = {match.registration_id: match.id for match in client.matches.list()}
    waits = []
    for answer in heard.answers:
        match = match_of[json.loads(answer.body)["id"]]
        waits.append(max(side.heard[match] for side in heard.sides) - (answer.at - answer.seconds))
    return waits


def _figures(waits: Sequence[float], spent: Spent) -> Figures:
    shares = {f"p{percent} ms": 1000 * (percentile(waits, percent) or 0.0) for percent in (50, 95, 99)}
    each = 1000 / len(waits)
    costs = {"gateway CPU-ms": spent.gateway * each, "worker CPU-ms": spent.worker * each}
    if spent.database:
        costs["database CPU-ms"] = spent.database * each
    return {"matches": len(waits), **shares, "slowest ms": 1000 * max(waits), **costs}

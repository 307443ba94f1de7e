"""Measures whether the time of a receipt tells that somebody else is involved (G32): Welch's t over classes in turn.

`python -m load_tests.timing --calls N` registers N children of each class, in random order and one at a time, at a real
gateway with its worker in another process: children whom the school registered before (`hit`), children whom nobody
knows (`no hit`), and children whom the caller itself registered before (`own duplicate`). The bar is |t| < 4.5, over
all calls and over the fastest nine tenths, where a leak of microseconds is not hidden by the pauses of a busy machine.
"""

import argparse
import http.client
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from adapters.agency import Agency
from adapters.identity import Person, PersonRefused
from adapters.involvement import Involvement, draft, notice_given, with_tokens
from adapters.person_token import PERSONS_PER_CALL, derive_tokens
from adapters.settings import Settings
from adapters.signed_call import change, signed
from adapters.transport import BlockingLine
from deploy.local import Federation
from deploy.region.agencies import AGENCIES
from gateway.protocol.messages.registrations import RegisterInvolvement
from keys.signing import RawCall

BAR: Final = 4.5
HIT, NO_HIT, OWN_DUPLICATE = CLASSES = ("hit", "no hit", "own duplicate")
CALLS_IN_A_ROUND: Final = 20_000  # of each class: there are no more synthetic children in one region than this allows
KEPT: Final = (1.0, 0.9)  # shares of the fastest calls that are compared
_WARM_UP: Final = 200
_CREATED: Final = 201
_POLICE, _SCHOOL = AGENCIES[0], AGENCIES[3]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The means of two classes in microseconds and Welch's t of their difference."""

    name: str
    kept: float
    mean_us: float
    other_mean_us: float
    t: float


def main() -> int:
    """Measure, print, and return 1 when a difference crosses the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2_000, help="calls of each class (100,000 takes about an hour)")
    parser.add_argument("--seed", type=int, default=32)
    parser.add_argument("--database", help="an empty PostgreSQL database; otherwise SQLite")
    given = parser.parse_args()
    rounds: list[dict[str, list[float]]] = []
    left = given.calls
    while left > 0:
        chance = random.Random(given.seed + len(rounds))
        rounds.append(measure(min(left, CALLS_IN_A_ROUND), chance=chance, url=given.database))
        left -= CALLS_IN_A_ROUND
    found = [compare(name, rounds, kept) for name in (HIT, OWN_DUPLICATE) for kept in KEPT]
    print(f"{given.calls} calls of each class, seed {given.seed}, bar |t| < {BAR}")
    for one in found:
        print(
            f"{one.name:>14} against {NO_HIT}, fastest {one.kept:.0%}: "
            f"{one.mean_us:8.1f} us, {one.other_mean_us:8.1f} us, t = {one.t:+.2f}"
        )
    return int(any(abs(one.t) >= BAR for one in found))


def compare(name: str, rounds: Sequence[dict[str, list[float]]], kept: float) -> Comparison:
    """Compare a class with `no hit`: differences and variances of the rounds add up."""
    difference = variance = mean = other_mean = 0.0
    for times in rounds:
        limit = _limit(times, kept)
        one = [value for value in times[name] if value <= limit]
        other = [value for value in times[NO_HIT] if value <= limit]
        mean, other_mean = mean + statistics.fmean(one), other_mean + statistics.fmean(other)
        difference += statistics.fmean(one) - statistics.fmean(other)
        variance += statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    scale = 1e6 / len(rounds)
    return Comparison(name, kept, mean * scale, other_mean * scale, difference / math.sqrt(variance))


def _limit(times: dict[str, list[float]], kept: float) -> float:
    together = sorted(value for values in times.values() for value in values)
    return together[min(len(together) - 1, int(kept * len(together)))]


def measure(calls: int, *, chance: random.Random, url: str | None) -> dict[str, list[float]]:
    """Return the seconds of each call, by class, in a federation of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="timing-") as name,
        Federation.start(
            Path(name) / "region", threshold=1, holders=1, agencies=(_POLICE, _SCHOOL), database_url=url
        ) as federation,
    ):
        police = Settings.load(federation.client_config(_POLICE.slug)).agency()
        persons = list(islice(_persons(), 3 * calls + _WARM_UP))
        chance.shuffle(persons)
        by_class = {each: persons[at * calls : (at + 1) * calls] for at, each in enumerate(CLASSES)}
        _known(federation, _SCHOOL.slug, by_class[HIT])
        _known(federation, _POLICE.slug, by_class[OWN_DUPLICATE])
        plan = [(each, person) for each, some in by_class.items() for person in some]
        chance.shuffle(plan)
        warm_up = [(NO_HIT, person) for person in persons[3 * calls :]]
        _settle(federation)
        return _timed(police, federation.gateway_urls[0], warm_up, plan)


def _timed(
    agency: Agency, url: str, warm_up: Sequence[tuple[str, Person]], plan: Sequence[tuple[str, Person]]
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {each: [] for each in CLASSES}
    messages = _messages(agency, [person for _, person in (*warm_up, *plan)])
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.connect()
    for number, ((each, _), message) in enumerate(zip((*warm_up, *plan), messages, strict=True)):
        call = signed(agency, change("/registrations", message, case="Z-1"))
        seconds = _seconds(connection, call)
        if number >= len(warm_up):
            times[each].append(seconds)
    connection.close()
    return times


def _seconds(connection: http.client.HTTPConnection, call: RawCall) -> float:
    path, headers = urlsplit(call.target_uri).path, dict(call.headers)
    started = time.perf_counter()
    connection.request(call.method, path, call.body, headers)
    answer = connection.getresponse()
    answer.read()
    ended = time.perf_counter()
    if answer.status != _CREATED:
        raise SystemExit(f"the gateway answered {answer.status}")
    return ended - started


def _messages(agency: Agency, persons: Sequence[Person]) -> list[RegisterInvolvement]:
    """Derive all tokens before the first call is made, so that no holder works while a call is timed."""
    line = BlockingLine()
    made: list[RegisterInvolvement] = []
    for start in range(0, len(persons), PERSONS_PER_CALL):
        some = persons[start : start + PERSONS_PER_CALL]
        derived = line.run(derive_tokens(agency, agency.circle(agency.lane), some))
        drafts = (draft(agency, _involvement(agency, person), agency.lane) for person in some)
        made += [with_tokens(message, token) for message, token in zip(drafts, derived.tokens, strict=True)]
    line.close()
    return made


def _involvement(agency: Agency, person: Person) -> Involvement:
    return Involvement(person, "Z-1", notice_given(agency.clock().date()))


def _known(federation: Federation, slug: str, persons: Sequence[Person]) -> None:
    """Let an agency have registered these children."""
    with federation.client(slug) as client:
        agency = Settings.load(federation.client_config(slug)).agency()
        for result in client.registrations.register_many(_involvement(agency, person) for person in persons):
            if any(row.problem for row in result.rows):
                raise SystemExit("a registration beforehand was refused")


def _settle(federation: Federation) -> None:
    """Wait until nothing waits to be matched."""
    while federation.verify():
        time.sleep(0.2)
    time.sleep(1.0)


def _persons() -> Iterator[Person]:
    """Yield synthetic children: numbers with at least three zeros before them, which were never issued."""
    for number in range(1, 1_000_000):
        try:
            yield Person.from_bsn(f"{number:09d}")
        except PersonRefused:
            continue


if __name__ == "__main__":
    sys.exit(main())

"""Many agencies at one instant: processes full of threads, released by one barrier, with match workers beside them."""

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier, Event

from gateway.flows.matching.match import match_waiting
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.protocol.messages.registrations import WithdrawalReason, WithdrawRegistration
from gateway.store import open_store
from tests.support.house import SmallHouse, TestAgency, agencies

PROCESSES = 4
THREADS = 8
AGENCIES = PROCESSES * THREADS
_SPAWN = multiprocessing.get_context("spawn")

#: One round: which person, which agencies register it, and which of them withdraw right after.
Round = tuple[str, frozenset[int], frozenset[int]]
#: What one agency did in one round: agency, person, monotonic instants of call and answer of both verbs (0: not done).
Deed = tuple[int, str, int, int, int, int]


def race(url: str, rounds: Sequence[Round], *, workers: int) -> list[Deed]:
    """Play the rounds over the database at `url` with this many match workers; return every deed.

    Every agency is a thread of its own with its own connection. All meet at a barrier before each round.
    """
    barrier = _SPAWN.Barrier(AGENCIES)
    over = _SPAWN.Event()
    deeds: multiprocessing.Queue[list[Deed]] = _SPAWN.Queue()
    matchers = [_SPAWN.Process(target=_match, args=(url, over)) for _ in range(workers)]
    players = [_SPAWN.Process(target=_play, args=(url, rounds, number, barrier, deeds)) for number in range(PROCESSES)]
    for process in (*matchers, *players):
        process.start()
    try:
        done = [deed for _ in players for deed in deeds.get(timeout=240)]
    finally:
        over.set()
        for process in (*players, *matchers):
            process.join(timeout=60)
            if process.is_alive():
                process.kill()
    if failed := [process.exitcode for process in (*players, *matchers) if process.exitcode != 0]:
        raise AssertionError(f"processes ended with {failed}")
    return done


def _match(url: str, over: Event) -> None:
    house = SmallHouse(open_store(url), agencies(AGENCIES)).house
    while True:
        last_look = over.is_set()  # read before looking, so that what came before the end is still matched
        if match_waiting(house).jobs == 0:
            if last_look:
                return
            time.sleep(0.002)


def _play(
    url: str, rounds: Sequence[Round], number: int, barrier: Barrier, deeds: "multiprocessing.Queue[list[Deed]]"
) -> None:
    small = SmallHouse(open_store(url), agencies(AGENCIES))
    own = range(number * THREADS, (number + 1) * THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        deeds.put([deed for some in pool.map(lambda i: _one_agency(small, i, rounds, barrier), own) for deed in some])


def _one_agency(small: SmallHouse, index: int, rounds: Sequence[Round], barrier: Barrier) -> list[Deed]:
    agency = small.parties[index]
    done: list[Deed] = []
    for person, registering, withdrawing in rounds:
        barrier.wait(timeout=120)
        if index not in registering:
            continue
        called_at = time.monotonic_ns()
        receipt = small.register(agency, person)
        answered_at = time.monotonic_ns()
        withdrawal = (0, 0)
        if index in withdrawing:
            withdrawal = _withdrawn(small, agency, receipt.id)
        done.append((index, person, called_at, answered_at, *withdrawal))
    return done


def _withdrawn(small: SmallHouse, agency: TestAgency, registration: str) -> tuple[int, int]:
    wanted = Withdrawal(registration, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
    called_at = time.monotonic_ns()
    withdraw(small.signed(agency, wanted), small.house)
    return called_at, time.monotonic_ns()


def pairs(rounds: Sequence[Round]) -> int:
    """Return how many pairs of agencies these rounds release."""
    return sum(len(registering) * (len(registering) - 1) // 2 for _, registering, _ in rounds)

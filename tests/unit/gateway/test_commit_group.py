"""The commit group: who shares a commit, who goes first, and who is turned away."""

import asyncio
import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from gateway.commit_group import CALLS_WAITING, CALLS_WAITING_PER_AGENCY, CommitGroup
from gateway.core.refusals import Refusal, Refused
from tests.support.gateways import Loop

LOG = structlog.wrap_logger(structlog.ReturnLogger())


def prepared(agency: str, name: str, *, rows: int = 1) -> Any:
    """Return what the group needs of a prepared call: whose it is, and how many rows it has."""
    return SimpleNamespace(call=SimpleNamespace(caller=SimpleNamespace(oin=agency)), rows=(name,) * rows, name=name)


class Writer:
    """A database that writes when it is let, and remembers in which groups."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.at_work = threading.Event()
        self.may_write = threading.Event()
        self.poison: set[str] = set()
        self.contradicts = False
        self.asked = 0

    def record(self, group: Sequence[Any]) -> list[Any]:
        """Write a group and answer each call with its own name."""
        self.asked += 1
        self.at_work.set()
        self.may_write.wait(20)
        if self.contradicts:
            raise AssertionError
        names = [each.name for each in group]
        if self.poison & set(names):
            raise ValueError("cannot be written")
        self.groups.append(names)
        return [(name.encode(),) for name in names]


class Rig:
    """A commit group, its writer and a loop to call from."""

    def __init__(self) -> None:
        self.writer = Writer()
        self.contradictions = 0
        self.loop = Loop()
        self.group = CommitGroup(self.writer.record, log=LOG, on_contradiction=self._count)
        self.group.start()

    def _count(self) -> None:
        self.contradictions += 1

    def outcomes(self, *calls: Any) -> list[Any]:
        """Submit calls at one moment, let the database write, and return what became of each."""

        async def submit() -> list[Any]:
            tasks = [asyncio.ensure_future(self.group.submit(calls[0]))]
            await asyncio.to_thread(self.writer.at_work.wait, 20)  # the first is alone with the writer
            tasks += [asyncio.ensure_future(self.group.submit(call)) for call in calls[1:]]
            await asyncio.sleep(0)  # the others are in line
            self.writer.may_write.set()
            return await asyncio.gather(*tasks, return_exceptions=True)

        return self.loop.run(submit())

    def close(self) -> None:
        """Stop."""
        self.writer.may_write.set()
        self.group.close()
        self.loop.close()


@pytest.fixture
def rig() -> Any:
    """Return a rig, stopped at the end."""
    made = Rig()
    yield made
    made.close()


def test_what_arrives_while_one_writes_goes_into_the_next(rig: Rig) -> None:
    """Ten calls cost two commits, and each gets its own answer."""
    names = [f"call {number}" for number in range(10)]

    outcomes = rig.outcomes(*(prepared("A", name) for name in names))

    assert [(name.encode(),) for name in names] == outcomes
    assert 2 >= len(rig.writer.groups)


def test_a_long_line_delays_no_other_agency(rig: Rig) -> None:
    """The one call of B is written before the last of A's many."""
    many = [prepared("A", f"a{number}") for number in range(400)]

    rig.outcomes(*many, prepared("B", "b"))

    written = [name for group in rig.writer.groups for name in group]
    assert written.index("b") < written.index("a300")


def test_chunks_of_batches_yield_to_single_calls(rig: Rig) -> None:
    """Each group takes all singles and one chunk."""
    chunks = [prepared("A", f"chunk {number}", rows=200) for number in range(3)]

    rig.outcomes(prepared("A", "first"), *chunks, prepared("B", "single"))

    assert [["first"], ["single", "chunk 0"], ["chunk 1"], ["chunk 2"]] == rig.writer.groups


def test_one_agency_cannot_take_all_places(rig: Rig) -> None:
    """Past its share an agency is told to come later, before the database is asked; another still gets in (G37)."""
    calls = [prepared("A", "a")] * (1 + CALLS_WAITING_PER_AGENCY + 20)

    outcomes = rig.outcomes(*calls, prepared("B", "b"))

    refused = [each.refusal for each in outcomes if isinstance(each, Refused)]
    assert [Refusal.OVERLOADED] * 20 == refused
    assert (b"b",) == outcomes[-1]


def test_all_together_cannot_take_more_than_there_is(rig: Rig) -> None:
    """With everybody at the door the queue stays bounded."""
    calls = [prepared(f"agency {number % 50}", "x") for number in range(1 + CALLS_WAITING + 500)]

    outcomes = rig.outcomes(*calls)

    assert 500 == sum(isinstance(each, Refused) for each in outcomes)


def test_one_that_cannot_be_written_takes_no_other_with_it(rig: Rig) -> None:
    """Only the poisoned call is refused; those that shared its group are written."""
    rig.writer.poison.add("bad")

    outcomes = rig.outcomes(*(prepared("A", name) for name in ("one", "two", "bad", "three")))

    assert [(b"one",), (b"two",), (b"three",)] == [each for each in outcomes if not isinstance(each, Refused)]
    assert Refusal.INTERNAL is outcomes[2].refusal


def test_a_contradiction_stops_the_writer(rig: Rig) -> None:
    """When the house contradicts itself nothing more is written by this process (G42)."""
    rig.writer.contradicts = True

    first, second = rig.outcomes(prepared("A", "x"))[0], rig.outcomes(prepared("A", "y"))[0]

    assert (Refusal.INTERNAL, 1) == (first.refusal, rig.contradictions)
    assert Refusal.STORE_UNAVAILABLE is second.refusal


def test_nothing_that_waits_is_written_after_a_contradiction(rig: Rig) -> None:
    """Calls in line behind the contradiction are turned away, and the writer is not asked again (G42)."""
    rig.writer.contradicts = True

    first, *others = rig.outcomes(*(prepared("A", f"chunk {number}", rows=2) for number in range(4)))

    assert Refusal.INTERNAL is first.refusal
    assert [Refusal.STORE_UNAVAILABLE] * 3 == [each.refusal for each in others]
    assert (1, 1) == (rig.writer.asked, rig.contradictions)

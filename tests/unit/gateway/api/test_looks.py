"""Looking into inboxes: however many wait, all are shown what there is, and one look serves all of one agency."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from gateway.api.front import CALLS_IN_THREADS, LOOKERS, Looks
from gateway.core.refusals import Refused

MANY = 2 * CALLS_IN_THREADS


@pytest.fixture
def looks() -> Iterator[Looks]:
    """Return what looks, closed at the end."""
    made = Looks(lambda _: None)
    yield made
    made.close()


def test_nobody_who_waits_is_turned_away(looks: Looks) -> None:
    """Twice as many agencies as calls may be under way wait for one ring, and all of them see their inbox."""

    async def look() -> list[str]:
        return await asyncio.gather(*(looks.look(str.upper, f"agency {number}") for number in range(MANY)))

    assert [f"AGENCY {number}" for number in range(MANY)] == asyncio.run(look())


def test_those_who_wait_for_one_agency_share_a_look(looks: Looks) -> None:
    """A look that has not begun is shared; one that has may have missed what rang, so the next one is made."""
    may_look, looked_for = threading.Event(), list[str]()

    def inbox(agency: str) -> int:
        may_look.wait(20)
        looked_for.append(agency)
        return len(looked_for)

    async def look() -> list[int]:
        waiting = [asyncio.ensure_future(looks.look(inbox, "A")) for _ in range(MANY)]
        await asyncio.sleep(0)
        may_look.set()
        return await asyncio.gather(*waiting)

    seen = asyncio.run(look())

    assert MANY == len(seen)
    assert LOOKERS + 1 >= len(looked_for)


def test_one_who_leaves_takes_nothing_from_the_others(looks: Looks) -> None:
    """A shared look goes on for whoever still waits."""
    may_look = threading.Event()

    def inbox(agency: str) -> str:
        may_look.wait(20)
        return agency

    async def look() -> list[str | BaseException]:
        others = [asyncio.ensure_future(looks.look(inbox, f"other {number}")) for number in range(LOOKERS)]
        await asyncio.sleep(0)
        waiting = [asyncio.ensure_future(looks.look(inbox, "A")) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        may_look.set()
        return await asyncio.gather(*others, *waiting[1:], return_exceptions=True)

    assert ["other 0", "other 1", "A", "A"] == asyncio.run(look())


def test_a_contradiction_while_looking_is_told() -> None:
    """Nobody is shown an inbox of a house that contradicts itself, and the house hears of it (G42)."""
    told: list[AssertionError] = []
    looks = Looks(told.append)

    def inbox(_: str) -> None:
        raise AssertionError

    with pytest.raises(Refused):
        asyncio.run(looks.look(inbox, "A"))
    looks.close()
    assert 1 == len(told)

"""Waiting for the bell: a ring is heard by whoever looked before it, whenever it comes."""

import asyncio
from collections.abc import Callable

from gateway.api.front import Rings
from gateway.wake import Wake


class NeverRings:
    """A bell in the hands of the test."""

    def wait(self, timeout_s: float) -> bool:
        """Stay silent."""
        del timeout_s
        return False

    def close(self) -> None:
        """Nothing to do."""


class HandRungWake(Wake):
    """Wakes when the test rings."""

    def __init__(self) -> None:
        """Keep the listeners."""
        super().__init__(NeverRings())
        self.heard: list[Callable[[], None]] = []

    def tell(self, listener: Callable[[], None]) -> None:
        """Keep a listener."""
        self.heard.append(listener)

    def ring(self) -> None:
        """Ring for every listener."""
        for listener in self.heard:
            listener()


def test_a_ring_between_looking_and_waiting_is_not_lost() -> None:
    """Whoever looked before the ring does not wait for the next one."""
    wake = HandRungWake()
    rings = Rings(wake)

    looked_at = rings.count
    wake.ring()

    assert asyncio.run(rings.after(looked_at, 0.0))


def test_a_ring_while_waiting_wakes() -> None:
    """The wait ends with the ring, from whichever thread it comes."""
    wake = HandRungWake()
    rings = Rings(wake)

    async def wait_and_ring() -> bool:
        waiting = asyncio.create_task(rings.after(rings.count, 60.0))
        await asyncio.sleep(0)
        await asyncio.to_thread(wake.ring)
        return await waiting

    assert asyncio.run(wait_and_ring())


def test_an_old_ring_is_not_heard_again() -> None:
    """Without a new ring the wait lasts its time."""
    wake = HandRungWake()
    rings = Rings(wake)
    wake.ring()

    assert not asyncio.run(rings.after(rings.count, 0.01))

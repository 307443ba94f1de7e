"""Names that nobody answers for: only the agency that gave one waits for it (G37)."""

import asyncio
import threading

import pytest

from gateway.api.lookups import THREADS, Lookups
from gateway.core.refusals import Refusal, Refused


def test_an_agency_asks_one_at_a_time_and_others_go_on() -> None:
    """Also after it got its answer, until the lookup itself has ended."""
    let_go = threading.Event()

    def silent(_url: str) -> bool:
        return let_go.wait(20)

    async def ask() -> None:
        lookups = Lookups(patience_seconds=0.05)
        assert not await lookups.allowed("police", silent, "https://silent.example/")
        for _ in range(2 * THREADS):
            with pytest.raises(Refused) as refused:
                await lookups.allowed("police", silent, "https://silent.example/")
            assert Refusal.OVERLOADED is refused.value.refusal
        patient = Lookups()
        waiting = asyncio.create_task(patient.allowed("police", silent, "https://silent.example/"))
        await asyncio.sleep(0)
        assert await patient.allowed("school", lambda _: True, "https://hooks.example/")
        let_go.set()
        assert await waiting
        assert await patient.allowed("police", lambda _: True, "https://hooks.example/")

    asyncio.run(ask())

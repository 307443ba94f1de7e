"""A house that contradicts itself stops, wherever in a call it shows (G42)."""

import asyncio

import pytest

from keys.signing import RawCall
from tests.support.gateways import Neighborhood


class Contradicts:
    """A store whose every transaction finds what cannot be."""

    def change(self, *_: object) -> None:
        """Contradict."""
        raise AssertionError

    view = change


def told(here: Neighborhood) -> tuple[list[str], int]:
    """Return how often the process was stopped, and how often the log says why."""
    return here.broken, here.said.getvalue().count('"event": "contradiction"')


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/registrations", "/v1/matches"])
def test_a_contradiction_in_a_call_stops_the_process(here: Neighborhood, path: str) -> None:
    """Its caller hears that something went wrong here, and this process takes no more."""
    call = here.caller().sign("GET", path)
    object.__setattr__(here.house, "store", Contradicts())

    answer = here.send(call)

    assert (500, (["stopped"], 1)) == (answer.status_code, told(here))


def test_a_contradiction_stops_the_process_also_when_the_caller_left(here: Neighborhood) -> None:
    """Whoever hung up does not hear it; it is seen all the same."""
    call = here.caller().sign("GET", "/v1/alerts")

    async def leave_at_work() -> None:
        at_work, may_go_on = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        class Slow(Contradicts):
            def change(self, *_: object) -> None:
                loop.call_soon_threadsafe(at_work.set)
                asyncio.run_coroutine_threadsafe(may_go_on.wait(), loop).result(20)
                raise AssertionError

        object.__setattr__(here.house, "store", Slow())
        calling = asyncio.ensure_future(here.sending(call))
        await asyncio.wait_for(at_work.wait(), 20)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        may_go_on.set()

    here.loop.run(leave_at_work())
    here.instances[0].front.threads.close()

    assert (["stopped"], 1) == told(here)


def test_a_contradiction_at_the_door_stops_the_process(here: Neighborhood, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that comes up before any flow is reached."""

    def contradict(_: str) -> None:
        raise AssertionError

    call: RawCall = here.caller().sign("GET", "/v1/alerts")
    monkeypatch.setattr(here.trust, "key", contradict)

    assert (500, (["stopped"], 1)) == (here.send(call).status_code, told(here))

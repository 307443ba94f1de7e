"""Decides for whom a name is looked up now: one for an agency, in threads of their own, and never for long (G37)."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from gateway.core.refusals import Refusal, Refused

THREADS: Final = 4
PATIENCE_SECONDS: Final = 10.0


class Lookups:
    """Asks whether an address is allowed; its name's servers may never answer, and only who gave the name waits."""

    def __init__(self, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Start no thread yet."""
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="lookup")
        self._asking: set[str] = set()
        self._patience_seconds = patience_seconds

    async def allowed(self, agency: str, allowed: Callable[[str], bool], url: str) -> bool:
        """Return whether an address is allowed; False when that is not known in time.

        Raises:
            Refused: `overloaded`, while an earlier question of this agency is still looked into.
        """
        if agency in self._asking:
            raise Refused(Refusal.OVERLOADED)
        self._asking.add(agency)
        asking = asyncio.get_running_loop().run_in_executor(self._pool, allowed, url)
        asking.add_done_callback(lambda _: self._asking.discard(agency))
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await asyncio.shield(asking)  # the thread goes on, so the agency is not let in again before
        except TimeoutError:
            return False

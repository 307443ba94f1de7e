"""What the front of the house works with: the flows' world, the commit group, the trust list, threads and a bell."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from gateway.api.lookups import Lookups
from gateway.commit_group import CommitGroup
from gateway.core.involvement import AMSTERDAM
from gateway.core.refusals import Refusal, Refused
from gateway.flows.ports.house import House
from gateway.policies.in_force import ReleaseInForce
from gateway.telemetry import Figures, Log, fault_of
from gateway.wake import Wake
from keys.signing import SigningKey
from keys.trust import KnownKeys

THREADS: Final = 8
LOOKERS: Final = 2
CALLS_IN_THREADS: Final = 256
CALLS_IN_THREADS_PER_AGENCY: Final = 64
STREAMS_PER_AGENCY: Final = 8
BATCHES_AT_ONCE: Final = 16
BATCHES_AT_ONCE_PER_AGENCY: Final = 2

P = ParamSpec("P")
T = TypeVar("T")

Contradicted = Callable[[AssertionError], None]


def _guarded(contradicted: Contradicted, work: Callable[[], T]) -> T:
    """Do work in a thread; a contradiction stops the house also when nobody waits for the answer any more (G42)."""
    try:
        return work()
    except AssertionError as error:
        contradicted(error)
        raise Refused(Refusal.INTERNAL) from None


class Threads:
    """Runs flows in a few threads; refuses, before anything is done, what would wait too long (G37)."""

    def __init__(self, contradicted: Contradicted) -> None:
        """Start no thread yet; call `contradicted` with an inner contradiction that comes up in one."""
        self._contradicted = contradicted
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="flow")
        self._of: Counter[str] = Counter()

    async def run(self, agency: str, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run work for an agency in a thread; raises Refused when too much waits, of this agency or in all."""
        if self._of.total() >= CALLS_IN_THREADS or self._of[agency] >= CALLS_IN_THREADS_PER_AGENCY:
            raise Refused(Refusal.OVERLOADED)
        self._of[agency] += 1
        running = asyncio.get_running_loop().run_in_executor(
            self._pool, _guarded, self._contradicted, partial(work, *args, **kwargs)
        )
        running.add_done_callback(lambda _: self._done(agency))  # also when the caller did not wait for it
        return await running

    def close(self) -> None:
        """Finish what runs."""
        self._pool.shutdown(wait=True)

    def _done(self, agency: str) -> None:
        self._of[agency] -= 1
        if not self._of[agency]:
            del self._of[agency]


class Looks:
    """Looks into inboxes for all who wait, in threads of their own; who waits for one agency shares one look.

    One bell rings for everybody. These are calls that were admitted already, so they are not counted as more of them:
    however many wait, nobody is turned away, and no other call is.
    """

    def __init__(self, contradicted: Contradicted) -> None:
        """Start no thread yet; call `contradicted` with an inner contradiction that comes up in one."""
        self._contradicted = contradicted
        self._pool = ThreadPoolExecutor(LOOKERS, thread_name_prefix="look")
        self._lock = threading.Lock()
        self._not_begun: dict[Hashable, Future[Any]] = {}

    async def look(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what is seen by a look that begins after this; the same work on the same subject is done once."""
        subject = (work, args[0], *kwargs.items())
        with self._lock:
            shared: Future[T] | None = self._not_begun.get(subject)
            if shared is None:
                shared = self._pool.submit(self._begin, subject, partial(work, *args, **kwargs))
                self._not_begun[subject] = shared
        return await asyncio.shield(asyncio.wrap_future(shared))  # one who leaves must not take it from the others

    def close(self) -> None:
        """Finish what is looked at."""
        self._pool.shutdown(wait=True)

    def _begin(self, subject: Hashable, work: Callable[[], T]) -> T:
        with self._lock:
            del self._not_begun[subject]
        return _guarded(self._contradicted, work)


class Places:
    """Counts what is large while it goes on; who finds no place is asked to come later, and nobody queues (G37)."""

    def __init__(self, *, in_all: int, per_agency: int) -> None:
        """Have so many places."""
        self._in_all, self._per_agency = in_all, per_agency
        self._of: Counter[str] = Counter()

    @contextmanager
    def taken(self, agency: str) -> Iterator[None]:
        """Take a place for as long as this lasts; raises Refused when there is none, for this agency or at all."""
        if self._of.total() >= self._in_all or self._of[agency] >= self._per_agency:
            raise Refused(Refusal.OVERLOADED)
        self._of[agency] += 1
        try:
            yield
        finally:
            self._of[agency] -= 1


class Rings:
    """Lets calls wait until the bell has rung after they last looked.

    A call takes `count` before it looks and waits `after` that count: a ring between look and wait is not lost.
    """

    def __init__(self, wake: Wake) -> None:
        """Be told of every ring."""
        self._waiting: set[asyncio.Future[None]] = set()
        self.count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        wake.tell(self._ring)

    async def after(self, count: int, seconds: float) -> bool:
        """Wait for a ring after the one of this count; False when none came within the time."""
        self._loop = asyncio.get_running_loop()
        if self.count != count:
            return True
        ring = self._loop.create_future()
        self._waiting.add(ring)
        try:
            async with asyncio.timeout(seconds):
                await ring
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(ring)
        return True

    def _ring(self) -> None:
        self.count += 1  # in the bell's thread, the only one that counts; the loop reads it and wakes after it
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_all)

    def _wake_all(self) -> None:
        for ring in self._waiting:
            if not ring.done():
                ring.set_result(None)


@dataclass(slots=True)
class Looked:
    """When the store was last seen to answer, on the monotonic clock."""

    at: float = float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """Everything an endpoint may reach. `allowed` decides whether a webhook may be sent to an address.

    `in_force` says which policies are. `document` is the OpenAPI document as it is served. `broken` stops this process
    when the house contradicts itself.
    """

    house: House
    group: CommitGroup
    trust: KnownKeys
    signing_key: SigningKey
    public_url: str
    oin: str
    allowed: Callable[[str], bool]
    rings: Rings
    in_force: Callable[[], ReleaseInForce]
    log: Log
    document: bytes
    broken: Callable[[], None]
    looked: Looked = field(default_factory=Looked)
    figures: Figures = field(default_factory=Figures)
    threads: Threads = field(init=False)
    looks: Looks = field(init=False)
    lookups: Lookups = field(default_factory=Lookups)
    streams: Counter[str] = field(default_factory=Counter)
    batches: Places = field(
        default_factory=lambda: Places(in_all=BATCHES_AT_ONCE, per_agency=BATCHES_AT_ONCE_PER_AGENCY)
    )

    def __post_init__(self) -> None:
        """Hire the threads."""
        object.__setattr__(self, "threads", Threads(self.contradicted))
        object.__setattr__(self, "looks", Looks(self.contradicted))

    def contradicted(self, error: AssertionError) -> None:
        """Say where the house contradicts itself, and stop: nothing that follows from it may be believed (G42)."""
        self.log.critical("contradiction", **fault_of(error))
        self.broken()


def today_on() -> date:
    """Return the date in Amsterdam."""
    return datetime.now(UTC).astimezone(AMSTERDAM).date()

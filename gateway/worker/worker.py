"""One worker process: matches what was accepted, delivers alerts, and does what its rounds say when it is time."""

from collections.abc import Callable

from gateway.flows.deciding.sunset import Sign
from gateway.flows.matching.match import FailedJob, match_waiting
from gateway.flows.ports.house import House
from gateway.flows.rights.erasures import Append
from gateway.flows.telling.deliver import Send
from gateway.telemetry import Log, fault_of
from gateway.wake import Wake
from gateway.worker.loop import Loop
from gateway.worker.postman import Postman
from gateway.worker.rounds import LOOK_ANYWAY_SECONDS, Round, rounds_of


class Worker:
    """The loops of one worker process; any number of workers may run beside each other on one database."""

    def __init__(
        self,
        house: House,
        wake: Wake,
        send: Send,
        *,
        sign: Sign,
        append: Append,
        log: Log,
        broken: Callable[[], None],
    ) -> None:
        """Work for this house; `sign` signs its purge receipts, `append` writes its erasure journal.

        `broken` is called when it contradicts itself.
        """
        self._wake = wake
        self._log = log
        self._postman = Postman(house, send, log=log, done=self._free_address, broken=broken)
        match = Round("match", LOOK_ANYWAY_SECONDS, lambda: match_waiting(house, tell=self._job_failed).jobs > 0)
        self._match = Loop(match, log=log, broken=broken)
        self._deliver = Loop(Round("deliver", LOOK_ANYWAY_SECONDS, self._postman.round), log=log, broken=broken)
        timed = (Loop(round_, log=log, broken=broken) for round_ in rounds_of(house, sign=sign, append=append))
        self._loops = (self._match, self._deliver, *timed)

    def start(self) -> None:
        """Begin; whatever waited since the last worker is done at once."""
        self._wake.tell(self._match.ring)
        self._wake.tell(self._deliver.ring)
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """Finish the rounds and deliveries that run; what is left is in the database for the next worker."""
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.join()
        self._postman.close()

    def _free_address(self) -> None:
        self._deliver.ring()

    def _job_failed(self, failed: FailedJob) -> None:
        """Say which job failed and why: a parked one waits for a human, who has to hear of it (G12)."""
        said = {"registration": failed.job.registration, **fault_of(failed.error)}
        if failed.parked:
            self._log.error("job parked", **said)
        else:
            self._log.warning("job failed", **said)

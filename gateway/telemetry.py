"""What the house tells its operator: one log line a call, and figures; never a person, a token or a kind of agency.

A caller is written as the first characters of the thumbprint of its key. With the trust list in hand that is enough to
find an agency's calls; its OIN would tell any reader of the log what kind of agency it is (domain rule 4).
"""

import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from gateway.core.events import AlarmReason, Event, EventKind

CALLER_CHARACTERS: Final = 8
_TRUST: Final = "seinhuis.trust"  # where `keys.trust` says that a list was not taken
_LOOPBACK: Final = "127.0.0.1"
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)

Log = structlog.typing.FilteringBoundLogger


def open_log(level: str = "info") -> Log:
    """Return the log: JSON lines on standard error, with the time in UTC."""
    log: Log = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )
    return log


def fault_of(error: BaseException) -> dict[str, str]:
    """Return what may be logged of an unexpected error: its type and where it was raised, never its text (G35)."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    at = "" if frame is None else f"{PurePath(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
    return {"fault": type(error).__name__, "at": at}


class Figures:
    """Counts and times by route template and status. No label names or counts an agency."""

    def __init__(self) -> None:
        """Start at zero, in a registry of its own."""
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._calls = Counter("seinhuis_calls", "Calls answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "seinhuis_call_seconds", "Time to answer.", ("route",), registry=self.registry, buckets=_BUCKETS
        )
        self._alarms = Counter("seinhuis_alarms", "Alarms raised to the officers.", ("reason",), registry=self.registry)
        for reason in AlarmReason:
            self._alarms.labels(reason.value)  # so that none yet reads as zero
        self._waiting = Gauge("seinhuis_commit_group_waiting", "Calls waiting to be written.", registry=self.registry)

    def call(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one call."""
        self._calls.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def recorded(self, events: Sequence[Event]) -> None:
        """Count what was recorded as an alarm: by its reason alone, which names no lane and no agency."""
        for event in events:
            if event.kind is EventKind.ALARM_RAISED:
                self._alarms.labels(str(event.fields["reason"])).inc()

    def watch(self, waiting: Callable[[], int]) -> None:
        """Ask this how many calls wait to be written, each time somebody looks at the figures."""
        self._waiting.set_function(waiting)

    def serve(self, port: int) -> None:
        """Serve the figures on a port of the loopback address, in a thread of its own."""
        start_http_server(port, addr=_LOOPBACK, registry=self.registry)


class ServerLog(logging.Handler):
    """Takes what others log into our own log: their fixed words and the type of an error, never its text.

    The web server and the client of webhooks become events `server`. The key room speaks in events of its own, each a
    name with its `problems`.
    """

    def __init__(self, log: Log) -> None:
        """Write to this log."""
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; arguments are left out, because they can hold what a caller sent."""
        # Who logs is in the middle of something: a log that is closed or whose disk is full must not break that off.
        with suppress(OSError, ValueError):
            if record.name == _TRUST:
                self._log.warning(str(record.msg), problems=getattr(record, "problems", ()))
            else:
                self._log.warning("server", **_said(record))

    def install(self) -> None:
        """Take over the loggers of the web server, and of the client that calls webhooks: it would log addresses."""
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "httpx2", "httpcore2", _TRUST):
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [self], False


def _said(record: logging.LogRecord) -> dict[str, str]:
    """Return the fixed words of a record of the web server, and the type of the error that it is about."""
    said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    error = record.exc_info[1] if record.exc_info else None
    return {"said": (said.splitlines() or [""])[0]} | (fault_of(error) if error else {})

"""Decides what a key holder writes to standard error: JSON lines of fixed words, never what a caller sent (G35)."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

_OURS: Final = "seinhuis"
_THEIRS: Final = ("uvicorn", "uvicorn.error", "asyncio")
_MEMBERS: Final = ("kind", "problems")  # what our own events may carry


class LogLines(logging.Handler):
    """Writes each event on a line: our own with their members, those of the web server by their fixed words only."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; arguments and the text of an error are left out, because they can hold what a caller sent."""
        ours = record.name.startswith(_OURS)
        line: dict[str, object] = {"event": str(record.msg)} if ours else {"event": "server", "said": _fixed(record)}
        line |= {name: getattr(record, name) for name in _MEMBERS if ours and hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_info[0].__name__
        line |= {"level": record.levelname.lower(), "timestamp": _written(record.created)}
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()

    def install(self) -> None:
        """Take over our own events, and the warnings of the web server."""
        for name, level in ((_OURS, logging.INFO), *((name, logging.WARNING) for name in _THEIRS)):
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [self], False
            logger.setLevel(level)


def _fixed(record: logging.LogRecord) -> str:
    said = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    return (said.splitlines() or [""])[0]


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")

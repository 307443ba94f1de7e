"""Decides how a key holder runs as a process: its settings, its parts, and uvicorn around its API."""

import errno
import logging
import socket
import sys
from pathlib import Path

import uvicorn

from keys.custody import KeystoreRefused
from keys.holder.api import HolderApi
from keys.holder.holder import Holder
from keys.holder.log import LogUnavailable
from keys.holder.log_lines import LogLines
from keys.holder.settings import Settings, SettingsRejected
from keys.impatience import Impatient
from keys.trust import TrustRejected

CANNOT_START = 2
_MOST_CONNECTIONS = 512  # uvicorn counts idle ones too: `Impatient` ends those after ten seconds
_MOST_WAITING = 2048
_SECONDS_TO_FINISH = 10


def serve(settings_file: Path) -> int:
    """Run until the process is told to stop; return 0, or 2 after saying on standard error why it does not start."""
    if not __debug__:
        return _cannot_start("python -O switches checks off: start without it (G42)")
    try:
        settings = Settings.load(settings_file)
        holder = Holder.open(settings)
    except (SettingsRejected, TrustRejected) as rejected:
        return _cannot_start(*rejected.problems)
    except (KeystoreRefused, LogUnavailable) as refused:
        return _cannot_start(str(refused))
    except OSError as unreadable:
        return _cannot_start(f"{Path(unreadable.filename or '').name}: {unreadable.strerror}")
    try:
        return _answer_calls(holder, settings)
    finally:
        holder.log.close()


class _Server(uvicorn.Server):
    """Says in the log when calls are answered."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        logging.getLogger("seinhuis.holder").info("holder ready")


def _answer_calls(holder: Holder, settings: Settings) -> int:
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        why = "is in use by another process" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
        return _cannot_start(f"port {settings.port} on {settings.host} {why}")
    config = uvicorn.Config(
        HolderApi(holder),
        http=Impatient,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    LogLines().install()
    with listening:
        _Server(config).run(sockets=[listening])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is said to be ready."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_MOST_WAITING)


def _cannot_start(*reasons: str) -> int:
    sys.stderr.write("".join(f"key holder: {reason}\n" for reason in reasons))
    return CANNOT_START

"""Decides how a key holder runs as a process: its settings, its parts, and uvicorn around its API."""

import sys
from pathlib import Path

import uvicorn

from keys.custody import KeystoreRefused
from keys.holder.api import HolderApi
from keys.holder.holder import Holder
from keys.holder.log import LogUnavailable
from keys.holder.settings import Settings, SettingsRejected
from keys.trust import TrustRejected

CANNOT_START = 2
_MOST_CONNECTIONS = 512
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
        uvicorn.run(
            HolderApi(holder),
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=True,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        )
    finally:
        holder.log.close()
    return 0


def _cannot_start(*reasons: str) -> int:
    sys.stderr.write("".join(f"key holder: {reason}\n" for reason in reasons))
    return CANNOT_START

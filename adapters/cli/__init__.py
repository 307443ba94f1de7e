"""The command `seinhuis`: standard output is data, standard error is talk, and the exit code says how it went.

Exit codes: 0 ok, 2 usage, 3 refused, 4 not found, 5 try again later, 6 integrity, or something went wrong inside.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from traceback import walk_tb

from adapters.cli import talk
from adapters.cli.commands import app
from adapters.cli.locale import words
from adapters.errors import SeinhuisError
from adapters.identity import PersonRefused
from adapters.import_state import ImportRefused
from adapters.settings import SettingsRefused
from adapters.sources.csv import SourceRefused

__all__ = ["main"]

USAGE = 2
INSIDE = 6
DEBUG_VARIABLE = "SEINHUIS_DEBUG"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        app(given, prog_name="seinhuis")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    except SeinhuisError as problem:
        talk.problem(problem, as_json=as_json)
        return problem.exit_code
    except (SettingsRefused, SourceRefused) as refused:
        talk.mistakes(refused.mistakes, as_json=as_json)
    except (PersonRefused, ImportRefused) as refused:
        talk.mistakes((str(refused),), as_json=as_json)
    except OSError as error:
        # The name of a file that the caller gave, and why; never the text of an error from further inside.
        talk.mistakes((f"{error.filename or ''}: {error.strerror or type(error).__name__}",), as_json=as_json)
    except Exception as error:  # noqa: BLE001  # the text of an unexpected error can hold a person number (G35)
        talk.mistakes(tuple(_told(error)), as_json=as_json)
        return INSIDE
    return USAGE


def _told(error: BaseException) -> Iterator[str]:
    """Say that something went wrong inside, and on request where; never the text of the error or a value."""
    name = type(error).__name__
    if os.environ.get(DEBUG_VARIABLE):
        yield words("hier ging het mis:", "it went wrong here:")
        yield from _places(error)
        return
    yield words(
        f"er ging binnenin iets mis ({name}); met {DEBUG_VARIABLE}=1 ziet u waar",
        f"something went wrong inside ({name}); run again with {DEBUG_VARIABLE}=1 to see where",
    )


def _places(error: BaseException) -> Iterator[str]:
    """Give file, line and function of each call, the outermost first, and the type of each error, the first first."""
    if before := error.__cause__ or error.__context__:
        yield from _places(before)
    for frame, line in walk_tb(error.__traceback__):
        yield f"  {Path(frame.f_code.co_filename).name}:{line} {frame.f_code.co_name}"
    yield type(error).__name__

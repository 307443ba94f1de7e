"""The command `seinhuis`: standard output is data, standard error is talk, and the exit code says how it went.

Exit codes: 0 ok, 2 usage, 3 refused, 4 not found, 5 try again later, 6 integrity.
"""

import sys
from collections.abc import Sequence

import structlog

from adapters.cli import talk
from adapters.cli.commands import app
from adapters.errors import SeinhuisError
from adapters.identity import PersonRefused
from adapters.import_state import ImportRefused
from adapters.settings import SettingsRefused
from adapters.sources.csv import SourceRefused

__all__ = ["main"]

USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        app(given, prog_name="seinhuis")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    except SeinhuisError as problem:
        talk.problem(problem, as_json="--json" in given)
        return problem.exit_code
    except (SettingsRefused, SourceRefused) as refused:
        talk.mistakes(refused.mistakes, as_json="--json" in given)
    except (PersonRefused, ImportRefused) as refused:
        talk.mistakes((str(refused),), as_json="--json" in given)
    except OSError as error:
        # The name of a file that the caller gave, and why; never the text of an error from further inside.
        talk.mistakes((f"{error.filename or ''}: {error.strerror or type(error).__name__}",), as_json="--json" in given)
    return USAGE

"""Starts a key holder: `python -m keys.holder SETTINGS.toml`."""

import sys
from pathlib import Path

from keys.holder.app import CANNOT_START, serve

if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004  # the program and its one argument
        sys.stderr.write("usage: python -m keys.holder SETTINGS.toml\n")
        sys.exit(CANNOT_START)
    sys.exit(serve(Path(sys.argv[1])))

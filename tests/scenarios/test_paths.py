"""Somebody follows a page of `docs/paths` from top to bottom, with that page alone, in an empty folder."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from os import environ, killpg
from pathlib import Path
from typing import Final

import pytest

PAGES: Final = Path(__file__).parents[2] / "docs" / "paths"
DEMO: Final = "seinhuis demo --keep --people 600 --directory region"
SET_UP: Final = ("make setup", ". .venv/bin/activate", DEMO)
_BLOCK: Final = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STOP: Final = re.compile(r"kill -TERM -(\d+) && rm -r ")
_SECONDS: Final = 400
_MARK: Final = "=== "

#: What fails on purpose, with its exit code, for each page in the order of the page.
REFUSED: Final = {
    "agency-developer.md": [
        ("seinhuis register --person 000000012", 2),
        ("seinhuis register --person region/child.json --case leerling90001z --lane veilig-thius", 2),
    ],
    "operator.md": [
        ("seinhuis register", 5),
        ("grep -c", 1),
        ("seinhuis serve holder", 2),
        ("python -O -m gateway", 6),
    ],
    "veilig-thuis.md": [("SEINHUIS_CONFIG=$WIJKTEAM seinhuis handover accept $AANBOD --conditions anders.txt", 3)],
}


def commands_in(page: str) -> list[str]:
    """Return what stands behind each prompt of a page, and its programs as commands, in order."""
    found: list[str] = []
    for kind, block in _BLOCK.findall(page):
        if kind == "python":
            found.append(f"python - <<'END'\n{block}END")
        else:
            found += [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    return found


def said_in(page: str) -> list[str]:
    """Return what a page shows of the answers to its commands, but for what is new each time: ids, days and times."""
    shown = [line for kind, block in _BLOCK.findall(page) if kind == "console" for line in block.splitlines()]
    fresh = re.compile(r"[0-9A-Z]{20}|\d{4}-\d{2}-\d{2}|[+-]\d+ s\b|KFoY|keyId|…")
    return [line for line in shown if not line.startswith("$ ") and line.strip() and not fresh.search(line)]


def follow(page: Path, folder: Path) -> tuple[list[tuple[str, int]], str]:
    """Give the commands of a page to one shell, but for setting up; return each with its exit code, and all it said."""
    commands = [one for one in commands_in(page.read_text("utf-8")) if one not in SET_UP]
    script = "".join(f"{one}\nprintf '\\n{_MARK}%s\\n' $?\n" for one in commands)  # an answer may end without a line
    here = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-s"], input=script, cwd=folder, env=here, text=True, check=False, timeout=_SECONDS,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    codes = [int(line.removeprefix(_MARK)) for line in done.stdout.splitlines() if line.startswith(_MARK)]
    return list(zip(commands, codes, strict=True)), done.stdout


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Path]:
    """Start the region that a page starts, in an empty folder, and stop it as it says."""
    here = environ | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    made = subprocess.run(
        DEMO.split(), cwd=tmp_path, env=here, text=True, check=False, capture_output=True, timeout=_SECONDS
    )
    assert 0 == made.returncode, made.stdout + made.stderr
    (stop,) = _STOP.findall(made.stdout)
    try:
        yield tmp_path
    finally:
        killpg(int(stop), signal.SIGTERM)


@pytest.mark.timeout(2 * _SECONDS)  # a page is forty commands, on a machine that has other things to do
@pytest.mark.parametrize("name", REFUSED)
def test_a_path_works_as_it_is_written(region: Path, name: str) -> None:
    """Just those commands fail that show what is refused, and what the page says comes, comes."""
    page = PAGES / name
    text = page.read_text("utf-8")
    assert DEMO in commands_in(text)
    codes, said = follow(page, region)
    failed = [(line, code) for line, code in codes if code]
    assert [code for _, code in REFUSED[name]] == [code for _, code in failed], said
    assert all(line.startswith(start) for (line, _), (start, _) in zip(failed, REFUSED[name], strict=True))
    assert [] == [line for line in said_in(text) if line not in said], said

"""What is installed is the same everywhere: every file by its hash, from wherever, and nothing beside the lists."""

import re
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
LISTS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, str]:
    """Give what a list says of each distribution: its pin and its hashes."""
    blocks = re.split(r"^(?=[a-z0-9])", (HOUSE / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.split(r"[\[=]", block, maxsplit=1)[0]: block for block in blocks if block.strip()}


def asked(group: str) -> set[str]:
    """Give the names the project asks for: `project` for what runs, or the name of a dependency group."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    wishes = project["project"]["dependencies"] if group == "project" else project["dependency-groups"][group]
    return {re.split(r"[\[<>=;\s]", wish, maxsplit=1)[0] for wish in wishes}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_no_host(name: str) -> None:
    """Everyone may install from a mirror of their own (docs/adr/0002)."""
    assert "://" not in (HOUSE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LISTS)
def test_everything_is_pinned_and_hashed(name: str) -> None:
    """Each distribution stands in a list with one version and the hashes of its files (G40)."""
    loose = [package for package, block in locked(name).items() if "==" not in block or "--hash=sha256:" not in block]

    assert [] == loose


def test_what_runs_is_on_the_short_list() -> None:
    """A dependency that was added without `make lock` is missing here before it is missing at a user's."""
    assert asked("project") <= set(locked("requirements.lock"))


def test_what_tests_is_on_the_long_list() -> None:
    """The long list holds what builds and tests beside all that runs."""
    assert asked("dev") | set(locked("requirements.lock")) <= set(locked("requirements-dev.lock"))


def test_both_lists_agree() -> None:
    """What is tested is what runs: the same version in both lists."""
    tested = locked("requirements-dev.lock")
    pins = {package: block.split(" ")[0] for package, block in locked("requirements.lock").items()}

    assert pins == {package: tested[package].split(" ")[0] for package in pins}

"""The rules of the house hold everywhere they apply, and each is seen noticing what breaks it."""

import ast
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.house_rules import GROWING_MODULE, RULES, Rule

HOUSE = Path(__file__).parents[2]
ROOMS = ("keys", "gateway", "adapters", "deploy", "load_tests", "tests")
SOURCES = sorted(path.relative_to(HOUSE) for room in ROOMS for path in (HOUSE / room).rglob("*.py"))


@pytest.fixture(scope="module")
def trees() -> dict[PurePosixPath, ast.Module]:
    """Parse every source of the house once."""
    return {PurePosixPath(path): ast.parse((HOUSE / path).read_text(encoding="utf-8")) for path in SOURCES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sentence)
def test_the_house_keeps_its_rules(rule: Rule, trees: dict[PurePosixPath, ast.Module]) -> None:
    """Every file in the rooms of a rule keeps it."""
    broken = [
        f"{path}:{line}"
        for path, tree in trees.items()
        if rule.applies_to(path)
        for line in rule.lines_that_break_it(tree)
    ]

    assert [] == broken


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sentence)
def test_a_rule_notices_what_breaks_it(rule: Rule) -> None:
    """Each rule is broken by its probe: a rule that cannot fail guards nothing."""
    assert [] != list(rule.lines_that_break_it(ast.parse(rule.broken_by)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sentence)
def test_a_rule_leaves_good_code_alone(rule: Rule) -> None:
    """What a rule does not forbid passes it."""
    assert [] == list(rule.lines_that_break_it(ast.parse(rule.kept_by)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sentence)
def test_a_rule_applies_somewhere(rule: Rule) -> None:
    """The rooms of a rule exist, so that it cannot pass by guarding an empty house."""
    assert any(rule.applies_to(PurePosixPath(path)) for path in SOURCES)


def test_no_module_is_a_growing_middle() -> None:
    """A file is named for what it decides or holds, never for being handy."""
    assert [] == [str(path) for path in SOURCES if GROWING_MODULE.search(path.stem)]


@pytest.mark.parametrize("stem", ["util", "match_helpers", "alert_service"])
def test_a_growing_middle_is_noticed(stem: str) -> None:
    """The names under which everything ends up are known."""
    assert GROWING_MODULE.search(stem)

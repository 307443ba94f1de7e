"""A directory of policy files: all of it in force, or none of it."""

from pathlib import Path

import pytest

from gateway.core.policy.cards.mistakes import PolicyRejected
from gateway.policies.directory import load_policies
from tests.support.cards import POLICIES, VOCABULARY_TEXT, YOUTH


def directory(path: Path, **files: str) -> Path:
    """Write some `.yaml` files."""
    for name, text in files.items():
        (path / f"{name}.yaml").write_text(text, "utf-8")
    return path


def test_the_real_directory_loads() -> None:
    """Each card is in a file that bears the name of its lane, and the youth lane is among them."""
    loaded = {policy.card.name: policy.lane for policy in load_policies(POLICIES).policies}
    assert {f"{lane}.yaml": lane for lane in loaded.values()} == loaded
    assert "youth" in loaded.values()


def test_an_empty_directory_refuses_everything(tmp_path: Path) -> None:
    """No lane, so nothing is allowed; that is not an error."""
    assert load_policies(tmp_path).lane("youth") is None


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A typing error in a setting must not pass for an empty policy."""
    with pytest.raises(FileNotFoundError):
        load_policies(tmp_path / "policy")


def test_the_mistakes_of_all_files_come_together(tmp_path: Path) -> None:
    """One good file does not load beside a bad one, wherever the bad one stands."""
    bad = YOUTH.replace("versie: 1", "versie: een")
    files = directory(tmp_path, a=bad, b=YOUTH, c=bad, vocabulary=VOCABULARY_TEXT)
    with pytest.raises(PolicyRejected) as rejected:
        load_policies(files)
    assert ["a.yaml", "c.yaml"] == [mistake.file for mistake in rejected.value.mistakes]


def test_a_lane_has_one_card(tmp_path: Path) -> None:
    """Two cards of one lane are a mistake, not a choice."""
    with pytest.raises(PolicyRejected) as rejected:
        load_policies(directory(tmp_path, a=YOUTH, b=YOUTH, vocabulary=VOCABULARY_TEXT))
    assert [("b.yaml", "stroom")] == [(mistake.file, mistake.path) for mistake in rejected.value.mistakes]


def test_cards_need_their_vocabulary(tmp_path: Path) -> None:
    """Words without meaning decide nothing."""
    with pytest.raises(PolicyRejected) as rejected:
        load_policies(directory(tmp_path, youth=YOUTH))
    assert ["vocabulary.yaml"] == [mistake.file for mistake in rejected.value.mistakes]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("code: police", "code: school"),
        ("code: sealed_exchange", "code: everything"),
        ("    altijd-stil: ja", "    altijd-stil: misschien"),
        ("    bron: Politiewet 2012, artikel 3\n", ""),
        ("woordenlijst: 1", "woorden: 1"),
    ],
)
def test_a_vocabulary_with_a_mistake_is_rejected(tmp_path: Path, old: str, new: str) -> None:
    """Doubled codes, another ladder, half a term: nothing loads."""
    assert old in VOCABULARY_TEXT
    with pytest.raises(PolicyRejected):
        load_policies(directory(tmp_path, youth=YOUTH, vocabulary=VOCABULARY_TEXT.replace(old, new)))


def test_the_digest_tells_exactly_these_files(tmp_path: Path) -> None:
    """It changes with a byte, with a name, and with nothing else."""
    files = directory(tmp_path, youth=YOUTH, vocabulary=VOCABULARY_TEXT)
    first = load_policies(files).digest
    (files / "README.md").write_text("not a policy", "utf-8")
    assert first == load_policies(files).digest
    (files / "youth.yaml").rename(files / "jeugd.yaml")
    renamed = load_policies(files).digest
    (files / "jeugd.yaml").write_text(YOUTH + "\n", "utf-8")
    assert 3 == len({first, renamed, load_policies(files).digest})


def test_a_file_beyond_all_bounds_is_not_read_whole(tmp_path: Path) -> None:
    """It is rejected for its size."""
    with pytest.raises(PolicyRejected) as rejected:
        load_policies(directory(tmp_path, youth="#" * 1_000_000, vocabulary=VOCABULARY_TEXT))
    assert ["groter dan 64 KiB"] == [mistake.message for mistake in rejected.value.mistakes]

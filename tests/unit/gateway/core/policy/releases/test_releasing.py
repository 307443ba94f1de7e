"""What officers sign binds the words of the cards too: no word changes unseen, or under the same number."""

from collections.abc import Callable

import pytest

from gateway.core.policy.releases.faults import ReleaseRejected
from gateway.core.policy.releases.releasing import draft
from tests.support.releases import small_files, unsigned

VOCABULARY = "vocabulary.yaml"
Edit = Callable[[str], str]


def with_words(*edits: Edit, version: int = 1, words: int = 2) -> dict[str, bytes]:
    """Give small files after some edits of their vocabulary, each version as named."""
    files = small_files(version)
    text = files[VOCABULARY].decode().replace("woordenlijst: 1", f"woordenlijst: {words}")
    for edit in edits:
        text = edit(text)
    return {**files, VOCABULARY: text.encode()}


def labels_swapped(text: str) -> str:
    """Call the school the police and the police the school."""
    return text.replace("nl: School", "nl: ?").replace("nl: Politie", "nl: School").replace("nl: ?", "nl: Politie")


def meanings_blanked(text: str) -> str:
    """Explain nothing any more."""
    return text.replace("betekenis: Een woord.", "betekenis: '-'")


def codes_swapped(text: str) -> str:
    """Let each of two words stand for the other."""
    return (
        text.replace("code: school", "code: ?")
        .replace("code: police", "code: school")
        .replace("code: ?", "code: police")
    )


def faults(files: dict[str, bytes]) -> list[str]:
    """Give why the files may not follow the first release of the small ones."""
    try:
        draft(files, previous=unsigned(small_files()))
    except ReleaseRejected as refused:
        return [str(reason) for reason in refused.reasons]
    return []


def test_words_that_are_called_otherwise_are_told() -> None:
    """Two labels that changed places change no situation, and everything that is read."""
    found = draft(with_words(labels_swapped), previous=unsigned(small_files())).difference
    text = found.text("nl")

    assert (0, 0, 2) == (found.opened, found.closed, len(found.particulars))
    assert "Woordenlijst, soorten-instantie politie: police; School; Police" in text
    assert "Woordenlijst, soorten-instantie school: school; Politie; " in text
    assert "Vocabulary, soorten-instantie school: school; Politie; " in found.text("en")
    assert "Er verandert niets" not in text


def test_meanings_that_are_emptied_are_told() -> None:
    """What a word means is what the law hangs on."""
    found = draft(with_words(meanings_blanked), previous=unsigned(small_files())).difference

    assert "; -; Een proef. (was: " in found.text("nl")


@pytest.mark.parametrize("edit", [labels_swapped, meanings_blanked])
def test_a_vocabulary_that_changes_gets_a_higher_version(edit: Edit) -> None:
    """Otherwise two lists of words would go by one number."""
    assert [f"version_not_raised: {VOCABULARY}: 1"] == faults(with_words(edit, words=1))
    assert [] == faults(with_words(edit, words=2))


def test_cards_whose_words_stand_for_other_codes_get_a_higher_version() -> None:
    """The same text then says something else, under the number and the digest by which records name it."""
    assert ["version_not_raised: jeugd.yaml: 1"] == faults(with_words(codes_swapped))
    assert [] == faults(with_words(codes_swapped, version=2))

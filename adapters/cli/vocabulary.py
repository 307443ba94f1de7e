"""Holds the words that options take, as the installed policies name them: which was meant, and what completes it."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from adapters.cli.policies.lexicon import code_named, label_of

if TYPE_CHECKING:
    from gateway.core.policy.cards.vocabulary import Term, Vocabulary

Completion = Callable[[str], list[tuple[str, str]]]


@cache
def installed() -> "Vocabulary | None":
    """Return the vocabulary of the installed policies; None where there are none, and then every word will do."""
    from gateway.app import POLICIES  # noqa: PLC0415  # only commands that name a word need it
    from gateway.core.policy.cards.mistakes import PolicyRejected  # noqa: PLC0415
    from gateway.core.policy.cards.vocabulary import load_vocabulary  # noqa: PLC0415
    from gateway.policies.directory import VOCABULARY  # noqa: PLC0415

    try:
        return load_vocabulary((POLICIES / VOCABULARY).read_bytes(), name=VOCABULARY)
    except (OSError, PolicyRejected):
        return None


def kinds() -> dict[str, str]:
    """Return the code of each kind of agency with its label in the language of the locale."""
    return _labeled(_terms("agency_kinds"))


def one_of(section: str, option: str) -> Callable[[str], str]:
    """Return what reads the value of an option: the code name of a word of a section, or of what it was meant to be.

    A word that the vocabulary does not have is refused, with those that were probably meant.
    """

    def read(given: str) -> str:
        terms = _terms(section)
        return code_named(given, terms, option=option) if given and terms else given

    return read


def completed_from(section: str) -> Completion:
    """Return what completes a word in a shell: code names with their labels; no purpose that is always silent."""

    def complete(incomplete: str) -> list[tuple[str, str]]:
        offered = _labeled(term for term in _terms(section) if not term.always_silent)
        return [(code, label) for code, label in offered.items() if code.startswith(incomplete)]

    return complete


def _terms(section: str) -> "tuple[Term, ...]":
    vocabulary = installed()
    return () if vocabulary is None else getattr(vocabulary, section)


def _labeled(terms: "Iterable[Term]") -> dict[str, str]:
    return {term.code: label_of(term.code, (term,)) for term in terms}

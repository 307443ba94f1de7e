"""Decides which word of the vocabulary was meant: its Dutch word, its code name or a label, whichever comes to mind."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

import typer

from adapters.cli.locale import language, words

if TYPE_CHECKING:
    from gateway.core.policy.cards.vocabulary import Term


def code_named(given: str, terms: "Iterable[Term]", *, option: str) -> str:
    """Return the code name of a word; a word that is not there is refused, with those that were probably meant."""
    known = {_plain(name): term for term in terms for name in _names(term)}
    if found := known.get(_plain(given)):
        return found.code
    near = dict.fromkeys(known[name].word for name in get_close_matches(_plain(given), known, n=3))
    every = ", ".join(dict.fromkeys(term.word for term in known.values()))
    meant = words(f"bedoelde u {' of '.join(near)}?", f"did you mean {' or '.join(near)}?") if near else ""
    raise typer.BadParameter(
        words(f"onbekend woord '{given}'; ", f"unknown word '{given}'; ")
        + (meant or words(f"kies een van: {every}", f"choose one of: {every}")),
        param_hint=option,
    )


def word_of(code: str, terms: "Iterable[Term]") -> str:
    """Return the word that the cards use for a code name."""
    return next((term.word for term in terms if term.code == code), code)


def label_of(code: str, terms: "Iterable[Term]") -> str:
    """Return what a code name is called in the language of the locale."""
    term = next((term for term in terms if term.code == code), None)
    if term is None:
        return code
    return term.label_nl if language() == "nl" else term.label_en


def _names(term: "Term") -> tuple[str, ...]:
    return term.word, term.code, term.label_nl, term.label_en


def _plain(name: str) -> str:
    """Leave out what nobody remembers: capitals, and whether it is a space, a dash or an underscore."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())

"""What changes in the vocabulary: every word that comes, goes, or is said, explained or coded otherwise than before."""

from collections.abc import Iterator, Mapping

from gateway.core.policy.cards.vocabulary import Term, Vocabulary
from gateway.core.policy.questions.particulars import Particular

_NO_LANE = ""  # the words are those of all lanes


def wording_of(old: Vocabulary | None, new: Vocabulary | None) -> Iterator[Particular]:
    """Tell each word that differs between two vocabularies; where one is not there, there is nothing to compare."""
    if old is None or new is None:
        return
    before, after = _by_word(old), _by_word(new)
    for place in dict.fromkeys((*before, *after)):
        was, now = before.get(place), after.get(place)
        if was != now:
            yield Particular(
                _NO_LANE,
                f"Woordenlijst, {' '.join(place)}: {_said(now, 'nl')} (was: {_said(was, 'nl')}).",
                f"Vocabulary, {' '.join(place)}: {_said(now, 'en')} (it was: {_said(was, 'en')}).",
            )


def codes_moved(old: Vocabulary | None, new: Vocabulary | None) -> bool:
    """Whether a word that stays has another code name: then a card says something else with the same words."""
    if old is None or new is None:
        return False
    before, after = _by_word(old), _by_word(new)
    return any(before[place].code != after[place].code for place in before.keys() & after.keys())


def _by_word(vocabulary: Vocabulary) -> Mapping[tuple[str, str], Term]:
    return {(section, term.word): term for section, terms in vocabulary.sections.items() for term in terms}


def _said(term: Term | None, language: str) -> str:
    """Write out everything that the vocabulary says of a word."""
    if term is None:
        return "(niets)" if language == "nl" else "(nothing)"
    silent = ("; altijd stil" if language == "nl" else "; always silent") if term.always_silent else ""
    return f"{term.code}; {term.label_nl}; {term.label_en}; {term.meaning}; {term.source}{silent}"

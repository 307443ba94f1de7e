"""Sets the answer to a person's request: one wording and one size, whatever is held of the person (abuse case A7)."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from gateway.core.policy.questions.words import Language
from gateway.core.subject_request import AnswerLine, Letter
from gateway.reading.page import Block, Line, Page, Table, heading, line, paragraph
from gateway.reading.pdf import page_pdf

PDF_BYTES: Final = 64 * 1024  # every letter is filled up to a multiple of this
_ROWS: Final = 8
_NOTHING: Final = "–"

#: Each in Dutch and English.
_TITLE: Final = ("Antwoord op uw verzoek", "Answer to your request")
_OPENING: Final = (
    "Uw verzoek om {right}, ontvangen op {letter.received_on}, is behandeld op {letter.answered_on}.",
    "Your request for {right}, received on {letter.received_on}, was dealt with on {letter.answered_on}.",
)
_REFERENCE: Final = (
    "Kenmerk: {letter.case_reference}. Stroom: {letter.lane}.",
    "Reference: {letter.case_reference}. Lane: {letter.lane}.",
)
_CAPTION: Final = ("Wat wij u mogen vertellen", "What we may tell you")
_COLUMNS: Final = (
    ("instantie", "betrokken sinds", "tot", "beslissing", "reden"),
    ("agency", "involved since", "until", "decision", "reason"),
)
_MEANING: Final = (
    "De tabel noemt wat wij u mogen vertellen; een lege regel betekent niets. Wat gewist moest worden, is gewist.",
    "The table lists what we may tell you; an empty row means nothing. What had to be erased, is erased.",
)
_DISAGREE: Final = ("Bent u het er niet mee eens?", "Do you disagree?")
_REMEDIES: Final = (
    "Maak binnen zes weken bezwaar bij de gemeente, klaag bij de Autoriteit Persoonsgegevens, of ga naar de rechter.",
    "Object within six weeks at the municipality, complain to the Data Protection Authority, or go to court.",
)
_RIGHTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "access": ("inzage (AVG, artikel 15)", "access (GDPR, article 15)"),
        "rectification": ("rectificatie (AVG, artikel 16)", "rectification (GDPR, article 16)"),
        "erasure": ("wissing (AVG, artikel 17)", "erasure (GDPR, article 17)"),
        "objection": ("bezwaar (AVG, artikel 21)", "objection (GDPR, article 21)"),
        "restriction": ("beperking (AVG, artikel 18)", "restriction (GDPR, article 18)"),
    }
)
_DECISIONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"upheld": ("toegewezen", "upheld"), "refused": ("afgewezen", "refused")}
)
_REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "justified": ("het verzoek is gegrond", "the request is justified"),
        "data_right": ("de gegevens kloppen", "the data are right"),
        "compelling_grounds": ("dwingende gronden", "compelling grounds"),
        "legal_duty": ("een wettelijke taak", "a legal duty"),
        "rights_of_others": ("de rechten van anderen", "the rights of others"),
        "safety": ("de veiligheid", "safety"),
    }
)


def answer_pdf(letter: Letter, language: Language) -> bytes:
    """Return the letter as PDF/UA; the same content always gives the same bytes, and every letter is of one size."""
    return _filled(page_pdf(answer_page(letter, language)))


def answer_page(letter: Letter, language: Language) -> Page:
    """Return the letter; what is not held, or may not be told, stands there as what does not exist."""
    say = 0 if language == "nl" else 1
    blocks: tuple[Block, ...] = (
        paragraph(_OPENING[say].format(right=_RIGHTS[letter.right][say], letter=letter)),
        paragraph(_REFERENCE[say].format(letter=letter)),
        _table(letter, say),
        paragraph(_MEANING[say]),
        heading(1, _DISAGREE[say]),
        paragraph(_REMEDIES[say]),
    )
    return Page(_TITLE[say], language, blocks)


def _table(letter: Letter, say: int) -> Table:
    columns = tuple(map(line, _COLUMNS[say]))
    rows = [_row(name, one, say) for name, one in letter.lines]
    empty = -len(rows) % _ROWS if rows else _ROWS
    rows += [tuple(line(_NOTHING) for _ in columns)] * empty
    return Table(line(_CAPTION[say]), columns, tuple(rows))


def _row(name: str, one: AnswerLine, say: int) -> tuple[Line, ...]:
    return tuple(map(line, _cells(name, one, say)))


def _cells(name: str, one: AnswerLine, say: int) -> Iterator[str]:
    yield name
    yield one.registered_on.isoformat()
    yield one.valid_until_on.isoformat()
    yield _DECISIONS[one.decision][say]
    yield _REASONS[one.reason][say]


def _filled(pdf: bytes) -> bytes:
    """Put a comment of spaces behind the file, and its trailer once more behind that: readers look there first."""
    start = pdf.rindex(b"startxref")
    trailer = pdf[start:].rstrip() + b"\n"
    room = -(len(pdf) + len(trailer) + 3) % PDF_BYTES
    return pdf + b"\n%" + b" " * room + b"\n" + trailer

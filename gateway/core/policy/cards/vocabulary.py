"""The closed vocabulary of the policy files: each Dutch word with its code name, labels, meaning and source."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.core.fingerprint import fingerprint
from gateway.core.policy.card import DisclosureLevel
from gateway.core.policy.cards.fields import Fields
from gateway.core.policy.cards.grammar import PURPOSE, SECTIONS, VOCABULARY, WORD, YES_OR_NO
from gateway.core.policy.cards.mistakes import Findings
from gateway.core.policy.cards.text import Tree, UnreadableText, read_tree


@dataclass(frozen=True, slots=True)
class Term:
    """One word as the files write it, with its code name, a Dutch and an English label, its meaning and source."""

    word: str
    code: str
    label_nl: str
    label_en: str
    meaning: str
    source: str
    always_silent: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words that a rule card may use; `always_silent` marks the purposes that no card can ever open."""

    version: int
    lanes: tuple[Term, ...]
    agency_kinds: tuple[Term, ...]
    purposes: tuple[Term, ...]
    flags: tuple[Term, ...]
    preconditions: tuple[Term, ...]
    mechanisms: tuple[Term, ...]
    levels: tuple[Term, ...]
    digest: str

    @property
    def sections(self) -> Mapping[str, tuple[Term, ...]]:
        """All words, by the headings of the file."""
        listed = (self.lanes, self.agency_kinds, self.purposes, self.flags, self.preconditions, self.mechanisms)
        return dict(zip(SECTIONS, (*listed, self.levels), strict=True))

    @property
    def always_silent(self) -> tuple[Term, ...]:
        """The purposes that are answered as no-hit in every lane (domain section 3)."""
        return tuple(term for term in self.purposes if term.always_silent)


def codes(terms: tuple[Term, ...]) -> Mapping[str, str]:
    """Map the words of some terms to their code names."""
    return {term.word: term.code for term in terms}


def load_vocabulary(text: str | bytes, *, name: str) -> Vocabulary:
    """Read a vocabulary file; raises PolicyRejected with every mistake at once, and nothing else, on any input."""
    raw, findings = as_bytes(text), Findings(name)
    fields = Fields(parse(raw, findings), "", findings, required=VOCABULARY.required)
    version = fields.number("woordenlijst")
    sections = {section: _section(fields, section, findings) for section in SECTIONS}
    found = {term.code for term in sections["treden"]}
    if fields.sound("treden") and found != {level.code for level in DisclosureLevel}:
        fields.reject("treden", f"moet precies deze codes hebben: {', '.join(level.code for level in DisclosureLevel)}")
    findings.raise_any()
    return Vocabulary(
        version=version,
        lanes=sections["stromen"],
        agency_kinds=sections["soorten-instantie"],
        purposes=sections["doelen"],
        flags=sections["vlaggen"],
        preconditions=sections["voorwaarden"],
        mechanisms=sections["mechanismen"],
        levels=sections["treden"],
        digest=fingerprint(raw),
    )


def as_bytes(text: str | bytes) -> bytes:
    """Give the bytes of a text; a character that has none in UTF-8 is left for the reader to refuse."""
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def parse(raw: bytes, findings: Findings) -> Tree:
    """Read the tree of a file; text that is no tree raises PolicyRejected at once: nothing else can be said of it."""
    try:
        return read_tree(raw)
    except UnreadableText as unreadable:
        findings.add(unreadable.place, "", unreadable.message)
        findings.raise_any()
        raise  # not reached: the line above raises


def _section(fields: Fields, section: str, findings: Findings) -> tuple[Term, ...]:
    keys = PURPOSE if section == "doelen" else WORD
    terms: list[Term] = []
    for word, tree, path in fields.named_rows(section):
        row = Fields(tree, path, findings, required=keys.required, optional=keys.optional)
        terms.append(_term(word, row))
        if row.sound("code") and terms[-1].code in {earlier.code for earlier in terms[:-1]}:
            row.reject("code", f"code '{terms[-1].code}' staat er dubbel")
    return tuple(terms)


def _term(word: str, row: Fields) -> Term:
    return Term(
        word=word,
        code=row.text("code"),
        label_nl=row.text("nl"),
        label_en=row.text("en"),
        meaning=row.text("betekenis"),
        source=row.text("bron"),
        always_silent="altijd-stil" in row and bool(row.code("altijd-stil", YES_OR_NO)),
    )

"""What somebody proposes to release: a title, why, and how much it opens, said before anybody counts."""

from dataclasses import dataclass
from typing import Final

from gateway.core.policy.cards.fields import Fields
from gateway.core.policy.cards.mistakes import Findings
from gateway.core.policy.cards.vocabulary import as_bytes, parse

PROPOSAL: Final = "voorstel.yaml"
_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal; `expected_opened` must be exactly the number of situations in which it lets more be told."""

    title: str
    why: str
    expected_opened: int


def read_proposal(text: str | bytes, *, name: str = PROPOSAL) -> Proposal:
    """Read a proposal file; raises PolicyRejected with every mistake at once, and nothing else, on any input."""
    raw, findings = as_bytes(text), Findings(name)
    root = Fields(parse(raw, findings), "", findings, required=("voorstel", "waarom", "verwachte-verruiming"))
    widening = root.table("verwachte-verruiming", required=("geopend",))
    proposal = Proposal(root.text("voorstel"), root.text("waarom"), _count(widening, "geopend"))
    findings.raise_any()
    return proposal


def _count(fields: Fields, key: str) -> int:
    """Read a whole number that may be nothing at all, and large: a lane has thousands of situations."""
    found = fields.text(key)
    if found.isascii() and found.isdigit() and len(found) <= _MOST_DIGITS:
        return int(found)
    if key in fields and fields.sound(key):
        fields.reject(key, "verwacht een geheel getal vanaf 0")
    return 0

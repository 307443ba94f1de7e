"""The one place that turns what an agency sends into what the index stores."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal
from keys.tokens import IndexToken, PersonToken, SealedElement


@dataclass(frozen=True, slots=True)
class Converted:
    """A person token turned into what the index stores."""

    index_token: IndexToken
    sealed: SealedElement
    epoch: int


class Converter(Protocol):
    """The one place that holds conversion factors (protocol section 5); adapter of `keys.conversion.Converter`."""

    def convert(
        self, rows: Sequence[tuple[PersonToken, str]], *, agency: Oin, lane: str, of_nobody: Collection[str] = ()
    ) -> tuple[Converted | Refusal, ...]:
        """Convert (token, registration id) pairs, one answer each in order; a bad token spoils no other (G14).

        Registrations `of_nobody` cost the same and are refused for the same reasons, but what comes of them is of
        chance: it never equals that of any person.
        """

    def conceal(self, text: bytes, *, row: str) -> bytes:
        """Encrypt what the index keeps for one row without reading it."""

    def reveal(self, concealed: bytes, *, row: str) -> bytes:
        """Return what was concealed for this row; it opens for no other."""

"""What is asked of registering, row by row, and what becomes of it before and after it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.core.events import Event, Value
from gateway.core.home_ban import HomeBan
from gateway.core.involvement import Registration
from gateway.core.policy import PolicySet
from gateway.core.refusals import Refused
from gateway.protocol.messages.registrations import RegisterInvolvement
from keys.signing import Signed


@dataclass(frozen=True, slots=True)
class Row:
    """One registration asked for: row 0 for a single call, 1.. for the lines of a batch; or the line's own fault."""

    number: int
    asked: RegisterInvolvement | Refused
    ban: HomeBan | None = None  # what is recorded with it, when it is a home ban


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row that the policy permits, converted and ready to be written, with its events; or refused.

    The receipt names the first event. `said` is what the event of a refusal tells of the row, and `purpose` what its
    body asked for, which the signed part may not have named. `term_asked` says that the caller named the end of the
    term.
    """

    number: int
    ready: tuple[Registration, tuple[Event, ...]] | Refused
    said: Mapping[str, Value] = field(default_factory=dict)
    purpose: str = ""
    term_asked: bool = False
    ban: HomeBan | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A signed call (or a chunk of a batch) ready for the commit group.

    `first` is False for the later chunks of a batch: their nonce was admitted with the first. `policies` permitted it,
    on the day `today_on`.
    """

    call: Signed[tuple[Row, ...]]
    rows: tuple[PreparedRow, ...]
    policies: PolicySet
    today_on: date
    first: bool = True


RowAnswer = bytes | Refused  # a receipt's JSON, or why the row was refused
Outcome = tuple[RowAnswer, ...] | Refused  # one answer a row, or the whole call refused

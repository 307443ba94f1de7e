"""Where registrations are kept while they stand, and what comes after them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from gateway.core.archive import Bygone, GivenHint, Hint
from gateway.core.involvement import Ending, Oin, Registration
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.matches import MatchJob
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.identities import Identity
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.tokens import IndexToken


class Registrations(Protocol):
    """The registrations of the index."""

    def add(self, registrations: Sequence[Registration]) -> None:
        """Add them, each with its match job, in as many statements as tables."""

    def one(self, registration: str, *, agency: Oin) -> Registration | None:
        """Return this agency's registration; another agency's is as absent as one that never was (G24)."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Registration, ...]:
        """Return this agency's registrations with an id after `after`, in order of id."""

    def renew(self, registration: str, *, valid_until_on: date, notice: SubjectNotice) -> None:
        """Give an active registration its new end and notice."""

    def end(self, registrations: Sequence[str], *, status: RegistrationStatus, reason: str, ending: Ending) -> None:
        """End registrations and their standing matches; the agency's other active ones of the person match anew."""

    def several(self, registrations: Sequence[str]) -> tuple[Registration, ...]:
        """Return registrations of any agency, in order of id: for the house itself, never for a caller."""

    def record_notice(self, registration: str, notice: SubjectNotice) -> None:
        """Put another notice on a registration that goes on."""

    def restrict(self, registration: str) -> None:
        """Take an active registration out of matching without ending it; its standing matches end."""

    def lift(self, registration: str) -> None:
        """Let a restricted registration match again."""

    def identify(self, before: Registration, person: Converted, *, key_id: bytes, identity: Identity) -> None:
        """Say anew whom an active registration is about: its matches end; what its agency has left matches anew."""

    def namesakes(self, person: IndexToken, *, agency: Oin) -> tuple[Registration, ...]:
        """Return this agency's active registrations of a person who was confirmed without a number."""

    def due_to_expire(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return registrations that nobody has ended and whose end has come by the database's clock."""


class Archive(Protocol):
    """What is kept of registrations that are over; whoever keeps, gives or erases has claimed their persons."""

    def keep(self, until: Mapping[str, datetime]) -> None:
        """Keep registrations that are over, each until an instant."""

    def forget(self, registrations: Sequence[str], *, cases: bool) -> None:
        """Erase whose they were; with `cases` also their agencies' own references, oversight and handovers by them."""

    def bygones(self, persons: Collection[IndexToken]) -> tuple[Bygone, ...]:
        """Return for whom the archive has a hint about these persons: active ones registered after it was over."""

    def give(self, hints: Sequence[Hint]) -> None:
        """Record hints; of each archived registration there is one, ever."""

    def given_to(self, registration: str) -> tuple[GivenHint, ...]:
        """Return the hints that were given to this registration and that the archive still keeps."""

    def due_to_purge(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return archived registrations whose time is over by the database's clock."""


class CoolDowns(Protocol):
    """What a withdrawal soon after registering leaves behind (domain rule 10)."""

    def has_met(self, registration: str) -> bool:
        """Return whether a registration was ever in a match."""

    def holds(self, match: str, *, agency: Oin) -> bool:
        """Return whether this agency lately withdrew in haste what had met the other side of this match."""


class Reminders(Protocol):
    """What agencies are to be reminded of, by the calendar of Amsterdam; each thing once."""

    def due(self, kind: AlertKind, *, today_on: date) -> bool:
        """Return whether anybody is to be reminded of a notice or of the end of a term; cheap, outside a change."""

    def take(self, kind: AlertKind, *, today_on: date, limit: int) -> tuple[tuple[str, Oin], ...]:
        """Return registrations of which the agency is to be reminded, and whose they are; it will not be again."""

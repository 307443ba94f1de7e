"""The life of a match: opened for two parties, answered by one, closed when both have reported contact."""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.core.involvement import Oin
from gateway.core.ladder import RaisedAlert, StepDays
from gateway.core.policy import DisclosureLevel
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages import ContactOutcome, LadderStep, MatchState
from keys.tokens import IndexToken


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a match: its own registration, what it may learn of the other, and what it reported."""

    agency: Oin
    registration: str
    case_reference: str
    level: DisclosureLevel
    rules: tuple[str, ...]
    legal_basis: tuple[str, ...]
    why_nl: str
    why_en: str
    outcome: ContactOutcome | None = None


@dataclass(frozen=True, slots=True)
class OpenedMatch:
    """A match as it is recorded: both parties, both alerts; there is no way to make one with a single alert.

    `more` are alerts besides those two, for desks that are to hear of it at once.
    """

    id: str
    lane: str
    index_token: IndexToken
    parties: tuple[Party, Party]
    alerts: tuple[str, str]
    due_on: date
    calendar: str
    policy_digest: str
    days: StepDays = StepDays()
    more: tuple[RaisedAlert, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingMatch:
    """A match as one party sees it: `own` is that party, the rest is what the other side registered with."""

    id: str
    lane: str
    state: MatchState
    opened_at: datetime
    due_on: date
    calendar: str
    own: Party
    other: Oin
    other_contact_id: str
    other_flag: str
    other_outcome: ContactOutcome | None
    step: LadderStep = LadderStep.REPORTER
    next_step_on: date | None = None


def state_after(match: StandingMatch, outcome: ContactOutcome, *, reason: str | None) -> MatchState:
    """Return the state after this party's report: answered, or closed when the other had reported too.

    Raises:
        Refused: the match has ended, or there was no contact and no reason is given (domain rule 14).
    """
    if match.state in {MatchState.ENDED, MatchState.VOID}:
        raise Refused(Refusal.MATCH_ENDED)
    if outcome is ContactOutcome.NONE and reason is None:
        raise Refused(Refusal.OUTCOME_NEEDS_REASON)
    return MatchState.ANSWERED if match.other_outcome is None else MatchState.CLOSED

"""The life of a match: opened for two parties, answered by one, closed when both have reported contact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from gateway.core.involvement import Oin
from gateway.core.ladder import NO_LADDER, RaisedAlert, StepDays
from gateway.core.policy import DisclosureLevel
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import ContactOutcome, Handler, LadderStep, MatchKind, MatchState, Side
from keys.tokens import IndexToken

#: How long a desk counts as right after its agency said so; then the ladder starts at its deputy.
CONFIRM_EVERY: Final = timedelta(days=90)

#: The kinds of alert that say no more than that a match was made: whoever muted it knows.
KNOWN: Final = (AlertKind.MATCH, AlertKind.PARENT_MATCH)


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
    muted: bool = False
    handled_by: Handler = Handler.REPORTER
    named_coordinator: Oin | None = None
    desk: str = ""  # the conflict desk, where it hears of this match at no other


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
    days: StepDays = NO_LADDER
    more: tuple[RaisedAlert, ...] = ()
    kinds: tuple[AlertKind, AlertKind] = (AlertKind.MATCH, AlertKind.MATCH)
    kind: MatchKind = MatchKind.PERSON_MATCH


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
    mute_asked: bool = False
    other_mute_asked: bool = False
    other_named_coordinator: Oin | None = None
    case_coordinator: Oin | None = None
    desk_confirmed_at: datetime | None = None
    kind: MatchKind = MatchKind.PERSON_MATCH

    @property
    def over(self) -> bool:
        """Whether it ended or never was."""
        return self.state in {MatchState.ENDED, MatchState.VOID}

    def side(self, agency: Oin | None) -> Side | None:
        """Return which side an agency is, or nothing for none."""
        return None if agency is None else Side.OWN if agency == self.own.agency else Side.OTHER

    def agency(self, side: Side) -> Oin:
        """Return which agency is on a side."""
        return self.own.agency if side is Side.OWN else self.other


@dataclass(frozen=True, slots=True)
class Mute:
    """That a party hears nothing more of a person with another party, since both asked for it in a match."""

    match: str
    lane: str
    index_token: IndexToken
    pair: tuple[Oin, Oin]
    agency: Oin
    kind: MatchKind = MatchKind.PERSON_MATCH


def state_after(match: StandingMatch, outcome: ContactOutcome, *, reason: str | None) -> MatchState:
    """Return the state after this party's report: answered, or closed when the other had reported too.

    Raises:
        Refused: the match has ended, or there was no contact and no reason is given (domain rule 14).
    """
    check_goes_on(match)
    if outcome is ContactOutcome.NONE and reason is None:
        raise Refused(Refusal.OUTCOME_NEEDS_REASON)
    return MatchState.ANSWERED if match.other_outcome is None else MatchState.CLOSED


def check_goes_on(match: StandingMatch) -> None:
    """Refuse what is asked of a match that is over."""
    if match.over:
        raise Refused(Refusal.MATCH_ENDED)


def handler_of(user_role: str) -> Handler:
    """Return who takes a match over under this role; raises Refused for one that stands in for nobody."""
    if user_role not in {Handler.DEPUTY, Handler.COORDINATOR}:
        raise Refused(Refusal.ROLE_NOT_ADMITTED)
    return Handler(user_role)


def check_may_mute(match: StandingMatch) -> None:
    """Refuse to mute what is over, or before this party said that it is already in contact (domain rule 14)."""
    check_goes_on(match)
    if match.own.outcome is not ContactOutcome.ALREADY_IN_CONTACT:
        raise Refused(Refusal.MUTE_NEEDS_CONTACT)


def lapsed(mutes: Iterable[Mute], opened: Sequence[OpenedMatch]) -> tuple[Mute, ...]:
    """Return the mutes that new matches end: of whoever now meets a third agency about the person.

    The other party of the mute is not in the new match, so nothing changes for it: it does not learn of the third.
    """
    return tuple(
        mute
        for mute in mutes
        if any(mute.agency in _pair(match) and mute.pair != _pair(match) for match in opened if _same(mute, match))
    )


def kept_muted(match: OpenedMatch, mutes: Iterable[Mute]) -> OpenedMatch:
    """Return a new match as parties that muted its pair have it: already in contact, and nothing to hear.

    A report anew, or one while monitoring runs, is news whoever muted what.
    """
    asked = {mute.agency for mute in mutes if _same(mute, match) and mute.pair == _pair(match)}
    news = {party.agency for party, kind in zip(match.parties, match.kinds, strict=True) if kind not in KNOWN}
    low, high = (_quiet(party) if party.agency in asked - news else party for party in match.parties)
    return replace(match, parties=(low, high))


def _quiet(party: Party) -> Party:
    return replace(party, outcome=ContactOutcome.ALREADY_IN_CONTACT, muted=True)


def _same(mute: Mute, match: OpenedMatch) -> bool:
    return (mute.kind, mute.lane, mute.index_token) == (match.kind, match.lane, match.index_token)


def _pair(match: OpenedMatch) -> tuple[Oin, Oin]:
    low, high = sorted(party.agency for party in match.parties)
    return low, high

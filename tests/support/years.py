"""A year of matches in two municipalities, and whoever asks what came of them."""

from dataclasses import replace

from gateway.core.events import EventKind
from gateway.flows.matching.match import match_waiting
from gateway.flows.reporting.usefulness import usefulness
from gateway.protocol.messages.matches import ContactOutcome
from gateway.protocol.messages.usefulness import LaneUsefulness, Usefulness
from gateway.store import SqlStore
from keys.parties import Role
from keys.trust import TrustList
from tests.support.house import TestAgency, agencies
from tests.support.ladders import Ladder, at

YEAR = 2025
MARCH = at(2025, 3, 3)
DRAWN_UP = at(2026, 2, 1, 0)


class Year:
    """A house of the ladder tests with an officer, in the spring of a year."""

    def __init__(self, store: SqlStore) -> None:
        """Open it."""
        self.ladder = Ladder(store, MARCH)
        *_, officer = agencies(9)
        self.officer = replace(officer, kind="", role=Role.OFFICER)
        small = self.ladder.small
        small.parties = (*small.parties, self.officer)
        small.trust = TrustList(tuple(one.party() for one in small.parties))
        self._persons = iter(range(10_000))

    def meets(self, one: TestAgency, other: TestAgency, *, times: int) -> list[str]:
        """Let two agencies meet over so many persons; return the new matches."""
        known = set(self._matches(one))
        asked = [(each, person) for person in (next(self._persons) for _ in range(times)) for each in (one, other)]
        self.ladder.small.register_many(asked)
        while match_waiting(self.ladder.small.house).jobs:
            pass
        return [match for match in self._matches(one) if match not in known]

    def tells(self, who: TestAgency, matches: list[str], outcome: ContactOutcome = ContactOutcome.CONTACTED) -> None:
        """Let an agency report on matches."""
        for match in matches:
            self.ladder.report(who, match, outcome)

    def asks(self, who: TestAgency, *, year: int = YEAR, municipality: str = "") -> Usefulness:
        """Ask for the figures."""
        small = self.ladder.small
        return usefulness(small.signed(who, None), small.house, year=year, municipality=municipality)

    def youth(self, who: TestAgency, *, municipality: str = "") -> LaneUsefulness:
        """Ask for the figures of the lane of youth."""
        (lane,) = self.asks(who, municipality=municipality).lanes
        return lane

    def drawn_up(self) -> int:
        """Return how often figures were drawn up."""
        return len(self.ladder.happened(EventKind.USEFULNESS_DRAWN_UP))

    def _matches(self, one: TestAgency) -> list[str]:
        page = self.ladder.store.view("page", lambda view: view.matches.page(one.oin, after="", limit=9_999))
        return [match.id for match in page]

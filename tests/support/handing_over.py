"""What tests of safety oversight say in one line: Veilig Thuis registers, holds, offers; a local team answers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.overseeing.answer_handover import Answering, accept_handover, refuse_handover, withdraw_handover
from gateway.flows.overseeing.begin_oversight import begin_oversight
from gateway.flows.overseeing.offer_handover import offer_handover
from gateway.flows.overseeing.show_handover import list_handovers, show_handover
from gateway.flows.registering import register
from gateway.flows.registering.list_own import own_registration
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchState, MatchView
from gateway.protocol.messages.oversight import (
    AcceptHandover,
    BeginOversight,
    HandoverRefusalReason,
    HandoverView,
    HandoverWithdrawalReason,
    OfferHandover,
    OversightBegun,
    RefuseHandover,
    WithdrawHandover,
)
from gateway.protocol.messages.registrations import OwnRegistration, Receipt, WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore
from tests.support.house import SmallHouse, TestAgency, agencies, involvement, receipt_of

# The order in which `agencies` hands out the kinds.
POLICE, VEILIG_THUIS, LOCAL_TEAM, SCHOOL, MENTAL_HEALTH, YOUTH_PROTECTION = range(6)
OTHER_VEILIG_THUIS, OTHER_LOCAL_TEAM = 7, 8
RADAR = "vt-radar"
CONDITIONS, OTHER_CONDITIONS = "a" * 64, "b" * 64
_OVER = {MatchState.ENDED, MatchState.VOID}


@dataclass
class Lane:
    """The lane of Veilig Thuis in a small house with two agencies of most kinds."""

    small: SmallHouse

    @classmethod
    def opened(cls, store: SqlStore) -> "Lane":
        """Open a house of twelve agencies, each with its desk."""
        small = SmallHouse(store, agencies(12))
        small.open_desks()
        return cls(small)

    def registers(
        self,
        number: int,
        flag: str,
        *,
        person: int | str = "child",
        until: date | None = None,
        purpose: str = RADAR,
        on: date | None = None,
    ) -> Receipt:
        """Register a person; a refusal is raised."""
        today_on = on or datetime.now(UTC).date()
        asked = involvement(person, today_on, lane="veilig_thuis", purpose=purpose, flag=flag, valid_until=until)
        rows: tuple[register.Row, ...] = (register.Row(0, asked),)
        call = self.small.signed(self.agency(number), rows, purpose=purpose)
        prepared = register.prepare(call, self.small.house, today_on=today_on)
        return receipt_of(register.record([prepared], self.small.house)[0])

    def matches(self) -> None:
        """Do the worker's matching."""
        match_waiting(self.small.house)

    def leaves(self, number: int, receipt: Receipt, reason: WithdrawalReason = WithdrawalReason.RISK_GONE) -> None:
        """Withdraw a registration."""
        wanted = Withdrawal(receipt.id, WithdrawRegistration(reason=reason))
        withdraw(self.small.signed(self.agency(number), wanted, purpose=RADAR), self.small.house)

    def begins(self, number: int, receipt: Receipt) -> OversightBegun:
        """Say that it holds safety oversight by this registration."""
        asked = BeginOversight(registration_id=receipt.id)
        call = self.small.signed(self.agency(number), asked, purpose=RADAR)
        return OversightBegun.model_validate_json(begin_oversight(call, self.small.house))

    def match_of(self, number: int, receipt: Receipt) -> str:
        """Return the standing match of a registration that has one."""
        (match,) = self.matches_of(number, receipt)
        return match

    def matches_of(self, number: int, receipt: Receipt) -> set[str]:
        """Return the standing matches of a registration."""
        call = self.small.signed(self.agency(number), None, purpose=RADAR)
        found = list_matches(call, self.small.house, after="").matches
        return {one.id for one in found if one.registration_id == receipt.id and one.state not in _OVER}

    def looks(self, number: int, match: str) -> MatchView:
        """Look at a match."""
        return show_match(self.small.signed(self.agency(number), None, purpose=RADAR), self.small.house, match)

    def shows(self, number: int, receipt: Receipt) -> OwnRegistration:
        """Look at an own registration."""
        call = self.small.signed(self.agency(number), None, purpose=RADAR)
        return own_registration(call, self.small.house, receipt.id)

    def offers(
        self,
        number: int,
        receipt: Receipt,
        match: str,
        conditions: str = CONDITIONS,
        *,
        purpose: str = RADAR,
        key: str | None = None,
    ) -> HandoverView:
        """Offer safety oversight to the other of a match."""
        asked = OfferHandover(registration_id=receipt.id, match_id=match, conditions_version=conditions)
        call = self.small.signed(self.agency(number), asked, purpose=purpose, key=key)
        return HandoverView.model_validate_json(offer_handover(call, self.small.house))

    def accepts(
        self, number: int, handover: str, conditions: str = CONDITIONS, *, purpose: str = RADAR, key: str | None = None
    ) -> HandoverView:
        """Take safety oversight."""
        asked = Answering(handover, AcceptHandover(conditions_version=conditions))
        call = self.small.signed(self.agency(number), asked, purpose=purpose, key=key)
        return HandoverView.model_validate_json(accept_handover(call, self.small.house))

    def refuses(
        self, number: int, handover: str, reason: HandoverRefusalReason = HandoverRefusalReason.NO_CAPACITY
    ) -> HandoverView:
        """Do not take it."""
        asked = Answering(handover, RefuseHandover(reason=reason))
        call = self.small.signed(self.agency(number), asked, purpose=RADAR)
        return HandoverView.model_validate_json(refuse_handover(call, self.small.house))

    def takes_back(self, number: int, handover: str) -> HandoverView:
        """Take an offer back."""
        asked = Answering(handover, WithdrawHandover(reason=HandoverWithdrawalReason.SITUATION_CHANGED))
        call = self.small.signed(self.agency(number), asked, purpose=RADAR)
        return HandoverView.model_validate_json(withdraw_handover(call, self.small.house))

    def sees(self, number: int, handover: str, *, purpose: str = RADAR) -> HandoverView:
        """Look at a handover."""
        call = self.small.signed(self.agency(number), None, purpose=purpose)
        return show_handover(call, self.small.house, handover)

    def lists(self, number: int) -> list[HandoverView]:
        """List one's handovers."""
        call = self.small.signed(self.agency(number), None, purpose=RADAR)
        return list(list_handovers(call, self.small.house, after="").handovers)

    def agency(self, number: int) -> TestAgency:
        """Return the agency of a number."""
        return self.small.parties[number]


@dataclass(frozen=True)
class Case:
    """A person of whom Veilig Thuis holds safety oversight, and the match with the local team that is involved too."""

    lane: Lane
    report: Receipt
    team: Receipt
    match: str

    @classmethod
    def begun(cls, lane: Lane, *, person: int | str = "child", team: int = LOCAL_TEAM) -> "Case":
        """Let both register, meet, and Veilig Thuis hold safety oversight."""
        report = lane.registers(VEILIG_THUIS, "open_report", person=person)
        local = lane.registers(team, "involved", person=person)
        lane.matches()
        lane.begins(VEILIG_THUIS, report)
        return cls(lane, report, local, lane.match_of(team, local))

    def offered(self, conditions: str = CONDITIONS) -> HandoverView:
        """Let Veilig Thuis offer safety oversight to the local team."""
        return self.lane.offers(VEILIG_THUIS, self.report, self.match, conditions)

    def holder(self, looking: int = VEILIG_THUIS) -> str | None:
        """Return the name of who holds safety oversight, as a party of the match sees it."""
        held = self.lane.looks(looking, self.match).safety_oversight
        return None if held is None else held.holder


def alert_kinds(lane: Lane, number: int) -> list[AlertKind]:
    """Return of which kinds the alerts in an inbox are, oldest first."""
    oin = lane.agency(number).oin
    found = lane.small.store.view("inbox", lambda view: view.alerts.waiting(oin, limit=1000))
    return [alert.kind for alert in found]

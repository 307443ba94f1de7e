"""Makes the calls of the simulated year: each signed, verified and carried through the flow that real calls take."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, TypeVar

from gateway.core.refusals import Refused
from gateway.flows.matching.report_contact import Report, report_contact
from gateway.flows.mechanisms.end_consents import withdraw_consent
from gateway.flows.mechanisms.impose_ban import row_of_ban
from gateway.flows.mechanisms.record_consent import record_consent
from gateway.flows.mechanisms.safety_cases import close_case, open_case
from gateway.flows.overseeing.answer_handover import Answering, accept_handover, refuse_handover
from gateway.flows.overseeing.begin_oversight import begin_oversight
from gateway.flows.overseeing.offer_handover import offer_handover
from gateway.flows.registering import register
from gateway.flows.registering.renew import Renewal, renew
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling import desks, hear
from gateway.protocol.messages.alerts import AcknowledgeAlerts
from gateway.protocol.messages.consents import ConsentRecorded, RecordConsent
from gateway.protocol.messages.home_bans import ImposeHomeBan
from gateway.protocol.messages.matches import ContactOutcome, ReportContact
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.oversight import (
    AcceptHandover,
    BeginOversight,
    HandoverRefusalReason,
    HandoverView,
    OfferHandover,
    RefuseHandover,
)
from gateway.protocol.messages.registrations import Receipt, RenewRegistration, WithdrawalReason, WithdrawRegistration
from gateway.protocol.messages.safety_cases import CaseOpened, OpenCase
from keys.signing import Signed
from tests.support.house import DESK, SmallHouse, TestAgency, involvement, receipt_of, token_of

T = TypeVar("T")

PURPOSES: Final = {
    "youth": "youth-coordination",
    "veilig_thuis": "vt-radar",
    "adult": "adult-coordination",
    "home_ban": "home-ban-support",
    "safety_house": "case-conference",
}
_CONDITIONS: Final = "a" * 64


class Calls:
    """The agencies of a region at their gateway."""

    def __init__(self, small: SmallHouse) -> None:
        """Carry calls into a house."""
        self.small = small
        self.house = small.house
        self.count = 0
        self.refused = 0

    def registers(
        self, asked: Sequence[tuple[TestAgency, str, str, dict[str, object]]], *, on: date
    ) -> list[Receipt | None]:
        """Register (agency, lane, person, what differs) as one commit group; nothing for one that was refused."""
        group = []
        for agency, lane, person, changes in asked:
            members = {"lane": lane, "purpose": PURPOSES[lane], **changes}
            row = register.Row(0, involvement(person, on, **members))
            group.append(self._prepared(agency, lane, row, on))
        return self._recorded(group)

    def imposes(self, desk: TestAgency, person: str, *, on: date) -> Receipt | None:
        """Record a home ban."""
        asked = ImposeHomeBan(
            token=token_of(person).encode(),
            purpose=PURPOSES["home_ban"],
            case_reference="B-1",
            contact_id=DESK,
            attested=True,
            subject_notice=_told(on),
            starts_on=on,
        )
        row = row_of_ban(asked, self.house, agency=desk.oin, today_on=on)
        return self._recorded([self._prepared(desk, "home_ban", row, on)])[0]

    def renews(self, agency: TestAgency, lane: str, registration: str, *, on: date, until: date | None) -> bool:
        """Attest anew; a ban is extended by it."""
        ban = lane == "home_ban"
        asked = RenewRegistration(
            attested=True,
            preconditions=("ban_imposed",) if ban else (),
            subject_notice=_told(on),
            valid_until=until,
        )
        call = self.small.signed(agency, Renewal(registration, asked, of_ban=ban), purpose=PURPOSES[lane])
        return self._did(lambda: renew(call, self.house, today_on=on)) is not None

    def withdraws(self, agency: TestAgency, lane: str, registration: str, reason: WithdrawalReason) -> bool:
        """Withdraw a registration."""
        wanted = Withdrawal(registration, WithdrawRegistration(reason=reason))
        call = self.small.signed(agency, wanted, purpose=PURPOSES[lane])
        return self._did(lambda: withdraw(call, self.house)) is not None

    def reports(self, agency: TestAgency, match: str, outcome: ContactOutcome) -> bool:
        """Report what came of the contact."""
        reason = "not-reached" if outcome is ContactOutcome.NONE else None
        call = self.small.signed(agency, Report(match, ReportContact(outcome=outcome, reason=reason)))
        return self._did(lambda: report_contact(call, self.house)) is not None

    def acknowledges(self, agency: TestAgency, alerts: Sequence[str]) -> None:
        """Take alerts into one's own records."""
        call = self.small.signed(agency, AcknowledgeAlerts(alerts=tuple(alerts)))
        self._did(lambda: hear.acknowledge(call, self.house))

    def consents(self, agency: TestAgency, person: str, toward: str, *, on: date) -> str | None:
        """Record that a person consents."""
        asked = RecordConsent(
            token=token_of(person).encode(),
            lane="adult",
            purpose=PURPOSES["adult"],
            case_reference="Z-1",
            attested=True,
            kinds=(toward,),
            given_on=on,
        )
        call = self.small.signed(agency, asked, purpose=PURPOSES["adult"])
        body = self._did(lambda: record_consent(call, self.house, today_on=on))
        return None if body is None else ConsentRecorded.model_validate_json(body).id

    def withdraws_consent(self, agency: TestAgency, consent: str) -> None:
        """Say that the person took a consent back."""
        call = self.small.signed(agency, None, purpose=PURPOSES["adult"])
        self._did(lambda: withdraw_consent(call, self.house, consent))

    def opens_case(self, agency: TestAgency, reference: str, other: TestAgency, *, on: date) -> str | None:
        """Put a case on the list of the safety house."""
        purpose = PURPOSES["safety_house"]
        asked = OpenCase(
            lane="safety_house",
            purpose=purpose,
            case_reference=reference,
            attested=True,
            participants=(other.oin,),
            accepted_on=on,
        )
        body = self._did(lambda: open_case(self.small.signed(agency, asked, purpose=purpose), self.house, today_on=on))
        return None if body is None else CaseOpened.model_validate_json(body).id

    def closes_case(self, agency: TestAgency, case: str) -> None:
        """Close it."""
        call = self.small.signed(agency, None, purpose=PURPOSES["safety_house"])
        self._did(lambda: close_case(call, self.house, case))

    def begins(self, agency: TestAgency, report: str) -> bool:
        """Say that an agency holds safety oversight."""
        call = self._radar(agency, BeginOversight(registration_id=report))
        return self._did(lambda: begin_oversight(call, self.house)) is not None

    def offers(self, agency: TestAgency, report: str, match: str) -> str | None:
        """Offer safety oversight through a match."""
        asked = OfferHandover(registration_id=report, match_id=match, conditions_version=_CONDITIONS)
        call = self._radar(agency, asked)
        body = self._did(lambda: offer_handover(call, self.house))
        return None if body is None else HandoverView.model_validate_json(body).id

    def accepts(self, agency: TestAgency, handover: str) -> bool:
        """Take it."""
        call = self._radar(agency, Answering(handover, AcceptHandover(conditions_version=_CONDITIONS)))
        return self._did(lambda: accept_handover(call, self.house)) is not None

    def refuses(self, agency: TestAgency, handover: str) -> bool:
        """Do not take it."""
        call = self._radar(agency, Answering(handover, RefuseHandover(reason=HandoverRefusalReason.NO_CAPACITY)))
        return self._did(lambda: refuse_handover(call, self.house)) is not None

    def confirms_desk(self, agency: TestAgency) -> None:
        """Say that a desk is still right."""
        self._did(lambda: desks.confirm_desk(self.small.signed(agency, None), self.house, DESK))

    def _radar(self, agency: TestAgency, message: T) -> Signed[T]:
        return self.small.signed(agency, message, purpose=PURPOSES["veilig_thuis"])

    def _prepared(self, agency: TestAgency, lane: str, row: register.Row, on: date) -> register.Prepared:
        rows: tuple[register.Row, ...] = (row,)
        call = self.small.signed(agency, rows, purpose=PURPOSES[lane])
        return register.prepare(call, self.house, today_on=on)

    def _recorded(self, group: Sequence[register.Prepared]) -> list[Receipt | None]:
        self.count += len(group)
        answers: list[Receipt | None] = []
        for outcome in register.record(group, self.house):
            try:
                answers.append(receipt_of(outcome))
            except Refused:
                self.refused += 1
                answers.append(None)
        return answers

    def _did(self, act: Callable[[], bytes]) -> bytes | None:
        self.count += 1
        try:
            return act()
        except Refused:
            self.refused += 1
            return None


def _told(on: date) -> SubjectNotice:
    return SubjectNotice(status=NoticeStatus.GIVEN, on=on)

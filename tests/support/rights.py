"""What tests of rights say in one line: a desk takes a request, the worker routes it, agencies advise, desks decide."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.core.events import EventKind
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches
from gateway.flows.registering import register
from gateway.flows.registering.list_own import own_registration
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.rights.answer_request import Answered, answer_requests, show_answer
from gateway.flows.rights.decide_item import advise_on_item, decide_item, list_items
from gateway.flows.rights.erasures import export_erasures
from gateway.flows.rights.route_requests import route_requests
from gateway.flows.rights.take_request import About, extend_request, show_request, take_request
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.registrations import OwnRegistration, Receipt, WithdrawalReason, WithdrawRegistration
from gateway.protocol.messages.subject_requests import (
    Advice,
    AdviceReason,
    AdviseOnItem,
    AgeClass,
    Asker,
    DecideItem,
    DecisionReason,
    ExtendSubjectRequest,
    ExtensionReason,
    ItemDecision,
    SubjectRequestItem,
    SubjectRequestView,
    SubjectRight,
    TakeSubjectRequest,
)
from gateway.reading.subject_answer import answer_pdf
from gateway.store import SqlStore
from keys.parties import Role
from keys.purge_receipts import sign_purge
from keys.signing_key import SigningKey
from tests.support.house import SmallHouse, TestAgency, agencies, involvement, receipt_of, token_of
from tests.support.ladders import policies_of_all_years
from tests.support.records import inbox
from tests.support.stores import HeldClock, hold_clock

HERE, ELSEWHERE = "hereby", "elsewhere"
KEY = SigningKey.from_seed(bytes(range(32)))
PURPOSE = "subject-rights"
BOTH = (Asker.PERSON, Asker.REPRESENTATIVE)


def parties() -> tuple[TestAgency, ...]:
    """Return two agencies and the desk of one municipality, one and the desk of another, a lost desk and an officer."""
    police, veilig_thuis, team, desk, far_desk, lost_desk, officer = agencies(7)
    return (
        *(replace(one, municipality=HERE) for one in (police, team)),
        replace(veilig_thuis, municipality=ELSEWHERE),
        replace(desk, kind="municipality", municipality=HERE),
        replace(far_desk, kind="municipality", municipality=ELSEWHERE),
        replace(lost_desk, kind="municipality"),
        replace(officer, kind="", role=Role.OFFICER),
    )


@dataclass
class Desk:
    """A house with desks of two municipalities, over one database whose clock is held."""

    store: SqlStore
    moment: datetime
    clock: HeldClock = field(init=False)
    small: SmallHouse = field(init=False)
    journal: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the desks at the moment."""
        self.clock = hold_clock(self.store, self.moment)
        self.small = SmallHouse(self.store, parties(), policies_of_all_years())
        self.police, self.team, self.far_agency, self.desk, self.far_desk, self.lost_desk, self.officer = (
            self.small.parties
        )
        self.small.parties = self.small.parties[:6]
        self.small.open_desks()

    def pass_days(self, days: int) -> None:
        """Let days go by."""
        self.moment += timedelta(days=days)
        self.clock.set(self.moment)

    def registers(self, agency: TestAgency, person: int | str, *, notice: SubjectNotice | None = None) -> Receipt:
        """Register a person on the day it is."""
        today_on = self.moment.date()
        asked = involvement(person, today_on, **({} if notice is None else {"subject_notice": notice}))
        rows: tuple[register.Row, ...] = (register.Row(0, asked),)
        call = self.small.signed(agency, rows)
        (outcome,) = register.record([register.prepare(call, self.small.house, today_on=today_on)], self.small.house)
        return receipt_of(outcome)

    def matches(self) -> None:
        """Match whatever waits."""
        while match_waiting(self.small.house).jobs:
            pass

    def match_ids(self, agency: TestAgency) -> dict[str, str]:
        """Return the matches of an agency, each with its state."""
        page = list_matches(self.small.signed(agency, None), self.small.house, after="", limit=100)
        return {match.id: match.state.value for match in page.matches}

    def shows(self, agency: TestAgency, registration: str) -> OwnRegistration:
        """Return a registration as its agency sees it."""
        return own_registration(self.small.signed(agency, None), self.small.house, registration)

    def withdraws(self, agency: TestAgency, registration: str, reason: WithdrawalReason) -> None:
        """Withdraw a registration."""
        asked = Withdrawal(registration, WithdrawRegistration(reason=reason))
        withdraw(self.small.signed(agency, asked), self.small.house)

    def takes(
        self,
        person: int | str,
        right: SubjectRight,
        *,
        at: TestAgency | None = None,
        age: AgeClass = AgeClass.FROM_16,
        asked_by: tuple[Asker, ...] = (Asker.PERSON,),
        **changes: Any,
    ) -> SubjectRequestView:
        """Take a request at a desk."""
        asked = TakeSubjectRequest(
            token=token_of(person).encode(),
            lane="youth",
            purpose=PURPOSE,
            case_reference="AVG-7",
            right=right,
            age_class=age,
            asked_by=asked_by,
            attested=True,
            **changes,
        )
        call = self.small.signed(at or self.desk, asked, purpose=PURPOSE)
        return SubjectRequestView.model_validate_json(take_request(call, self.small.house))

    def routes(self) -> int:
        """Work as the worker does for new requests."""
        return route_requests(self.small.house)

    def items(self, caller: TestAgency, *, only: str = "") -> tuple[SubjectRequestItem, ...]:
        """Return what an agency advises on, or a desk or officer decides."""
        call = self.small.signed(caller, None, purpose=PURPOSE)
        return list_items(call, self.small.house, after="", only=only, limit=100).items

    def advises(
        self,
        agency: TestAgency,
        item: str,
        advice: Advice = Advice.AGREE,
        reason: AdviceReason = AdviceReason.NO_LONGER_INVOLVED,
    ) -> SubjectRequestItem:
        """Give an advice."""
        asked = About(item, AdviseOnItem(advice=advice, reason=reason))
        call = self.small.signed(agency, asked, purpose=PURPOSE)
        return SubjectRequestItem.model_validate_json(advise_on_item(call, self.small.house))

    def decides(
        self,
        caller: TestAgency,
        item: str,
        decision: ItemDecision = ItemDecision.UPHELD,
        reason: DecisionReason = DecisionReason.JUSTIFIED,
    ) -> SubjectRequestItem:
        """Decide an item."""
        asked = About(item, DecideItem(decision=decision, reason=reason))
        call = self.small.signed(caller, asked, purpose=PURPOSE)
        return SubjectRequestItem.model_validate_json(decide_item(call, self.small.house))

    def settles(self, agency: TestAgency, decision: ItemDecision = ItemDecision.UPHELD) -> None:
        """Route, and let an agency advise on and its desk decide all that is open."""
        self.routes()
        for item in self.items(agency):
            if item.decision is None:
                self.advises(agency, item.id)
                self.decides(self.desk, item.id, decision)

    def extends(self, request: str, *, at: TestAgency | None = None) -> SubjectRequestView:
        """Take two months longer."""
        asked = About(request, ExtendSubjectRequest(reason=ExtensionReason.COMPLEX, told=True))
        call = self.small.signed(at or self.desk, asked, purpose=PURPOSE)
        return SubjectRequestView.model_validate_json(extend_request(call, self.small.house))

    def shows_request(self, request: str, *, at: TestAgency | None = None) -> SubjectRequestView:
        """Return a request as a desk sees it."""
        return show_request(self.small.signed(at or self.desk, None, purpose=PURPOSE), self.small.house, request)

    def exports(self) -> int:
        """Write the erasure journal to a list."""
        return export_erasures(self.small.house, append=self.journal.extend)

    def answers(self) -> int:
        """Answer what is ready, after the journal is written."""
        self.exports()
        return answer_requests(self.small.house, sign=lambda statement: sign_purge(statement, key=KEY))

    def letter(self, request: str, *, at: TestAgency | None = None) -> Answered:
        """Return the answer to a request."""
        return show_answer(self.small.signed(at or self.desk, None, purpose=PURPOSE), self.small.house, request)

    def pdf(self, request: str) -> bytes:
        """Return the letter as it is handed over."""
        return answer_pdf(self.letter(request).letter, "nl")

    def alert_kinds(self, agency: TestAgency) -> list[AlertKind]:
        """Return why an agency is alerted."""
        return [alert.kind for alert in inbox(self.store, agency.oin)]

    def events(self, kind: EventKind) -> list[dict[str, object]]:
        """Return the events of a kind."""
        rows = self.store.view("events", lambda view: view.events.page(after="", limit=9_999))
        return [dict(row.event.fields) for row in rows if row.event.kind is kind]


def now() -> datetime:
    """Return the moment at which signed calls of tests are made, to the second."""
    return datetime.now(UTC).replace(microsecond=0)

"""A refused call has its event and spends its nonce (G21, G28), whatever it asked for and whyever it was refused."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.report_contact import Report, report_contact
from gateway.flows.matching.show_match import show_match
from gateway.flows.registering.list_own import own_registrations
from gateway.flows.registering.register import Row, prepare, record
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling.desks import put_desk
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.matches import ContactOutcome, ReportContact
from gateway.protocol.messages.registrations import WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore
from tests.support.house import SmallHouse, agencies, involvement

NOBODYS_MATCH = "mat_01ARZ3NDEKTSV4RRFFQ69G5FAV"
NOBODYS_REGISTRATION = "reg_01ARZ3NDEKTSV4RRFFQ69G5FAV"
WITHDRAWN = WithdrawRegistration(reason=WithdrawalReason.RISK_GONE)
REPORT = Report(NOBODYS_MATCH, ReportContact(outcome=ContactOutcome.CONTACTED))


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house of two agencies."""
    house = SmallHouse(store, agencies(2))
    house.open_desks()
    return house


def _desk(desk: str, deputy: str | None = None) -> ContactDesk:
    return ContactDesk(id=desk, name="Desk", phone="010 000 00 00", email="a@agency.example", deputy_id=deputy)


def _refusals(small: SmallHouse) -> list[tuple[object, object]]:
    rows = small.store.view("events", lambda view: view.events.page(after="", limit=999))  # type: ignore[attr-defined]
    refused = [row.event for row in rows if row.event.kind is EventKind.CALL_REFUSED]
    return [(event.fields["verb"], event.fields["refusal"]) for event in refused]


ASKED: list[tuple[str, Callable[[SmallHouse], object]]] = [
    ("show match", lambda small: show_match(small.signed(small.parties[0], None), small.house, NOBODYS_MATCH)),
    ("report contact", lambda small: report_contact(small.signed(small.parties[0], REPORT), small.house)),
    (
        "withdraw",
        lambda small: withdraw(
            small.signed(small.parties[0], Withdrawal(NOBODYS_REGISTRATION, WITHDRAWN)), small.house
        ),
    ),
]


@pytest.mark.parametrize(("verb", "ask"), ASKED)
def test_asking_for_what_is_not_ones_own_leaves_an_event(
    small: SmallHouse, verb: str, ask: Callable[[SmallHouse], object]
) -> None:
    """Whoever probes for ids is seen."""
    with pytest.raises(Refused) as refused:
        ask(small)

    assert Refusal.NOT_FOUND is refused.value.refusal
    assert [(verb, "not_found")] == _refusals(small)


def test_a_refused_call_takes_no_effect_when_it_is_sent_again_later(small: SmallHouse) -> None:
    """A desk whose deputy was unknown is not put by a replay once the deputy exists."""
    police = small.parties[0]
    call = small.signed(police, _desk("cnt_night", "cnt_day"))
    with pytest.raises(Refused) as unknown:
        put_desk(call, small.house)
    put_desk(small.signed(police, _desk("cnt_day")), small.house)

    with pytest.raises(Refused) as replayed:
        put_desk(call, small.house)

    assert (Refusal.CONTACT_UNKNOWN, Refusal.SIGNATURE_REPLAYED) == (unknown.value.refusal, replayed.value.refusal)
    assert [("put desk", "contact_unknown"), ("put desk", "signature_replayed")] == _refusals(small)


REGISTERED = {"lane": "youth", "flag": "involved", "preconditions": ()}
CODE_WORD = {"lane": "handle_with_care", "flag": "unheard-of-flag", "preconditions": ("consent_valid", "b1234567")}


@pytest.mark.parametrize(
    ("changes", "refusal", "said"),
    [
        ({"valid_until": "2020-01-01"}, "term_past", REGISTERED),
        ({"flag": "unheard-of-flag"}, "flag_not_admitted", {"lane": "youth", "preconditions": ()}),
        ({"contact_id": "cnt_unknown"}, "contact_unknown", REGISTERED),
        ({"contact_id": "cnt_unknown", "preconditions": ("b1234567",)}, "contact_unknown", REGISTERED),
        ({"lane": "unheard-of-lane", "preconditions": ("consent_valid",)}, "lane_unknown", {}),
        (CODE_WORD, "lane_not_built", {"lane": "handle_with_care", "preconditions": ()}),
    ],
)
def test_a_refused_registration_says_what_was_asked_in_the_words_of_the_cards(
    small: SmallHouse, changes: dict[str, object], refusal: str, said: dict[str, object]
) -> None:
    """Lane, flag and preconditions as far as a card has such words: no text of a caller gets into an event."""
    today_on = datetime.now(UTC).date()
    rows: tuple[Row, ...] = (Row(0, involvement("child", today_on, **changes)),)
    record([prepare(small.signed(small.parties[0], rows), small.house, today_on=today_on)], small.house)

    page = small.store.view("events", lambda view: view.events.page(after="", limit=999))  # type: ignore[attr-defined]
    (event,) = [row.event for row in page if row.event.kind is EventKind.CALL_REFUSED]
    told = {name: event.fields[name] for name in ("lane", "flag", "preconditions") if name in event.fields}
    assert (refusal, said) == (event.fields["refusal"], told)


def test_a_replayed_read_leaves_an_event(small: SmallHouse) -> None:
    """Reading twice with one signature is refused and seen."""
    call = small.signed(small.parties[0], None)
    own_registrations(call, small.house, after="")
    with pytest.raises(Refused):
        own_registrations(call, small.house, after="")

    assert [("list registrations", "signature_replayed")] == _refusals(small)


def test_a_refused_withdrawal_undoes_the_matching_that_it_began(small: SmallHouse) -> None:
    """What was matched on the way to a refusal is matched by the worker instead, once and with its event."""
    police, school = small.parties
    receipt = small.register(police, "child")
    wanted = Withdrawal(receipt.id, WITHDRAWN)
    withdraw(small.signed(police, wanted), small.house)
    small.register(school, "child")
    small.register(police, "child")
    with pytest.raises(Refused) as refused:
        withdraw(small.signed(police, wanted), small.house)

    assert Refusal.NOT_ACTIVE is refused.value.refusal
    assert 1 == match_waiting(small.house).matches

"""A key holder evaluates for an agency under its own key, within its quota, and not without a row in the log."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from keys import oprf
from keys.evaluations import TOKEN_EVALUATIONS, EvaluateTokens
from keys.group import Element
from keys.labels import KeyLabel, bsn_input
from keys.wire import LabelMessage
from tests.support.federation import person_numbers
from tests.support.holders import HoldersHere, agency_label, holders_here, index_label, signed_post
from tests.support.parties import NOW, agency, with_key

QUOTA = 30  # over all holders together; each of three grants 30 * 2 / 3 = 20


@pytest.fixture
def circle(tmp_path: Path) -> Iterator[HoldersHere]:
    """Three holders, of whom two evaluate, with the key of the first agency."""
    with holders_here(tmp_path, quota=QUOTA) as circle:
        circle.learn(agency_label(circle.people.agencies[0]))
        yield circle


def blinded(count: int) -> list[Element]:
    """Return blinded persons."""
    return oprf.blind([bsn_input(bsn) for bsn in person_numbers(count)])[1]


@pytest.mark.parametrize(("t", "n"), [(1, 1), (2, 3)])
def test_any_t_holders_make_the_same_tokens(tmp_path: Path, t: int, n: int) -> None:
    """One holder or three: the same code, the same wire, proofs that fit the pinned keys."""
    with holders_here(tmp_path, t=t, n=n) as circle:
        school = circle.people.agencies[0]
        label = agency_label(school)
        circle.learn(label)
        first = circle.tokens(label, person_numbers(3), by=school, holders=tuple(range(1, t + 1)))
        last = circle.tokens(label, person_numbers(3), by=school, holders=tuple(range(n - t + 1, n + 1)))

    assert [token.encode() for token in first] == [token.encode() for token in last]


def test_another_agencys_key_is_refused(circle: HoldersHere) -> None:
    """The label must be the caller's own: who signed decides, not what the body says."""
    school, police = circle.people.agencies

    reply = circle.evaluate(1, agency_label(school), blinded(1), by=police)

    assert (403, "policy-label-other-agency") == (reply.status, reply.code)


def test_an_index_key_is_never_evaluated(circle: HoldersHere) -> None:
    """Nobody gets an evaluation under the key that the index itself uses."""
    circle.learn(index_label())

    assert (
        "policy-label-other-agency" == circle.evaluate(1, index_label(), blinded(1), by=circle.people.agencies[0]).code
    )


def test_only_agencies_are_served(circle: HoldersHere) -> None:
    """The gateway takes no part in making tokens."""
    label = agency_label(circle.people.agencies[0])

    assert "policy-caller-not-admitted" == circle.evaluate(1, label, blinded(1), by=circle.people.gateway).code


def test_a_label_without_a_key_is_refused(circle: HoldersHere) -> None:
    """A holder that has not agreed to a key makes none up."""
    school = circle.people.agencies[0]

    reply = circle.evaluate(1, agency_label(school, lane="adult"), blinded(1), by=school)

    assert (404, "state-label-unknown") == (reply.status, reply.code)


def test_a_stranger_is_refused(circle: HoldersHere) -> None:
    """A key outside this holder's own registry counts for nothing; even its refusal is signed, against forgery."""
    stranger = agency(1)

    reply = circle.evaluate(1, agency_label(stranger), blinded(1), by=stranger)

    assert (401, "signature-key-unknown") == (reply.status, reply.code)
    assert reply.header("signature"), "a refusal that nobody signed"  # `circle` verified it


def test_each_holder_has_its_own_registry(circle: HoldersHere) -> None:
    """One holder that revokes an agency's key no longer serves it; the others decide for themselves."""
    school = circle.people.agencies[0]
    revoked = circle.trust.with_party(with_key(school.party, revoked_at=NOW))
    revoked.save(circle.homes[0].trust_file)
    circle.restart(1)

    codes = [circle.evaluate(index, agency_label(school), blinded(1), by=school).code for index in (1, 2)]

    assert ["signature-key-revoked", ""] == codes


@pytest.mark.parametrize("element", [bytes(32), b"\xff" * 32, bytes((1, *bytes(31)))])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_no_element_is_refused(circle: HoldersHere, element: bytes, place: int) -> None:
    """The identity and bytes that encode nothing, at any place; nothing is counted for it."""
    school = circle.people.agencies[0]
    elements = blinded(3)
    elements[place] = Element(element)

    reply = circle.evaluate(1, agency_label(school), elements, by=school)

    assert (400, "request-element-invalid") == (reply.status, reply.code)
    assert 0 == circle.running[1].log.used(school.oin, since=NOW - timedelta(days=1))


def test_a_thousand_are_evaluated_at_once_and_no_more(tmp_path: Path) -> None:
    """A call takes up to 1,000 elements, within 64 KB."""
    with holders_here(tmp_path, t=1, n=1) as circle:
        school = circle.people.agencies[0]
        label = agency_label(school)
        circle.learn(label)
        many = blinded(1) * 1_000
        body = EvaluateTokens(label=LabelMessage.of(label), elements=tuple(many)).to_json()
        too_many = body.replace(b'"elements":[', b'"elements":["' + b"A" * 43 + b'",')

        assert len(body) < 64 * 1024
        assert 200 == circle.post(1, TOKEN_EVALUATIONS, body, by=school).status
        assert "request-member-invalid" == circle.post(1, TOKEN_EVALUATIONS, too_many, by=school).code


def test_the_quota_is_each_holders_own(circle: HoldersHere) -> None:
    """A holder grants Q*t/n, whatever the others do, and says so when it is used up (G34)."""
    school = circle.people.agencies[0]
    label = agency_label(school)

    replies = [circle.evaluate(1, label, blinded(10), by=school) for _ in range(3)]
    other = circle.evaluate(2, label, blinded(10), by=school)

    assert [200, 200, 429] == [reply.status for reply in replies]
    assert ("limit-quota-exhausted", 20, "3600") == (
        replies[2].code,
        replies[2].json["limit"],
        replies[2].header("retry-after"),
    )
    assert 200 == other.status


def test_the_quota_survives_a_restart_and_ends_after_a_day(circle: HoldersHere) -> None:
    """It is counted from the log, so stopping the holder gives nothing back; tomorrow does."""
    school = circle.people.agencies[0]
    label = agency_label(school)
    circle.evaluate(1, label, blinded(20), by=school)
    circle.restart(1)
    today = circle.evaluate(1, label, blinded(1), by=school).code
    circle.clock += timedelta(hours=24)

    assert ("limit-quota-exhausted", "") == (today, circle.evaluate(1, label, blinded(20), by=school).code)


def test_a_batch_that_does_not_fit_the_quota_takes_nothing_of_it(circle: HoldersHere) -> None:
    """What was refused is not counted."""
    school = circle.people.agencies[0]
    label = agency_label(school)

    codes = [circle.evaluate(1, label, blinded(count), by=school).code for count in (15, 6, 5)]

    assert ["", "limit-quota-exhausted", ""] == codes


def test_a_replayed_call_is_refused_also_after_a_restart(circle: HoldersHere) -> None:
    """The nonce is unique in the log, not in memory (G21)."""
    school = circle.people.agencies[0]
    message = EvaluateTokens(label=LabelMessage.of(agency_label(school)), elements=tuple(blinded(1)))
    call = signed_post(circle.holder(1), TOKEN_EVALUATIONS, message, school.key, circle.now)

    first = circle.send(circle.holder(1), call)
    again = circle.send(circle.holder(1), call)
    circle.restart(1)
    later = circle.send(circle.holder(1), call)

    assert [200, 401, 401] == [first.status, again.status, later.status]
    assert "signature-replayed" == again.code == later.code


def test_a_call_to_one_holder_is_no_call_to_another(circle: HoldersHere) -> None:
    """The address is signed: what one holder was asked cannot be carried to the next."""
    school = circle.people.agencies[0]
    message = EvaluateTokens(label=LabelMessage.of(agency_label(school)), elements=tuple(blinded(1)))
    call = signed_post(circle.holder(1), TOKEN_EVALUATIONS, message, school.key, circle.now)

    carried = replace(call, target_uri=circle.holder(2).url + TOKEN_EVALUATIONS)

    assert "signature-invalid" == circle.send(circle.holder(2), carried).code


def test_the_log_says_who_asked_how_many_under_which_label(circle: HoldersHere) -> None:
    """One row per served call, with the digest of what was signed, and never an element or a token."""
    school = circle.people.agencies[0]
    circle.evaluate(1, agency_label(school), blinded(7), by=school)

    entry = circle.running[1].log.entries()[-1]

    assert ("token-evaluations", school.oin, f"agency/{school.oin}/youth/1", 7, NOW) == (
        entry.call,
        entry.caller,
        entry.label,
        entry.count,
        entry.at,
    )
    assert (32, school.key.key_id) == (len(entry.digest), entry.key_id)


def test_without_a_log_nothing_is_evaluated(circle: HoldersHere) -> None:
    """When the row cannot be written, the agency gets nothing but "try again later" (G5, G28)."""
    school = circle.people.agencies[0]
    with sqlite3.connect(circle.homes[0].folder / "log.sqlite") as elsewhere:
        elsewhere.execute("ALTER TABLE calls RENAME TO gone")
    elsewhere.close()

    reply = circle.evaluate(1, agency_label(school), blinded(1), by=school)

    assert (503, "upstream-log-unavailable", "5") == (reply.status, reply.code, reply.header("retry-after"))


def test_an_erased_label_is_never_evaluated_again(circle: HoldersHere) -> None:
    """An agency that left: its salts are gone, also after a restart; others are not touched."""
    school, police = circle.people.agencies
    circle.learn(agency_label(police))
    circle.running[1].seeds.erase(agency_label(school))
    circle.restart(1)

    codes = [circle.evaluate(1, agency_label(one), blinded(1), by=one).code for one in (school, police)]

    assert ["state-label-unknown", ""] == codes


def test_a_label_that_is_none_is_refused(circle: HoldersHere) -> None:
    """An agency's label without an owner is no label."""
    school = circle.people.agencies[0]
    label = LabelMessage(kind="agency", owner="", lane="youth", epoch=1)

    reply = circle.post(1, TOKEN_EVALUATIONS, EvaluateTokens(label=label, elements=tuple(blinded(1))), by=school)

    assert ("request-member-invalid", "label") == (reply.code, reply.json["member"])


def test_a_refusal_to_a_known_caller_is_signed_and_bound(circle: HoldersHere) -> None:
    """Nobody between agency and holder can make up that the quota is used up."""
    school, police = circle.people.agencies

    reply = circle.evaluate(1, KeyLabel("agency", school.oin, "youth", 1), blinded(1), by=police)

    assert reply.header("signature").startswith("sig1=:")

"""The catalogue of problems and the one table from refusals to it."""

import json
from datetime import date

import pytest

from gateway.api.problems import detail_of, language_of, problem_json, problem_of, refused_row
from gateway.core.policy import Denied
from gateway.core.refusals import Refusal, Refused
from gateway.flows.deciding.refusal_of_policy import refused_by_policy
from gateway.protocol.problems import FAMILIES, PROBLEMS
from tests.support.cards import basis_until, policy
from tests.support.gateways import Neighborhood


def test_every_refusal_has_one_problem_and_every_problem_one_refusal() -> None:
    """The two closed lists fit one another exactly."""
    told = [problem_of(refusal).code for refusal in Refusal]

    assert sorted(PROBLEMS) == sorted(told)


def test_every_problem_has_a_family_and_a_status_that_fit() -> None:
    """The first word of a code says who can mend it, and so does its status."""
    allowed = {
        "signature": {401},
        "request": {400, 405, 413, 415},
        "policy": {403},
        "state": {404, 409},
        "limit": {429},
        "upstream": {500, 503},
    }

    assert set(FAMILIES) == {problem.family for problem in PROBLEMS.values()}
    assert [] == [code for code, problem in PROBLEMS.items() if problem.status not in allowed[problem.family]]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "nl"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("nl,en;q=0.5", "nl"),
        ("nl;q=0.2, en;q=0.8", "en"),
        ("de", "nl"),
        ("*", "nl"),
        (";;;,q=9", "nl"),
    ],
)
def test_the_language_is_the_callers(header: str, language: str) -> None:
    """Dutch unless English is wanted more (RFC 9110, section 12.5.4)."""
    assert language == language_of(header)


def test_a_problem_names_facts_and_where_to_read_more() -> None:
    """The clock problem says by how much, in the member and in the sentence."""
    refused = Refused(Refusal.SIGNATURE_CLOCK, seconds=93, direction="behind")

    problem = json.loads(problem_json(refused, language="en", public_url="https://g.example", correlation_id="c1"))

    assert {
        "type": "https://g.example/v1/problems/signature-clock",
        "title": "The sender's clock is off.",
        "status": 401,
        "detail": "The sender's clock is off (seconds: 93, direction: behind).",
        "code": "signature-clock",
        "fix": PROBLEMS["signature-clock"].fix_en,
        "correlationId": "c1",
        "seconds": 93,
        "direction": "behind",
    } == problem


def test_the_policys_own_words_come_in_the_callers_language() -> None:
    """A denial carries why in two languages; a caller gets one."""
    refused = Refused(Refusal.POLICY_EXPIRED, rule="", why_nl="Daarom.", why_en="Because.")

    assert "De regelkaart van deze stroom geldt nu niet. Daarom." == detail_of(refused, "nl")
    assert refused_row(refused, "en").detail.startswith("The lane's rule card is not in force now. Because.")


def test_every_problem_has_its_page(standing: Neighborhood) -> None:
    """`/v1/problems` lists the catalogue; each code has a page, for programs and for people."""
    listed = [problem["code"] for problem in standing.get("/v1/problems").json()["problems"]]
    page = standing.get("/v1/problems/state-not-active", accept="text/html,*/*", accept_language="en")

    assert list(PROBLEMS) == listed
    assert "text/html; charset=utf-8" == page.headers["content-type"]
    assert "<h1>The registration is no longer active.</h1>" in page.text
    assert 404 == standing.get("/v1/problems/nothing-like-it").status_code


def test_a_refusal_by_the_policy_explains_itself_wherever_it_is_met(here: Neighborhood) -> None:
    """Rule, basis with law and article, why, and what would be allowed: as a problem, in a row, and beforehand."""
    caller = here.caller()
    asked = caller.involvement(flag="care_report")
    alone = caller.call("POST", "/v1/registrations", asked, headers={"accept-language": "en"}).json()
    ndjson = {"content-type": "application/x-ndjson", "accept-language": "en"}
    (row,) = caller.call("POST", "/v1/registration-batches", json.dumps(asked).encode(), headers=ndjson).json()["rows"]
    checked = caller.call("POST", "/v1/policy-checks", {name: asked[name] for name in ("lane", "purpose", "flag")})

    why = "This flag may not be given in this lane."
    assert ("policy-flag-not-admitted", ["involved"], why) == tuple(alone[name] for name in ("code", "allowed", "why"))
    assert "(allowed: involved)" in alone["detail"]
    expected = ("policy-flag-not-admitted", ["involved"], why)
    assert expected == tuple(row["problem"][name] for name in ("code", "allowed", "why"))
    said = checked.json()
    assert expected == (said["code"], said["allowed"], said["why"]["en"])


def test_a_lapsed_basis_is_named_with_law_and_article() -> None:
    """Whoever is refused can look the law up."""
    ended, on = policy(basis_until("jeugdwet-7.1.4.1", "2026-06-30")), date(2026, 7, 1)
    answer = ended.may_register(agency_kind="school", purpose="youth-coordination", flag="involved", on=on)
    assert isinstance(answer, Denied)

    refused = refused_by_policy(answer, ended)
    problem = json.loads(problem_json(refused, language="nl", public_url="https://g.example", correlation_id="c"))

    assert ("R1", ["jeugdwet-7.1.4.1: Jeugdwet 7.1.4.1"]) == (problem["rule"], problem["legalBasis"])
    assert "allowed" not in problem

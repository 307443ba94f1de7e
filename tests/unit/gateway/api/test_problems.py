"""The catalogue of problems and the one table from refusals to it."""

import json

import pytest

from gateway.api.problems import detail_of, language_of, problem_json, problem_of, refused_row
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.problems import FAMILIES, PROBLEMS
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

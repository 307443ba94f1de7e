"""The OpenAPI document: served, committed, and to the API Design Rules."""

import json
import subprocess
import sys
from pathlib import Path

from gateway.api.openapi import document, document_json, refusals_of
from gateway.api.routes import ENDPOINTS
from gateway.protocol.problems import PROBLEMS
from tests.support.gateways import URL, Neighborhood

HOUSE = Path(__file__).parents[4]
LINTER = Path(__file__).parents[3] / "support" / "adr_lint.py"


def test_the_committed_document_is_the_one_that_is_made() -> None:
    """`make docs` or `python -m gateway openapi > docs/openapi.json` brings it back in step."""
    assert document_json().decode() == (HOUSE / "docs" / "openapi.json").read_text(encoding="utf-8")


def test_the_design_rules_hold() -> None:
    """The linter of the NL API Design Rules finds no error."""
    ran = subprocess.run(
        [sys.executable, LINTER, HOUSE / "docs" / "openapi.json"], capture_output=True, text=True, check=False
    )

    assert (0, "0 errors, 0 warnings") == (ran.returncode, ran.stdout.strip().splitlines()[-1])


def test_the_linter_can_find_something(tmp_path: Path) -> None:
    """A document without its version header is found: the check above is one that can fail."""
    broken = document()
    for operation in broken["paths"]["/whoami"].values():
        del operation["responses"]["200"]["headers"]["API-Version"]
    (tmp_path / "openapi.json").write_text(json.dumps(broken), encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, LINTER, tmp_path / "openapi.json"], capture_output=True, text=True, check=False
    )

    assert (1, True) == (ran.returncode, "nlgov:missing-version-header" in ran.stdout)


def test_the_document_is_served_to_everybody(standing: Neighborhood) -> None:
    """Without a signature, to any site, and naming this gateway's own address."""
    answer = standing.get("/v1/openapi.json")

    assert document(URL) == answer.json()
    assert "*" == answer.headers["access-control-allow-origin"]


def test_every_problem_that_an_endpoint_may_give_is_documented() -> None:
    """Each status of each refusal stands in the document, with the codes behind it; no code stands nowhere."""
    paths = document()["paths"]
    documented: set[str] = set()
    for endpoint in ENDPOINTS:
        responses = paths[endpoint.path][endpoint.method.lower()]["responses"]
        for answer in responses.values():
            for content in answer.get("content", {}).values():
                documented |= content.get("examples", {}).keys()
        assert len(responses) > 1 or not refusals_of(endpoint)

    assert {"request-method-not-allowed"} == PROBLEMS.keys() - documented

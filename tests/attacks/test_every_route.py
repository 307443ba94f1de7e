"""G36 on each route: whatever is wrong with a call, its problem says what, and nothing has changed. From the routes."""

import re
from collections.abc import Iterable
from typing import Any

import httpx2
import pytest

from gateway.api.exchange import Endpoint
from gateway.api.routes import ENDPOINTS
from gateway.protocol.messages.base import BYTES_PER_CALL
from gateway.protocol.problems import PROBLEMS
from keys.parties import Role
from tests.attacks.test_hostile_bodies import HOSTILE
from tests.support.door import Door, Visitor
from tests.support.samples import places, put, sample

JSON = "application/json"
TAKING = [endpoint for endpoint in ENDPOINTS if endpoint.takes is not None and endpoint.content_type == JSON]
ALONE = [endpoint for endpoint in ENDPOINTS if endpoint.takes is None and endpoint.signed]
WITH_IDS = [endpoint for endpoint in ENDPOINTS if "{" in endpoint.path and endpoint.signed]
ODD: tuple[object, ...] = (
    None,
    True,
    7,
    -1,
    1.5,
    "",
    " ",
    "x" * 2_000,
    "<script>",
    "' OR 1=1 --",
    "../../etc",
    "%00",
    "\u202e",
    [],
    {},
    [[]],
    ["x"] * 2_000,
)
MARK = "canary-of-the-test"


def named(endpoint: Endpoint) -> str:
    """Return what a route is called in a report."""
    return endpoint.name


def caller_of(endpoint: Endpoint, door: Door) -> Visitor:
    """Return somebody who may make the call."""
    if Role.AGENCY in endpoint.roles:
        return door.visitor("police")
    others = {Role.SUPERVISOR: door.supervisor, Role.OFFICER: door.officer, Role.REGISTER: door.register}
    return next(ask() for role, ask in others.items() if role in endpoint.roles)


def concrete(path: str, ids: dict[str, str]) -> str:
    """Return the address of things that the caller has."""
    return re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], path)


def belongings(door: Door) -> dict[str, str]:
    """Return one of everything that has an id, the caller's own."""
    return door.belongings(door.visitor("police"), door.visitor("school"))


def unclear(answer: httpx2.Response) -> str | None:
    """Return what is wrong with the answer to a call that is wrong; nothing when it is a whole, known problem."""
    if not 400 <= answer.status_code < 500:
        return f"status {answer.status_code}"
    if answer.headers["content-type"] != "application/problem+json":
        return answer.headers["content-type"]
    said: dict[str, Any] = answer.json()
    if missing := {"type", "title", "status", "detail", "code", "fix", "correlationId"} - said.keys():
        return f"without {missing}"
    if said["code"] not in PROBLEMS or said["status"] != answer.status_code:
        return f"problem {said['code']}"
    return "an echo" if MARK in answer.text else None


def tried(
    door: Door,
    endpoint: Endpoint,
    bodies: Iterable[tuple[object, object]],
    owned: dict[str, str] | None = None,
    **headers: str,
) -> list[object]:
    """Send bodies to a route; return each that was not refused clearly, and assert that nothing changed meanwhile."""
    caller, owned = caller_of(endpoint, door), owned or belongings(door)
    before = door.belongings_now(door.visitor("police"))
    path = concrete(endpoint.path, owned)
    found: list[object] = [
        (at, wrong)
        for at, body in bodies
        if (wrong := unclear(door.send(caller.signs(endpoint.method, path, body, **headers)))) is not None
    ]
    assert before == door.belongings_now(door.visitor("police"))
    return found


def test_the_routes_of_this_file_are_those_of_the_gateway() -> None:
    """Each signed route is tried with a body or without one; the batch has a file of its own."""
    signed = {endpoint.name for endpoint in ENDPOINTS if endpoint.signed}
    assert {"registerBatch"} == signed - {endpoint.name for endpoint in (*TAKING, *ALONE)}
    assert 14 <= len(TAKING)


@pytest.mark.parametrize("endpoint", TAKING, ids=named)
def test_a_hostile_body_is_refused_everywhere(door: Door, endpoint: Endpoint) -> None:
    """Malformed, huge, deep, doubled, in another coding: the same refusals on each route that takes a body."""
    assert [] == tried(door, endpoint, HOSTILE.items())
    assert '"event": "fault"' not in door.said.getvalue()


@pytest.mark.parametrize("endpoint", TAKING, ids=named)
def test_a_member_that_is_not_there_or_not_known_is_named(door: Door, endpoint: Endpoint) -> None:
    """A member too many: which there are, and nothing of what came. A missing one: which it is."""
    caller, owned = caller_of(endpoint, door), belongings(door)
    body = sample(door.document(), endpoint.method, endpoint.path)
    path = concrete(endpoint.path, owned)
    answer = door.send(caller.signs(endpoint.method, path, {**body, "unknownMember": MARK}))
    assert (None, 400, False) == (unclear(answer), answer.status_code, "unknownMember" in answer.text)
    assert body.keys() <= set(answer.json()["allowed"])
    required = [name for name in body if name in _required(door, endpoint)]
    for name in required:
        answer = door.send(
            caller.signs(endpoint.method, path, {key: value for key, value in body.items() if key != name})
        )
        assert (None, 400, name) == (unclear(answer), answer.status_code, answer.json().get("member"))


@pytest.mark.parametrize("endpoint", TAKING, ids=named)
def test_no_value_of_another_kind_makes_a_route_stumble(door: Door, endpoint: Endpoint) -> None:
    """A wrong type, nothing, an empty or endless text, markup in each member: never a 5xx."""
    caller, owned = caller_of(endpoint, door), belongings(door)
    body = sample(door.document(), endpoint.method, endpoint.path)
    path = concrete(endpoint.path, owned)
    stumbled = [
        (at, value, status)
        for at in places(body)
        for value in ODD
        if (status := door.send(caller.signs(endpoint.method, path, put(body, at, value))).status_code) >= 500
    ]
    assert [] == stumbled
    assert '"event": "fault"' not in door.said.getvalue()


@pytest.mark.parametrize(
    "given",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": "application/x-ndjson"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_encoding": "gzip"},
    ],
    ids=str,
)
def test_another_type_or_coding_is_refused_everywhere(door: Door, given: dict[str, str]) -> None:
    """A body is JSON under its own name, on each route."""
    document, owned = door.document(), belongings(door)
    for endpoint in TAKING:
        body = sample(document, endpoint.method, endpoint.path)
        assert [] == tried(door, endpoint, [(endpoint.name, body)], owned, **given)


def test_a_body_over_the_limit_is_refused_everywhere(door: Door) -> None:
    """By its size, whatever is in it."""
    body = b'{"reason":"' + MARK.encode() + b"x" * BYTES_PER_CALL + b'"}'
    for endpoint in TAKING:
        answer = door.send(caller_of(endpoint, door).signs(endpoint.method, _somewhere(endpoint), body))
        assert (None, 413) == (unclear(answer), answer.status_code), endpoint.name


@pytest.mark.parametrize("endpoint", ALONE, ids=named)
def test_a_call_that_takes_no_body_may_not_have_one(door: Door, endpoint: Endpoint) -> None:
    """Neither a question nor a change that says all in its address."""
    assert [] == tried(door, endpoint, [("empty", b"{}"), ("marked", {"reason": MARK})])


@pytest.mark.parametrize("id_", ["x" * 81, "reg_%00", "..%2f..", "reg_1;drop", "reg_", "cnt_nowhere", "é"])
def test_an_id_that_is_none_is_not_found(door: Door, id_: str) -> None:
    """Of another form, too long or another thing's: refused as what does not exist, and not repeated."""
    for endpoint in WITH_IDS:
        body = sample(door.document(), endpoint.method, endpoint.path)
        if endpoint.path.startswith("/contacts/"):
            continue  # whoever puts a desk there names it
        path = re.sub(r"\{\w+\}", id_.replace("é", "%C3%A9"), endpoint.path)
        answer = door.send(caller_of(endpoint, door).signs(endpoint.method, path, body))
        assert (None, True) == (unclear(answer), answer.status_code in {400, 404}), (endpoint.name, answer.text)


def test_a_parameter_that_is_not_known_is_refused_everywhere(door: Door) -> None:
    """On each route that is read, once and twice."""
    for endpoint in ENDPOINTS:
        if not endpoint.signed or endpoint.method != "GET":
            continue
        for query in (f"search={MARK}", "limit=1&limit=1", "after=", "limit=x", "&", "a" * 600):
            path = f"{_somewhere(endpoint)}?{query}"
            answer = door.send(caller_of(endpoint, door).signs("GET", path))
            assert unclear(answer) is None, (endpoint.name, query, answer.text)


def test_a_method_that_a_route_does_not_have_is_refused_everywhere(door: Door) -> None:
    """With those that it has."""
    for path in {endpoint.path for endpoint in ENDPOINTS}:
        had = {endpoint.method for endpoint in ENDPOINTS if endpoint.path == path}
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - had:
            address = re.sub(r"\{\w+\}", "x_1", path)
            answer = door.send(door.visitor("police").signs(method, address, {} if method != "GET" else None))
            assert (None, 405) == (unclear(answer), answer.status_code), (method, path)
            assert had <= set(answer.headers["allow"].split(", "))


def _somewhere(endpoint: Endpoint) -> str:
    return re.sub(r"\{\w+\}", "reg_01ARZ3NDEKTSV4RRFFQ69G5FAV", endpoint.path)


def _required(door: Door, endpoint: Endpoint) -> set[str]:
    operation = door.document()["paths"][endpoint.path][endpoint.method.lower()]
    schema = operation["requestBody"]["content"][JSON]["schema"]
    if "$ref" in schema:
        schema = door.document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(schema.get("required", ()))

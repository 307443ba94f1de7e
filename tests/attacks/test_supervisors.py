"""G24: a match supervisor sees whether contact was made and can do nothing else; generated over every route."""

import re
from collections.abc import Iterator

import pytest

from tests.support.door import Door
from tests.support.samples import sample

ALLOWED = {
    ("GET", "/supervised-matches"),
    ("GET", "/alerts"),
    ("GET", "/alerts/stream"),
    ("POST", "/alert-acknowledgements"),
    ("GET", "/whoami"),
    ("GET", "/usefulness"),
    ("GET", "/coverage"),
}


def _signed_routes(door: Door) -> Iterator[tuple[str, str]]:
    for path, methods in door.document()["paths"].items():
        for method, described in methods.items():
            if method in {"get", "post", "put", "delete", "patch"} and "401" in described["responses"]:
                yield method.upper(), path


def test_every_allowed_route_exists(door: Door) -> None:
    """A route that was renamed would else be allowed for nothing."""
    assert set() == ALLOWED - set(_signed_routes(door))


def test_a_supervisor_can_do_nothing_else(door: Door) -> None:
    """Whatever the route, and before anything is looked up: the answer is that this party may not."""
    supervisor, owner = door.supervisor(), door.visitor("police")
    owned = door.belongings(owner, door.visitor("school"))
    before = door.belongings_now(owner)
    tried = 0
    for method, path in _signed_routes(door):
        if (method, path) in ALLOWED:
            continue
        target = re.sub(r"\{(\w+)\}", lambda name: owned.get(name[1], "any"), path)
        form = {"content_type": "application/x-ndjson"} if path == "/registration-batches" else {}
        call = supervisor.signs(method, target, sample(door.document(), method, path), **form)
        answer = door.send(call)
        assert (403, "policy-agency-not-admitted") == (answer.status_code, answer.json()["code"]), (method, path)
        tried += 1
    assert 15 <= tried
    assert before == door.belongings_now(owner)


@pytest.mark.parametrize("kind", ["police", "school"])
def test_an_agency_is_no_supervisor(door: Door, kind: str) -> None:
    """Not even of its own matches."""
    answer = door.send(door.visitor(kind).signs("GET", "/supervised-matches"))
    assert (403, "policy-agency-not-admitted") == (answer.status_code, answer.json()["code"])


def test_what_a_supervisor_sees_names_nobody(door: Door) -> None:
    """No agency, kind, case or registration, whatever there is to see."""
    owner, other = door.visitor("police"), door.visitor("school")
    owned = door.belongings(owner, other)
    answer = door.send(door.supervisor().signs("GET", "/supervised-matches"))
    assert [owned["matchId"]] == [match["id"] for match in answer.json()["matches"]][-1:]
    for told in (owner.oin, other.oin, "police", "school", "Instantie", "Z-1", owned["registrationId"], "cnt_"):
        assert told not in answer.text

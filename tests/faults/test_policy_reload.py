"""Reloading under load and under mishap: every answer is by one whole release, and none is dropped (G20)."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from deploy.local import Federation
from deploy.processes import LOOPBACK
from deploy.region.agencies import AGENCIES
from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.policies.directory import policy_files
from gateway.policies.following import PolicyReleases
from gateway.settings import Settings
from gateway.store import SqlStore, open_store
from tests.support.cards import POLICIES
from tests.support.followers import Follower, number_of
from tests.support.gateways import Caller, Neighborhood, neighborhood
from tests.support.releases import small_files

RELOADS = 20
LANES = ("jeugd", "volwassenen")
_SECONDS = 30.0
_BREATH_SECONDS = 0.0005
_VERSION = "versie: "


@pytest.fixture
def office(tmp_path: Path, small_store: SqlStore) -> Follower:
    """Return a folder in which nothing was released yet."""
    return Follower(tmp_path / "releases", small_store)


@contextmanager
def following(follower: PolicyReleases) -> Iterator[PolicyReleases]:
    """Let a process follow its folder."""
    follower.start()
    try:
        yield follower
    finally:
        follower.close()


def wait_for(follower: PolicyReleases, number: int) -> None:
    """Wait until a process obeys the release of this number."""
    until = time.monotonic() + _SECONDS
    while number_of(follower) != number:
        assert time.monotonic() < until, number_of(follower)
        time.sleep(0.005)


def test_whoever_reads_while_releases_change_sees_one_whole_release(office: Follower) -> None:
    """Both lanes of every set that is read are of one version, and versions only go up."""
    office.put(office.officers.release(small_files(1, lanes=LANES)))
    seen: list[list[tuple[int, ...]]] = [[] for _ in range(4)]
    stop = threading.Event()

    def read(into: list[tuple[int, ...]]) -> None:
        while not stop.wait(_BREATH_SECONDS):
            policies = follower.policies()
            versions = tuple(policy.version for lane in ("youth", "adult") if (policy := policies.lane(lane)))
            if not into or into[-1] != versions:
                into.append(versions)

    with following(office.start()) as follower, ThreadPoolExecutor(len(seen)) as readers:
        for each in seen:
            readers.submit(read, each)
        try:
            for version in range(2, 2 + RELOADS):
                office.put(office.officers.release(small_files(version, lanes=LANES)))
                wait_for(follower, version)
        finally:
            stop.set()

    for each in seen:
        assert [(version, version) for version, _ in each] == each
        assert sorted(each) == each
        assert len(each) > RELOADS // 2


def test_no_call_is_dropped_or_answered_by_two_releases(office: Follower, small_store: SqlStore) -> None:
    """Calls go on through twenty reloads: each is answered, in two languages of one version."""
    office.put(office.officers.release(small_files(1)))
    with following(office.start()) as follower, neighborhood(small_store, releases=follower) as here:
        stop = threading.Event()
        with ThreadPoolExecutor(3) as agencies:
            asking = [agencies.submit(_ask, here, stop) for _ in range(3)]
            try:
                for version in range(2, 2 + RELOADS):
                    office.next_release(version)
                    wait_for(follower, version)
            finally:
                stop.set()
            answers = [answer for agency in asking for answer in agency.result()]

    assert {200} == {status for status, _, _ in answers}
    assert [(nl, nl) for _, nl, _ in answers] == [(nl, en) for _, nl, en in answers]
    assert len({nl for _, nl, _ in answers}) > RELOADS // 2


def _ask(here: Neighborhood, stop: threading.Event) -> list[tuple[int, str, str]]:
    """Ask the policy until told to stop; return status, and the version that each language names."""
    caller, answers = here.caller(), list[tuple[int, str, str]]()
    while not stop.is_set():
        answer = _check(caller)
        why = answer.json().get("why", {"nl": "Versie ?.", "en": "Version !."})
        answers.append((answer.status_code, why["nl"].removeprefix("Versie "), why["en"].removeprefix("Version ")))
    return answers


def _check(caller: Caller) -> httpx2.Response:
    asked = {"lane": "youth", "purpose": "youth-coordination", "flag": "involved"}
    return caller.call("POST", "/v1/policy-checks", asked)


def test_a_folder_that_goes_away_and_comes_back_changes_nothing(office: Follower) -> None:
    """A share that is not mounted for a while: what is in force stays, and health says that its file is gone."""
    office.next_release(1)
    follower = office.start()
    office.folder.rename(office.folder.with_name("unmounted"))

    follower.look()
    assert (1, True) == (number_of(follower), follower.in_force.file_gone)

    office.folder.with_name("unmounted").rename(office.folder)
    office.next_release(2)
    follower.look()
    assert (2, False, []) == (number_of(follower), follower.in_force.file_gone, office.refusals())


def test_a_store_that_is_away_only_delays_a_release(
    office: Follower, monkeypatch: pytest.MonkeyPatch, small_store: SqlStore
) -> None:
    """Nothing takes effect that is not on record first; when the store is back, the next look takes it in."""
    office.next_release(1)
    with following(office.start()) as follower:
        change = small_store.change
        failed = threading.Event()

        def away(*_: object) -> None:
            failed.set()
            raise Refused(Refusal.STORE_UNAVAILABLE)

        monkeypatch.setattr(small_store, "change", away)
        office.next_release(2)
        assert failed.wait(_SECONDS)
        assert 1 == number_of(follower)

        monkeypatch.setattr(small_store, "change", change)
        wait_for(follower, 2)

    assert [1, 2] == [event["number"] for event in office.events(EventKind.POLICY_LOADED)]


def test_gateway_and_worker_take_up_a_release_and_keep_it(tmp_path: Path) -> None:
    """Real processes: a release reaches all of them; deleted, it stays, and a killed gateway comes back with it."""
    cards = tmp_path / "cards"
    cards.mkdir()
    with Federation.start(tmp_path / "region", threshold=1, holders=1, agencies=AGENCIES[:1]) as federation:
        loaded_before = _loaded(federation)
        for name, raw in policy_files(POLICIES).items():
            (cards / name).write_bytes(raw)
        _raise_version(cards / "youth.yaml")
        federation.release(cards)

        in_force = _wait_for_health(federation, number=2)
        assert ("demo", False, []) == (in_force["assurance"], in_force["fileGone"], in_force["refused"])
        _wait_until_all_obey(federation, in_force["digest"])
        assert Counter({1: 2}) == loaded_before

        (federation.gateway_config.parent / "policies" / "0002.release.json").unlink()
        _wait_for_health(federation, number=2, fileGone=True)
        federation.kill("gateway-1")
        federation.restart("gateway-1")
        assert in_force["digest"] == _wait_for_health(federation, number=2, fileGone=True)["digest"]


def _raise_version(card: Path) -> None:
    text = card.read_text("utf-8")
    version = text.partition(_VERSION)[2].partition("\n")[0]
    card.write_text(text.replace(f"{_VERSION}{version}\n", f"{_VERSION}{int(version) + 1}\n"), "utf-8")


def _loaded(federation: Federation) -> Counter[object]:
    """Count how many processes recorded that they obey which release."""
    with open_store(Settings.load(federation.gateway_config).database) as store:
        page = store.view("events", lambda view: view.events.page(after="", limit=1000))
    return Counter(one.event.fields["number"] for one in page if one.event.kind is EventKind.POLICY_LOADED)


def _wait_until_all_obey(federation: Federation, digest: str) -> None:
    """Wait until gateway and worker both say in their logs that they obey it."""
    until = time.monotonic() + _SECONDS
    logs = [federation.logs / f"{name}.log" for name in ("gateway-1", "worker-1")]
    while not all(digest in log.read_text("utf-8") for log in logs):
        assert time.monotonic() < until
        time.sleep(0.02)


def _wait_for_health(federation: Federation, **wanted: object) -> dict[str, Any]:
    """Wait until the gateway is ready and says this of its policies; return all that it says of them."""
    until = time.monotonic() + _SECONDS
    while True:
        said = _health(federation)
        if wanted.items() <= said.items():
            return said
        assert time.monotonic() < until, said
        time.sleep(0.02)


def _health(federation: Federation) -> dict[str, Any]:
    connection = http.client.HTTPConnection(LOOPBACK, urlsplit(federation.gateway_urls[0]).port, timeout=5)
    try:
        connection.request("GET", "/v1/health/ready")
        policies: dict[str, Any] = json.loads(connection.getresponse().read())["policies"]
        return policies
    finally:
        connection.close()

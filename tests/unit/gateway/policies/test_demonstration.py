"""A release protects nobody as long as it needs the signature of whoever signed a demonstration before it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.core.policy.releases.release import Assurance, Release
from gateway.store import SqlStore
from tests.support.followers import Follower, look_twice, number_of
from tests.support.gateways import neighborhood
from tests.support.parties import Member
from tests.support.releases import Officers, officers, signed, small_files, trusting, unsigned

DEMO_ONE, DEMO_TWO, ONE, TWO = officers(4)
DEMO = (DEMO_ONE, DEMO_TWO)


@pytest.fixture
def office(tmp_path: Path, small_store: SqlStore) -> Follower:
    """Return a folder with a demo release, in a house that believes real officers too."""
    office = Follower(tmp_path / "releases", small_store, officers=Officers(DEMO), demo=True)
    office.trust.current = trusting((DEMO_ONE, DEMO_TWO, ONE, TWO))
    office.put(office.officers.release(small_files(), assurance=Assurance.DEMO))
    return office


def _next(office: Follower, version: int, by: Sequence[Member]) -> Release:
    """Put a release into the folder that says that officers answer for it, signed by these."""
    made = signed(unsigned(small_files(version), previous=office.officers.newest), by)
    office.officers.newest = made
    office.put(made)
    return made


@pytest.mark.parametrize(
    ("by", "demonstrates"), [(DEMO, True), ((DEMO_ONE, ONE), True), ((ONE, TWO), False), ((DEMO_ONE, ONE, TWO), False)]
)
def test_what_follows_a_demo_release_is_one_while_it_needs_a_demo_officer(
    office: Follower, small_store: SqlStore, by: Sequence[Member], *, demonstrates: bool
) -> None:
    """Health, log, event and whoami say so, in a process that was there and in one that starts."""
    follower = office.start()
    _next(office, 2, by)
    look_twice(follower)

    assurance = "demo" if demonstrates else "officers"
    for process in (follower, office.start()):
        assert (2, demonstrates) == (number_of(process), process.in_force.demo)
        with neighborhood(small_store, releases=process) as here:
            ready = here.get("/v1/health/ready").json()["policies"]
            assert (assurance, demonstrates) == (
                ready["assurance"],
                here.caller().call("GET", "/v1/whoami").json()["demoRelease"],
            )


def test_it_says_so_however_many_releases_later(office: Follower) -> None:
    """Nor does it matter that a release between them was signed by real officers."""
    follower = office.start()
    for version, by in ((2, (ONE, TWO)), (3, DEMO)):
        _next(office, version, by)
        look_twice(follower)
    assert (3, True) == (number_of(follower), follower.in_force.demo)


def test_it_says_so_once_a_real_officer_counts_no_longer(office: Follower) -> None:
    """Three signed; without one of the real two, the demo officer is needed."""
    follower = office.start()
    _next(office, 2, (DEMO_ONE, ONE, TWO))
    look_twice(follower)
    assert not follower.in_force.demo

    office.trust.current = trusting((DEMO_ONE, DEMO_TWO, ONE))
    look_twice(follower)

    assert (2, True) == (number_of(follower), follower.in_force.demo)


@pytest.mark.parametrize(("by", "obeyed"), [(DEMO, 0), ((DEMO_ONE, ONE), 0), ((ONE, TWO), 2)])
def test_it_does_not_count_where_no_demonstration_is_wanted(
    office: Follower, by: Sequence[Member], obeyed: int
) -> None:
    """A folder that began as a demonstration begins a real house only with real officers."""
    _next(office, 2, by)
    office.demo = False

    assert obeyed == number_of(office.start())
    assert (obeyed == 0) is (("demo_not_allowed",) in office.refusals())

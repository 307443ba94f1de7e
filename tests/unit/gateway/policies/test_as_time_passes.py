"""Following the releases as time passes: what mends by itself is tried again, and what went wrong by itself is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.policies import folder
from gateway.policies.signing import load_release
from gateway.store import SqlStore
from keys.parties import Role
from keys.trust import TrustList
from tests.support.followers import Follower, look_twice, number_of
from tests.support.parties import member, with_key
from tests.support.releases import signed, small_files, unsigned


@pytest.fixture
def office(tmp_path: Path, small_store: SqlStore) -> Follower:
    """Return a folder in which nothing was released yet."""
    return Follower(tmp_path / "releases", small_store)


def test_a_signature_dated_a_little_ahead_counts_once_it_is_that_late(office: Follower) -> None:
    """The clocks of two offices differ: the file is the same, and is tried again by itself; told once all the same."""
    early = office.now + timedelta(minutes=2)
    office.put(signed(unsigned(small_files()), office.officers.members, at=early))
    follower = office.start()
    for _ in range(3):
        office.wait(10)
        look_twice(follower)
    assert (0, [("too_few_signatures",)]) == (number_of(follower), office.refusals())

    office.wait(120)
    follower.look()

    assert (1, ()) == (number_of(follower), follower.in_force.refused)


def test_a_file_that_may_be_read_again_is_read_again(office: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that failed for a while changes nothing that is seen of the file."""
    monkeypatch.setattr(folder, "load_release", _denied)
    office.next_release(1)
    follower = office.start()
    assert [("unreadable",)] == office.refusals()
    monkeypatch.setattr(folder, "load_release", load_release)

    office.wait(10)
    follower.look()

    assert (1, ()) == (number_of(follower), follower.in_force.refused)


def _denied(_: Path) -> bytes:
    raise PermissionError


def test_a_file_whose_rights_are_mended_is_tried_at_once(office: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither time of writing, nor size, nor place changes with it."""
    monkeypatch.setattr(folder, "load_release", _denied)
    office.next_release(1)
    follower = office.start()
    monkeypatch.setattr(folder, "load_release", load_release)

    (office.folder / "0001.release.json").chmod(0o640)
    follower.look()

    assert 1 == number_of(follower)


def test_other_rights_on_what_was_in_force_are_no_attempt_to_go_back(office: Follower) -> None:
    """Whoever changes them on the whole folder changes no release."""
    for version in (1, 2):
        office.next_release(version)
    follower = office.start()

    for path in office.folder.iterdir():
        path.chmod(0o640)
    look_twice(follower)

    assert (2, [], ()) == (number_of(follower), office.refusals(), follower.in_force.refused)


def test_officers_whose_keys_expire_while_it_runs_are_told_within_a_minute(office: Follower) -> None:
    """Nothing else changed; and it is over as soon as another release is in force."""
    one, other = office.officers.members
    office.next_release(1)
    expiring = with_key(other.party, valid_until_at=office.now + timedelta(minutes=5))
    spare = member(960, Role.OFFICER)
    office.trust.current = TrustList((one.party, expiring, spare.party), officers=2)
    follower = office.start()

    office.wait(4 * 60)
    look_twice(follower)
    assert [] == list(follower.in_force.refused)
    office.wait(2 * 60)
    look_twice(follower)
    told = [(refused.file, refused.faults) for refused in follower.in_force.refused]
    assert (1, [("0001.release.json as kept", ("too_few_signatures",))]) == (number_of(follower), told)

    office.put(signed(unsigned(small_files(2), previous=office.officers.newest), (one, spare)))
    follower.look()
    assert (2, ()) == (number_of(follower), follower.in_force.refused)


def test_a_process_that_does_not_see_a_file_follows_the_database(office: Follower, tmp_path: Path) -> None:
    """A share that is stale on one machine: it obeys what the others obey, and its own file is missing."""
    office.next_release(1)
    stale = Follower(tmp_path / "stale", office.store, office.officers, now=office.now)
    stale.put(office.officers.newest)  # type: ignore[arg-type]
    gateway, worker = office.start(), stale.start()
    office.next_release(2)
    gateway.look()

    stale.wait(2)
    worker.look()

    assert (2, 2, True) == (number_of(gateway), number_of(worker), worker.in_force.file_gone)


def test_a_process_that_cannot_believe_what_others_obey_says_that_it_is_behind(
    office: Follower, tmp_path: Path
) -> None:
    """Its trust list is old: what it obeys stays, and what the database has is verified again until it holds."""
    first = office.next_release(1)
    stale = Follower(tmp_path / "stale", office.store, office.officers, now=office.now)
    stale.put(first)
    gateway, worker = office.start(), stale.start()
    office.next_release(2)
    gateway.look()
    known, stale.trust.current = stale.trust.current, TrustList((office.officers.members[0].party,), officers=2)

    stale.wait(2)
    look_twice(worker)
    told = [(refused.file, refused.faults) for refused in worker.in_force.refused]
    assert (1, [("0002.release.json as kept", ("too_few_signatures",))]) == (number_of(worker), told)

    stale.trust.current = known
    look_twice(worker)
    assert (2, ()) == (number_of(worker), worker.in_force.refused)


def test_an_empty_folder_is_not_overruled_by_the_database(office: Follower) -> None:
    """However long it runs: emptying it is how an operator stops the house."""
    first = office.next_release(1)
    office.start()
    (office.folder / first.file_name).unlink()
    follower = office.start()

    office.wait(100)
    look_twice(follower)

    assert 0 == number_of(follower)

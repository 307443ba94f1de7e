"""Releases of the policies that the store keeps: none is lost, and one number is never two releases (G20)."""

from functools import partial

from gateway.core.events import Event, EventKind
from gateway.flows.ports.policies import KeptRelease
from gateway.flows.ports.store import Recorded
from gateway.ids import mint
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx
from tests.support.crowd import at_once

FIRST = KeptRelease(1, "a" * 64, b"first")
SECOND = KeptRelease(2, "b" * 64, b"second\x00\xff")
THIRD = KeptRelease(10, "c" * 64, b"third")


def keep(store: SqlStore, release: KeptRelease) -> KeptRelease:
    """Keep a release, and return what is kept under its number."""
    event = Event(mint("evt"), EventKind.POLICY_LOADED, "gateway", {"number": release.number})

    def work(tx: SqlTx) -> Recorded[KeptRelease]:
        return Recorded(tx.policies.keep(release), (event,))

    return store.change("keep", work)


def one(store: SqlStore, digest: str) -> KeptRelease | None:
    """Return the release with this digest."""
    return store.view("one", lambda view: view.policies.one(digest))


def test_the_newest_is_the_one_with_the_highest_number(store: SqlStore) -> None:
    """Not the one that was kept last; without any there is none."""
    assert store.view("newest", lambda view: view.policies.newest()) is None

    for release in (FIRST, THIRD, SECOND):
        assert release == keep(store, release)

    assert THIRD == store.view("newest", lambda view: view.policies.newest())


def test_each_is_found_by_its_digest_as_it_was(store: SqlStore) -> None:
    """Every byte of its file; another digest finds nothing."""
    for release in (FIRST, SECOND):
        keep(store, release)

    assert [FIRST, SECOND, None] == [one(store, release.digest) for release in (FIRST, SECOND, THIRD)]


def test_a_number_is_kept_once(store: SqlStore) -> None:
    """The first stays, and the other is told which that is."""
    keep(store, FIRST)

    assert FIRST == keep(store, KeptRelease(1, "d" * 64, b"another"))
    assert FIRST == keep(store, FIRST)


def test_of_two_at_one_moment_one_wins_and_both_are_told_which(store: SqlStore) -> None:
    """Gateway and worker that see two files of one number."""
    rivals = [KeptRelease(1, letter * 64, letter.encode()) for letter in "efgh"]

    told = at_once([partial(keep, store, rival) for rival in rivals])

    assert 1 == len(set(told))
    assert told[0] == store.view("newest", lambda view: view.policies.newest())

"""The clock of bans: in force while the registration is active, told of the party that registered it, gone with it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.core.home_ban import BanInForce, HomeBan
from gateway.core.involvement import Registration, ends_at
from gateway.store import SqlStore
from tests.support.records import CARE, POLICE, SCHOOL, add, do, match_waiting, registration, withdraw
from tests.support.stores import hold_clock

UNTIL_ON = date(2099, 5, 5)
BAN = HomeBan(date(2099, 4, 25), CARE)


@pytest.fixture
def ban(store: SqlStore) -> Registration:
    """Return a ban of the police, recorded, and met by the school."""
    one = replace(registration(POLICE, lane="home_ban", valid_until_on=UNTIL_ON), flag="ban_in_force")

    add(store, one, registration(SCHOOL, lane="home_ban"))
    do(store, lambda tx: tx.bans.add([(one.id, BAN)]))
    return one


def test_a_ban_comes_back_as_it_was_recorded(store: SqlStore, ban: Registration) -> None:
    """By the registration that it is; any other is none."""
    assert BAN == store.view("ban", lambda view: view.bans.of(ban.id))
    assert None is store.view("ban", lambda view: view.bans.of(registration().id))


def test_a_ban_is_in_force_until_the_instant_of_its_end(store: SqlStore, ban: Registration) -> None:
    """For the match of the party that registered it, and of no other."""
    (match,) = match_waiting(store)
    clock = hold_clock(store, ends_at(UNTIL_ON) - timedelta(milliseconds=1))
    seen = store.view("in force", lambda view: view.bans.in_force(match.id, by=POLICE))
    assert BanInForce(UNTIL_ON, CARE) == seen
    assert None is store.view("in force", lambda view: view.bans.in_force(match.id, by=SCHOOL))
    clock.set(ends_at(UNTIL_ON))
    assert None is store.view("in force", lambda view: view.bans.in_force(match.id, by=POLICE))
    assert ban.valid_until_on == UNTIL_ON


def test_a_ban_that_was_withdrawn_is_not_in_force(store: SqlStore, ban: Registration) -> None:
    """The mayor can take it back."""
    (match,) = match_waiting(store)
    withdraw(store, [ban])
    assert None is store.view("in force", lambda view: view.bans.in_force(match.id, by=POLICE))


def test_a_purge_takes_the_ban_too(store: SqlStore, ban: Registration) -> None:
    """Nothing of it outlives its registration."""
    do(store, lambda tx: tx.purges.remove([ban.id]))
    assert None is store.view("ban", lambda view: view.bans.of(ban.id))

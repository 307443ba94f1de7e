"""Kill -9 of gateway and worker, again and again, while agencies register and withdraw: nothing promised is lost (G1).

Every match reaches both parties (G7), none is doubled (G9), and the reconciler finds nothing to repair (G10). More than
a hundred kills in all, over both databases.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.support.federations import GATEWAY, WORKER, KillableFederation, killable_federation
from tests.support.postgres import postgres_server
from tests.support.stubborn import Stubborn, crowd_of, settled, writing


@contextmanager
def database_of(kind: str) -> Iterator[str | None]:
    """Give the address of an empty database; None for SQLite, which the federation makes."""
    if kind == "sqlite":
        yield None
        return
    with postgres_server() as server:
        yield server.make("killed")


def kill_again_and_again(house: KillableFederation, crowd: list[Stubborn], *, kills: int, seed: int) -> None:
    """Kill gateway, worker or both amid the work: after a few more acknowledgements, or while they still start."""
    random = Random(seed)
    while house.kills < kills:
        if random.random() < 0.9:
            house.wait_ready()
            wait_for_promises(crowd, random.randrange(12))
        time.sleep(random.uniform(0.0, 0.05))
        victims = random.choice(((GATEWAY,), (WORKER,), (GATEWAY, WORKER), (GATEWAY, WORKER)))
        house.kill(*victims)
        house.start(*victims)
    house.wait_ready()


def wait_for_promises(crowd: list[Stubborn], more: int) -> None:
    """Wait until so many more registrations were acknowledged, but not for long."""
    until = time.monotonic() + 3.0
    enough = more + sum(len(agency.promises) for agency in crowd)
    while sum(len(agency.promises) for agency in crowd) < enough and time.monotonic() < until:
        time.sleep(0.005)


@pytest.mark.timeout(300)  # a minute or two of killing on a busy machine
@pytest.mark.parametrize(("database", "kills"), [("sqlite", 70), ("postgresql", 40)])
def test_nothing_that_was_acknowledged_is_lost_by_kill_9(tmp_path: Path, database: str, kills: int) -> None:
    """Registrations, withdrawals, matches and alerts are as the agencies were told, and the reconciler agrees."""
    with database_of(database) as url, killable_federation(tmp_path / "federation", database_url=url) as house:
        with crowd_of(house.federation) as crowd:
            with writing(crowd):
                kill_again_and_again(house, crowd, kills=kills, seed=kills)
            assert [] == settled(crowd)
        promises = [promise for agency in crowd for promise in agency.promises.values()]
        assert 100 <= len(promises)
        assert 20 <= sum(promise.withdrawn for promise in promises)
        assert 0 == house.federation.verify()

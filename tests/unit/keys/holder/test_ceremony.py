"""Seeds are made by all who will know them, and whoever disturbs that is named."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import pytest

from keys.ceremony import CeremonyRejected
from keys.custody import CHEAP, Keystore, KeystoreRefused
from keys.holder.ceremony import Commitments, Participant, Reveals, conduct
from keys.holder.identity import new_identity, public_party, signing_key
from keys.holder.seeds import Seeds, seed_entry
from keys.parties import Oin
from keys.polynomials import known_subsets
from keys.trust import TrustList
from tests.support.parties import LONG_AGO, oin

PASSPHRASE = b"a passphrase"


def participants(folder: Path, t: int, n: int, *, ceremony_id: bytes = b"") -> list[Participant]:
    """Return n holders with fresh identities and a list by which they know each other."""
    keystores, parties = [], []
    for index in range(1, n + 1):
        keystore = Keystore.create(folder / f"keystore-{index}", PASSPHRASE, cost=CHEAP)
        new_identity(keystore)
        keystores.append(keystore)
        parties.append(
            public_party(keystore, oin=Oin(oin(100 + index)), name="h", index=index, url="", valid_from_at=LONG_AGO)
        )
    trust = TrustList(tuple(parties), threshold=t)
    name = ceremony_id or secrets.token_bytes(16)
    return [Participant(keystore, index, t, n, name, trust) for index, keystore in enumerate(keystores, start=1)]


def rounds(people: Sequence[Participant]) -> tuple[list[Commitments], list[Reveals]]:
    """Hold the first two rounds."""
    commitments = [one.commit() for one in people]
    return commitments, [one.reveal(commitments) for one in people]


@pytest.mark.parametrize(("t", "n"), [(1, 1), (2, 3), (3, 5)])
def test_every_seed_is_known_to_exactly_its_holders(tmp_path: Path, t: int, n: int) -> None:
    """All outside a set have the same seed of it, those in it have none, and no two sets have the same."""
    people = participants(tmp_path, t, n)

    conduct(people)

    seeds: dict[object, set[bytes]] = {}
    for one in people:
        for subset in known_subsets(one.index, t, n):
            seeds.setdefault(subset, set()).add(one.keystore.get(seed_entry(subset)))
        names = {name for name in one.keystore.names() if name.startswith("seed/")}
        assert {seed_entry(subset) for subset in known_subsets(one.index, t, n)} == names
        assert not any(name.startswith("ceremony/") for name in one.keystore.names())
    assert all(len(known) == 1 for known in seeds.values())
    assert len(seeds) == len({next(iter(known)) for known in seeds.values()})


def test_a_holder_may_stop_between_rounds(tmp_path: Path) -> None:
    """Each round is a file: what a holder drew waits in its keystore, and it says the same again."""
    people = participants(tmp_path, 2, 3)
    first = people[0]
    before = first.commit()
    again = Participant(
        Keystore.open(tmp_path / "keystore-1", PASSPHRASE), 1, 2, 3, first.ceremony_id, first.trust
    ).commit()

    assert before == again


def test_messages_survive_as_files(tmp_path: Path) -> None:
    """What is written as JSON is read back as it was."""
    commitments, reveals = rounds(participants(tmp_path, 2, 3))

    assert commitments[0] == Commitments.model_validate_json(commitments[0].to_json())
    assert reveals[0] == Reveals.model_validate_json(reveals[0].to_json())


def test_a_part_that_was_not_committed_to_is_refused(tmp_path: Path) -> None:
    """A holder that chooses its part after seeing the others' is named."""
    people = participants(tmp_path, 2, 3)
    commitments = [one.commit() for one in people]
    reveals = [one.reveal(commitments) for one in people[:2]]
    cheat = people[2]
    subset = known_subsets(3, 2, 3)[0]
    cheat.keystore.put(f"ceremony/{cheat.ceremony_id.hex()}/{'-'.join(map(str, subset))}", secrets.token_bytes(32))
    reveals.append(cheat.reveal(commitments))

    with pytest.raises(CeremonyRejected, match="did not commit") as rejected:
        next(one for one in people[:2] if one.index not in subset).finish(commitments, reveals)
    assert 3 == rejected.value.holder


def test_two_faces_are_found_out(tmp_path: Path) -> None:
    """A holder that commits to one thing here and another there: the reveals do not answer the same commitments."""
    people = participants(tmp_path, 2, 3)
    commitments = [one.commit() for one in people]
    twin = people[2].commit()
    flipped = twin.commitments[0].model_copy(update={"commitment": secrets.token_bytes(32)})
    twin = twin.model_copy(update={"commitments": (flipped, *twin.commitments[1:])})
    twin = twin.model_copy(update={"signature": signing_key(people[2].keystore).sign(twin.signed_bytes())})
    one, two = people[0].reveal(commitments), people[1].reveal([*commitments[:2], twin])

    with pytest.raises(CeremonyRejected, match="saw other commitments") as rejected:
        people[0].finish(commitments, [one, two, people[2].reveal(commitments)])
    assert 2 == rejected.value.holder


def test_a_message_of_another_ceremony_is_refused(tmp_path: Path) -> None:
    """A replayed message is named, whatever it says."""
    (tmp_path / "a").mkdir()
    people = participants(tmp_path / "a", 2, 3)
    old = [one.commit() for one in people]
    later = [Participant(one.keystore, one.index, one.t, one.n, secrets.token_bytes(16), one.trust) for one in people]
    new = [one.commit() for one in later]
    name = later[0].ceremony_id
    for one in later[1:]:
        assert name != one.ceremony_id

    with pytest.raises(CeremonyRejected, match="another ceremony"):
        later[0].reveal([new[0], old[1], old[2]])


def test_a_message_that_somebody_else_wrote_is_refused(tmp_path: Path) -> None:
    """Who carries the files cannot write one."""
    people = participants(tmp_path, 2, 3)
    commitments = [one.commit() for one in people]
    forged = commitments[1].model_copy(update={"signature": bytes(64)})

    with pytest.raises(CeremonyRejected, match="did not sign") as rejected:
        people[0].reveal([commitments[0], forged, commitments[2]])
    assert 2 == rejected.value.holder


@pytest.mark.parametrize("given", [(0, 1), (0, 1, 1), (0, 1, 2, 2)])
def test_everybody_commits_exactly_once(tmp_path: Path, given: tuple[int, ...]) -> None:
    """Nobody reveals before all commitments are there."""
    people = participants(tmp_path, 2, 3)
    commitments = [one.commit() for one in people]

    with pytest.raises(CeremonyRejected, match="exactly one"):
        people[0].reveal([commitments[i] for i in given])


def test_a_missing_reveal_is_named(tmp_path: Path) -> None:
    """A holder that commits and then keeps silent stops the ceremony, by name."""
    people = participants(tmp_path, 2, 3)
    commitments, reveals = rounds(people)

    with pytest.raises(CeremonyRejected, match="did not reveal") as rejected:
        people[0].finish(commitments, reveals[:2])
    assert 3 == rejected.value.holder


def test_nobody_reveals_twice_to_different_commitments(tmp_path: Path) -> None:
    """Having shown its parts, a holder is bound to that set of commitments."""
    people = participants(tmp_path, 2, 3)
    commitments, _ = rounds(people)
    fresh = Participant(people[2].keystore, 3, 2, 3, people[2].ceremony_id, people[2].trust)
    fresh.keystore.remove(*(name for name in fresh.keystore.names() if "/1" in name and name.startswith("ceremony/")))
    other = fresh.commit()

    with pytest.raises(CeremonyRejected, match="revealed already") as rejected:
        people[0].reveal([commitments[0], commitments[1], other])
    assert 1 == rejected.value.holder


def test_without_its_seeds_a_holder_does_not_start(tmp_path: Path) -> None:
    """An unfinished ceremony, or another t and n, is noticed at the door."""
    people = participants(tmp_path, 2, 3)
    people[0].commit()

    with pytest.raises(KeystoreRefused, match="seed/"):
        Seeds(people[0].keystore, 1, 2, 3)

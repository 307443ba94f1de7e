"""A seed is made by all holders outside its set, or not at all; whoever cheats is named."""

import pytest

from keys import ceremony
from keys.ceremony import CeremonyRejected

CEREMONY = b"ceremony of 2027"
SUBSET = (1,)
PARTS = {2: b"\x02" * 32, 3: b"\x03" * 32}


def commitments(ceremony_id: bytes = CEREMONY, subset: tuple[int, ...] = SUBSET) -> dict[int, bytes]:
    """Return the commitments of both holders."""
    return {
        holder: ceremony.commit(part, ceremony_id=ceremony_id, subset=subset, holder=holder)
        for holder, part in PARTS.items()
    }


def opened(contributions: dict[int, bytes], committed: dict[int, bytes], subset: tuple[int, ...] = SUBSET) -> bytes:
    """Open the seed in this ceremony."""
    return ceremony.open_seed(subset, contributions, committed, ceremony_id=CEREMONY)


def test_all_holders_get_the_same_seed() -> None:
    """Whatever the order in which the reveals arrive."""
    backwards = dict(reversed(PARTS.items()))

    assert opened(PARTS, commitments()) == opened(backwards, commitments())
    assert 32 == len(opened(PARTS, commitments()))


def test_every_contribution_counts() -> None:
    """One honest holder is enough for a seed that nobody chose; ceremony and set count as well."""
    changed = {**PARTS, 3: b"\x04" * 32}
    committed = {h: ceremony.commit(p, ceremony_id=CEREMONY, subset=SUBSET, holder=h) for h, p in changed.items()}
    other = ceremony.open_seed(SUBSET, PARTS, commitments(b"another"), ceremony_id=b"another")
    elsewhere = opened(PARTS, commitments(subset=(4,)), subset=(4,))

    assert 4 == len({opened(PARTS, commitments()), opened(changed, committed), other, elsewhere})


def test_the_embedded_holder_makes_its_seed_alone() -> None:
    """(1,1): one holder, the empty set."""
    committed = {1: ceremony.commit(PARTS[2], ceremony_id=CEREMONY, subset=(), holder=1)}

    assert 32 == len(opened({1: PARTS[2]}, committed, subset=()))


@pytest.mark.parametrize("cheater", [2, 3])
def test_a_changed_reveal_names_its_holder(cheater: int) -> None:
    """Whoever reveals something else than it committed to."""
    with pytest.raises(CeremonyRejected, match="did not commit to") as refusal:
        opened({**PARTS, cheater: b"\x05" * 32}, commitments())

    assert cheater == refusal.value.holder


@pytest.mark.parametrize(
    ("contributions", "committed", "subset", "holder"),
    [
        ({2: PARTS[2]}, commitments(), SUBSET, 3),
        ({2: PARTS[2], 3: b"short"}, commitments(), SUBSET, 3),
        ({**PARTS, 4: b"\x04" * 32}, commitments(), SUBSET, 4),
        (PARTS, commitments(subset=(2,)), (2,), 2),
    ],
    ids=["missing", "short", "without commitment", "member of the set"],
)
def test_who_does_not_take_part_properly_is_named(
    contributions: dict[int, bytes], committed: dict[int, bytes], subset: tuple[int, ...], holder: int
) -> None:
    """Missing, short, uninvited, or a holder that must never know this seed."""
    with pytest.raises(CeremonyRejected) as refusal:
        opened(contributions, committed, subset)

    assert holder == refusal.value.holder


def test_a_ceremony_without_holders_makes_no_seed() -> None:
    """Nothing revealed is not a seed of nothing."""
    with pytest.raises(ValueError, match="needs a contribution"):
        opened({}, {})


def test_a_contribution_has_one_length() -> None:
    """Shorter ones could be guessed from their commitment."""
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        ceremony.commit(bytes(31), ceremony_id=CEREMONY, subset=SUBSET, holder=2)

"""Sharing: which sets there are, who may know what, and what is refused."""

from collections.abc import Callable

import pytest

from keys import group, sharing
from keys.labels import KeyLabel
from tests.support.federation import INDEX, POLICE, SCHOOL, Federation

THREE = Federation(2, 3)
OTHER_LANE = KeyLabel("index", "", "honor", 1)
NEXT_INDEX = KeyLabel("index", "", "youth", 2)


def test_there_is_one_seed_for_each_set_of_t_minus_one() -> None:
    """(1,1) has one, of the empty set; holders are numbered from 1."""
    assert ((),) == sharing.subsets(1, 1)
    assert ((1,), (2,), (3,)) == sharing.subsets(2, 3)
    assert 10 == len(sharing.subsets(3, 5))
    assert ((2,), (3,)) == sharing.known_subsets(1, 2, 3)


@pytest.mark.parametrize(("t", "n"), [(0, 1), (0, 0), (2, 2), (3, 4), (1, 0)])
def test_a_scheme_that_cannot_open_a_factor_is_refused(t: int, n: int) -> None:
    """There are at least 2t-1 holders, and t is at least 1."""
    with pytest.raises(ValueError, match="2t-1"):
        sharing.subsets(t, n)


@pytest.mark.parametrize("change", [lambda known: known.pop((2,)), lambda known: known.update({(1,): bytes(32)})])
def test_a_share_needs_exactly_the_seeds_of_its_holder(change: Callable[[dict[sharing.Subset, bytes]], object]) -> None:
    """One too few, or one that this holder must not know, is an error and not another key."""
    seeds, salts = THREE.seeds(1), THREE.salts(1, POLICE)
    for changed in (seeds, salts):
        kept = dict(changed)
        change(changed)
        with pytest.raises(ValueError, match="expected the entries"):
            sharing.share(holder=1, seeds=seeds, label=POLICE, salts=salts, t=2, n=3)
        changed.clear()
        changed.update(kept)


def test_another_label_or_salt_is_another_key() -> None:
    """Agencies, lanes and epochs have unrelated keys, and a new salt makes a new one."""
    seed = THREE.seeds(1)[2,]
    labels = [POLICE, SCHOOL, INDEX, NEXT_INDEX, OTHER_LANE]
    keys = [sharing.commitment(seed, label, salt) for label in labels for salt in (b"salt", b"other")]

    assert len(keys) == len(set(keys))


def test_holders_that_agree_give_one_commitment_each() -> None:
    """What all holders of a seed publish is the commitment."""
    published = {holder: THREE.published(holder, POLICE) for holder in THREE.holders}

    assert {**published[1], **published[2]} == sharing.agreed_commitments(published, 2, 3)


def test_a_commitment_that_is_missing_is_refused() -> None:
    """A holder that says nothing, or not enough, stops the label."""
    published = {holder: THREE.published(holder, POLICE) for holder in THREE.holders}

    with pytest.raises(ValueError, match="expected the entries"):
        sharing.agreed_commitments({1: published[1], 2: published[2]}, 2, 3)
    with pytest.raises(ValueError, match="expected the entries"):
        sharing.agreed_commitments({**published, 3: {(1,): published[3][1,]}}, 2, 3)
    with pytest.raises(ValueError, match="expected the entries"):
        sharing.public_keys(published[1], 2, 3)


@pytest.mark.parametrize("indices", [(), (1, 1), (0, 1), (-1, 2)])
def test_interpolation_needs_different_holders(indices: tuple[int, ...]) -> None:
    """One holder twice is not two holders."""
    with pytest.raises(ValueError, match="different holders"):
        sharing.lagrange_at_zero(indices)


def test_combining_needs_an_answer_for_every_input_of_every_holder() -> None:
    """Answers of different lengths are never cut to the shortest."""
    element = group.GENERATOR
    blinds = [group.random_scalar(), group.random_scalar()]

    for evaluated in ([[element, element], [element]], [[element, element]]):
        with pytest.raises(ValueError, match="argument"):
            sharing.combine((1, 2), evaluated, blinds)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (POLICE, SCHOOL),
        (INDEX, POLICE),
        (INDEX, NEXT_INDEX),
        (POLICE, OTHER_LANE),
        (POLICE, POLICE),
    ],
)
def test_no_other_ratio_is_opened(source: KeyLabel, target: KeyLabel) -> None:
    """Never agency to agency, never an index key to an agency, never across lanes."""
    with pytest.raises(sharing.RatioRefused):
        THREE.message(1, source, target)


def test_two_openings_share_no_mask() -> None:
    """Messages about two agencies, or of two epochs, have nothing in common that could be divided out."""
    first, second, third = THREE.message(1, POLICE), THREE.message(1, SCHOOL), THREE.message(1, POLICE, NEXT_INDEX)

    assert 6 == len({*first, *second, *third})
    assert "MaskedShares(hidden)" == repr(first)


def test_masks_depend_on_the_labels_even_where_salts_are_alike() -> None:
    """The part about the agency's key is masked anew for another index key, whatever the salts."""
    salts = dict.fromkeys(sharing.known_subsets(1, 2, 3), b"one salt for all")
    of_agency = {
        sharing.conversion_message(
            holder=1,
            seeds=THREE.seeds(1),
            agency_label=POLICE,
            index_label=index,
            agency_salts=salts,
            index_salts=salts,
            t=2,
            n=3,
        ).u
        for index in (INDEX, NEXT_INDEX)
    }

    assert 2 == len(of_agency)


def test_a_message_that_is_no_scalar_does_not_open() -> None:
    """Zero and non-canonical bytes are a rejected conversion and no other error."""
    public = {"agency_public": THREE.public(POLICE)[0], "index_public": THREE.public(INDEX)[0]}
    honest = {holder: THREE.message(holder, POLICE) for holder in THREE.holders}
    too_large = group.Scalar(b"\xff" * 32)
    nothing = dict.fromkeys(honest, (group.ZERO, group.ZERO))

    for messages in ({**honest, 1: (too_large, honest[1].v)}, nothing, {**honest, 2: (honest[2].u, group.Scalar(b""))}):
        with pytest.raises(sharing.ConversionRejected):
            sharing.open_conversion(messages, t=2, **public)


def test_an_allowance_is_worth_the_quota() -> None:
    """All n allowances of quota * t / n pay for at most the quota."""
    assert 1000 == sharing.holder_allowance(1000, 1, 1)
    assert 666 == sharing.holder_allowance(1000, 2, 3)
    assert 600 == sharing.holder_allowance(1000, 3, 5)

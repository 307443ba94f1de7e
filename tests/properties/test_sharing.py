"""Whatever the seeds and whoever answers, t holders make one token, and 2t-1 open one factor."""

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keys import group, sharing
from keys.group import Scalar
from keys.labels import bsn_input
from keys.oprf import VOPRF
from tests.support.federation import INDEX, POLICE, Federation, person_numbers

SCHEMES = [(1, 1), (2, 3), (3, 5)]
PEOPLE = person_numbers(500)
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def federations(t: int, n: int) -> st.SearchStrategy[Federation]:
    """Return federations that differ in their seeds."""
    return st.builds(Federation, st.just(t), st.just(n), st.text(max_size=8))


any_federation = st.sampled_from(SCHEMES).flatmap(lambda scheme: federations(*scheme))


@few
@given(any_federation, st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2), st.data())
def test_any_t_holders_give_the_same_token(federation: Federation, bsns: list[str], data: st.DataObject) -> None:
    """The token is k * H(x), whichever t holders an agency asks and in whatever order."""
    chosen = data.draw(st.permutations(federation.holders))[: federation.t]

    assert federation.tokens(POLICE, bsns) == federation.tokens(POLICE, bsns, chosen)


@pytest.mark.parametrize(("t", "n"), SCHEMES)
def test_every_set_of_t_holders_gives_the_same_token(t: int, n: int) -> None:
    """All of them, once: no set of t holders is left to chance."""
    federation = Federation(t, n)
    sets = list(combinations(federation.holders, t))

    assert 1 == len({token for each in sets for token in federation.tokens(POLICE, PEOPLE[:1], each)})


@few
@given(any_federation)
def test_the_token_is_that_of_the_whole_key(federation: Federation) -> None:
    """The shares interpolate to the sum of all contributions, which nobody ever holds."""
    seeds = {s: seed for holder in federation.holders for s, seed in federation.seeds(holder).items()}
    salts = {s: salt for holder in federation.holders for s, salt in federation.salts(holder, POLICE).items()}
    whole = group.ZERO
    for subset, seed in seeds.items():
        whole = group.scalar_add(whole, sharing.contribution(seed, POLICE, salts[subset]))

    [token] = federation.tokens(POLICE, PEOPLE[:1])

    assert group.multiply_base(whole) == federation.public(POLICE)[0]
    assert group.multiply(whole, VOPRF.hash_to_group(bsn_input(PEOPLE[0]))) == token.element


@few
@given(any_federation)
def test_published_keys_are_those_of_the_shares(federation: Federation) -> None:
    """Everybody computes from the commitments what each holder computes from its seeds."""
    expected = tuple(group.multiply_base(federation.share(holder, POLICE)) for holder in federation.holders)

    assert expected == federation.public(POLICE)[1]


coefficients = st.lists(st.integers(0, group.ORDER - 1), min_size=1, max_size=5)


@given(coefficients, st.permutations(range(1, 10)))
def test_interpolation_finds_the_constant_term(polynomial: list[int], indices: list[int]) -> None:
    """Values at as many different indices as there are coefficients add up to the value at 0."""
    chosen = indices[: len(polynomial)]
    values = [sum(c * i**power for power, c in enumerate(polynomial)) % group.ORDER for i in chosen]

    total = group.ZERO
    for factor, value in zip(sharing.lagrange_at_zero(chosen), values, strict=True):
        total = group.scalar_add(total, group.scalar_mul(factor, group.scalar_from_int(value)))

    assert group.scalar_from_int(polynomial[0]) == total


@pytest.mark.parametrize(("t", "n"), [*SCHEMES, (2, 4)])
def test_every_set_of_enough_holders_opens_the_factor(t: int, n: int) -> None:
    """The factor has c * K_agency = K_index, from any 2t-1 messages, and from all of them."""
    federation = Federation(t, n)
    messages = {holder: federation.message(holder, POLICE) for holder in federation.holders}
    agency_public, index_public = federation.public(POLICE)[0], federation.public(INDEX)[0]
    sets = [*combinations(federation.holders, 2 * t - 1), tuple(federation.holders)]

    factors = {
        sharing.open_conversion(
            {holder: messages[holder] for holder in each},
            agency_public=agency_public,
            index_public=index_public,
            t=t,
        )
        for each in sets
    }

    [factor] = factors
    assert index_public == group.multiply(factor, agency_public)


@few
@given(any_federation, st.data())
def test_a_tampered_message_is_caught(federation: Federation, data: st.DataObject) -> None:
    """One changed scalar of one holder, whichever, and nothing opens."""
    messages = {holder: tuple(federation.message(holder, POLICE)) for holder in federation.holders}
    liar, part = data.draw(st.sampled_from(federation.holders)), data.draw(st.integers(0, 1))
    changed = [*messages[liar]]
    changed[part] = group.scalar_add(changed[part], data.draw(st.integers(1, 99).map(group.scalar_from_int)))
    tampered: dict[int, tuple[Scalar, Scalar]] = {**messages, liar: (changed[0], changed[1])}  # type: ignore[dict-item]

    with pytest.raises(sharing.ConversionRejected):
        sharing.open_conversion(
            tampered,
            agency_public=federation.public(POLICE)[0],
            index_public=federation.public(INDEX)[0],
            t=federation.t,
        )


@pytest.mark.parametrize(("t", "n"), [(2, 3), (3, 5)])
def test_fewer_messages_than_needed_do_not_open(t: int, n: int) -> None:
    """2t-2 holders and the converter together learn nothing that opens."""
    federation = Federation(t, n)
    messages = {holder: federation.message(holder, POLICE) for holder in tuple(federation.holders)[: 2 * t - 2]}

    with pytest.raises(sharing.ConversionRejected, match="too few"):
        sharing.open_conversion(
            messages, agency_public=federation.public(POLICE)[0], index_public=federation.public(INDEX)[0], t=t
        )


@pytest.mark.parametrize(("t", "n"), [(2, 3), (3, 5)])
def test_masks_hide_more_than_the_factor(t: int, n: int) -> None:
    """The messages of a holder are not its shares: without the masks their ratio would be its own, not the keys'."""
    federation = Federation(t, n)
    message = federation.message(1, POLICE)
    shares = federation.share(1, POLICE), federation.share(1, INDEX)

    ratio = group.scalar_mul(message.v, group.scalar_invert(message.u))
    assert group.scalar_mul(shares[1], group.scalar_invert(shares[0])) != ratio


@pytest.mark.parametrize(("t", "n"), SCHEMES)
def test_the_converter_learns_no_key(t: int, n: int) -> None:
    """What the messages interpolate to is a random multiple of each key: neither key comes out, only their ratio."""
    federation = Federation(t, n)
    messages = [federation.message(holder, POLICE) for holder in federation.holders]
    coefficients = sharing.lagrange_at_zero(tuple(federation.holders))

    for part, label in ((0, POLICE), (1, INDEX)):
        opened = group.ZERO
        for factor, message in zip(coefficients, messages, strict=True):
            opened = group.scalar_add(opened, group.scalar_mul(factor, message[part]))
        assert federation.public(label)[0] != group.multiply_base(opened)

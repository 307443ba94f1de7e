"""The attacks of guarantee G44 on keys and tokens: each runs and fails, and its control shows that it would succeed.

A control is the same attack with the defense left out: without it, a test that cannot fail would look like a defense.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, cycle, product

import pytest

from keys import ceremony, group, oprf, sharing
from keys.ceremony import CeremonyRejected
from keys.conversion import Converted, Converter
from keys.group import Element, Scalar
from keys.labels import KeyLabel, bsn_input, key_id, lp
from keys.sharing import ConversionRejected, EquivocationDetected, HolderRejected, RatioRefused, Subset
from keys.tokens import PersonToken
from tests.support.federation import INDEX, PEPPER, POLICE, SCHOOL, Federation, person_numbers

FEDERATION = Federation(2, 3)
PUBLIC, PINNED = FEDERATION.public(POLICE)
DICTIONARY = person_numbers(2000)
VICTIM = DICTIONARY[1234]


def hashed(bsn: str) -> Element:
    """Return H(x), which everybody can compute."""
    return oprf.VOPRF.hash_to_group(bsn_input(bsn))


def found_in_dictionary(element: Element) -> str | None:
    """Search the person behind an element that no key protects: everybody can compute H(x)."""
    return next((bsn for bsn in DICTIONARY if hashed(bsn) == element), None)


# --- a holder answers with a key of its own choice: k = 1 ---


def answers_with_one(elements: Sequence[Element]) -> tuple[list[Element], bytes]:
    """Answer Z = B, with a proof that is perfectly valid for the key 1."""
    return oprf.evaluate_and_prove(group.ONE, group.GENERATOR, elements)


def test_k_is_one_is_refused() -> None:
    """G44, k=1 substitution: the proof is checked against the pinned key, and the holder is named."""
    _, elements = oprf.blind([bsn_input(VICTIM)])
    evaluated, proof = answers_with_one(elements)

    with pytest.raises(HolderRejected) as refusal:
        sharing.accept_evaluation(holder=2, pinned=PINNED, elements=elements, evaluated=evaluated, proof=proof)

    assert 2 == refusal.value.holder


def test_control_k_is_one_reveals_the_person_without_the_proof() -> None:
    """Without the check the token is H(x), and a dictionary finds the person."""
    blinds, elements = oprf.blind([bsn_input(VICTIM)])
    answer, _ = answers_with_one(elements)

    [token] = sharing.combine((1, 2), [answer, answer], blinds)

    assert VICTIM == found_in_dictionary(token)


# --- the agency believes a key that comes with the answer ---


def test_an_unpinned_key_is_refused() -> None:
    """G44, unpinned key: a key that the holder sends along counts for nothing."""
    secret, sent_along = oprf.derive_key_pair(bytes(32), b"a key of the attacker")
    _, elements = oprf.blind([bsn_input(VICTIM)])
    evaluated, proof = oprf.evaluate_and_prove(secret, sent_along, elements)

    with pytest.raises(oprf.ProofRejected):
        oprf.verify_proof(PINNED[0], elements, evaluated, proof)


def test_control_an_unpinned_key_passes_its_own_proof() -> None:
    """Verified against the key that was sent along, the attacker's answer is fine, and the attacker knows the key."""
    secret, sent_along = oprf.derive_key_pair(bytes(32), b"a key of the attacker")
    blinds, elements = oprf.blind([bsn_input(VICTIM)])
    evaluated, proof = oprf.evaluate_and_prove(secret, sent_along, elements)

    oprf.verify_proof(sent_along, elements, evaluated, proof)

    [token] = oprf.unblind(blinds, evaluated)
    assert VICTIM == found_in_dictionary(group.multiply(group.scalar_invert(secret), token))


# --- a holder publishes one key here and another there ---


def equivocating() -> dict[int, dict[Subset, Element]]:
    """Return what holder 2 shows one agency: another commitment for the seed that it shares with holder 3."""
    published = {holder: FEDERATION.published(holder, POLICE) for holder in FEDERATION.holders}
    published[2] = {**published[2], (1,): group.multiply_base(group.random_scalar())}
    return published


def test_key_equivocation_is_detected() -> None:
    """G44, key equivocation: all publishers of one seed must agree, and who may be lying is named."""
    with pytest.raises(EquivocationDetected) as refusal:
        sharing.agreed_commitments(equivocating(), 2, 3)

    assert ((1,), (2, 3)) == (refusal.value.subset, refusal.value.holders)


def test_key_equivocation_of_one_among_three_is_pinned_on_it() -> None:
    """With (3,5) three holders know each seed, and the majority names the one."""
    five = Federation(3, 5)
    published = {holder: five.published(holder, POLICE) for holder in five.holders}
    published[4] = {**published[4], (1, 2): group.GENERATOR}

    with pytest.raises(EquivocationDetected) as refusal:
        sharing.agreed_commitments(published, 3, 5)

    assert (4,) == refusal.value.holders


def test_control_equivocation_marks_an_agency_when_nobody_compares() -> None:
    """Taking the last word for each seed gives this agency a key of its own, and its tokens a mark."""
    merged = {subset: element for shown in equivocating().values() for subset, element in shown.items()}
    believed = {**merged, (1,): equivocating()[2][1,]}

    public, _ = sharing.public_keys(believed, 2, 3)

    assert public != PUBLIC
    assert key_id(POLICE, public) != key_id(POLICE, PUBLIC)


# --- a holder lies about one person in a batch ---


def answers(liar: int, elements: Sequence[Element]) -> Iterator[tuple[int, list[Element], bytes]]:
    """Yield each holder's answer; the liar's is wrong for the middle person."""
    for holder in FEDERATION.holders:
        evaluated, proof = FEDERATION.answer(holder, POLICE, elements)
        if holder == liar:
            evaluated[1] = group.add(evaluated[1], group.GENERATOR)
        yield holder, evaluated, proof


@pytest.mark.parametrize("liar", [1, 2, 3])
def test_a_lying_holder_is_named_and_the_others_serve(liar: int) -> None:
    """G44, lying holder: dropped by name, and the token is the same without it (G18)."""
    blinds, elements = oprf.blind([bsn_input(bsn) for bsn in DICTIONARY[:3]])
    accepted: dict[int, list[Element]] = {}
    named = []
    for holder, evaluated, proof in answers(liar, elements):
        try:
            sharing.accept_evaluation(holder=holder, pinned=PINNED, elements=elements, evaluated=evaluated, proof=proof)
            accepted[holder] = evaluated
        except HolderRejected as refusal:
            named.append(refusal.holder)

    made = sharing.combine(tuple(accepted), tuple(accepted.values()), blinds)

    assert [liar] == named
    assert [token.element for token in FEDERATION.tokens(POLICE, DICTIONARY[:3])] == made


def test_control_a_lying_holder_spoils_a_token_without_the_proof() -> None:
    """Without the check the middle person gets a token that never matches: a missed hit that nobody notices."""
    blinds, elements = oprf.blind([bsn_input(bsn) for bsn in DICTIONARY[:3]])
    given = {holder: evaluated for holder, evaluated, _ in answers(1, elements)}

    made = sharing.combine((1, 2), (given[1], given[2]), blinds)

    honest = [token.element for token in FEDERATION.tokens(POLICE, DICTIONARY[:3])]
    assert [True, False, True] == [left == right for left, right in zip(honest, made, strict=True)]


# --- a holder bends the factor that the converter opens ---


def bent_messages() -> dict[int, tuple[Scalar, Scalar]]:
    """Return the honest messages, but holder 3's index part is scaled."""
    messages = {holder: tuple(FEDERATION.message(holder, POLICE)) for holder in FEDERATION.holders}
    u, v = FEDERATION.message(3, POLICE)
    return {**messages, 3: (u, group.scalar_add(v, group.ONE))}  # type: ignore[dict-item]


def test_a_tampered_conversion_share_is_caught() -> None:
    """G44, tampered conversion share: c * K_agency must be K_index."""
    with pytest.raises(ConversionRejected):
        sharing.open_conversion(bent_messages(), agency_public=PUBLIC, index_public=FEDERATION.public(INDEX)[0], t=2)


def test_control_a_tampered_conversion_share_hides_an_agency_without_the_check() -> None:
    """The factor that would come out leads this agency's persons to places in the index where nobody meets them."""
    messages = bent_messages()
    coefficients = sharing.lagrange_at_zero(tuple(messages))
    u, v = (
        group.scalar_add(group.scalar_add(terms[0], terms[1]), terms[2])
        for terms in (
            [
                group.scalar_mul(factor, message[part])
                for factor, message in zip(coefficients, messages.values(), strict=True)
            ]
            for part in (0, 1)
        )
    )
    bent = group.scalar_mul(v, group.scalar_invert(u))
    [token] = FEDERATION.tokens(POLICE, [VICTIM])
    [met] = FEDERATION.tokens(INDEX, [VICTIM])

    assert met.element == group.multiply(FEDERATION.factor(POLICE).scalar, token.element)
    assert met.element != group.multiply(bent, token.element)


# --- an agency asks for more than its quota by choosing other holders each time ---


def tokens_until_refused(allowance: int) -> int:
    """Return how many tokens a caller gets who takes the two holders with most left, one token a time."""
    left = dict.fromkeys(FEDERATION.holders, allowance)
    made = 0
    for pair in cycle(combinations(FEDERATION.holders, 2)):
        if sorted(left.values())[-2] == 0:
            return made
        if all(left[holder] for holder in pair):
            made += 1
            for holder in pair:
                left[holder] -= 1
    return made


def test_choosing_other_holders_does_not_stretch_the_quota() -> None:
    """G44, subset quota bypass: each holder counts quota * t / n by itself, whatever the others do."""
    assert 300 == tokens_until_refused(sharing.holder_allowance(300, 2, 3))


def test_control_a_whole_quota_at_each_holder_is_worth_half_as_much_again() -> None:
    """Three holders that each allow the full quota give n/t of it."""
    assert 450 == tokens_until_refused(300)


# --- somebody asks the holders for a ratio that joins what must stay apart ---


@pytest.mark.parametrize(
    ("source", "target"),
    [(POLICE, SCHOOL), (INDEX, POLICE), (POLICE, KeyLabel("index", "", "honor", 1))],
    ids=["agency to agency", "index to agency", "another lane"],
)
def test_holders_refuse_a_forbidden_ratio(source: KeyLabel, target: KeyLabel) -> None:
    """G44, ratio: no holder sends a message for it, so it takes 2t-1 corrupt holders."""
    for holder in FEDERATION.holders:
        with pytest.raises(RatioRefused):
            FEDERATION.message(holder, source, target)


def test_control_a_forbidden_ratio_would_join_two_agencies() -> None:
    """With k_school / k_police anybody turns the police's tokens into the school's."""
    ratio = group.scalar_mul(_whole_key(SCHOOL), group.scalar_invert(_whole_key(POLICE)))
    [police], [school] = FEDERATION.tokens(POLICE, [VICTIM]), FEDERATION.tokens(SCHOOL, [VICTIM])

    assert school.element == group.multiply(ratio, police.element)


def _whole_key(label: KeyLabel) -> Scalar:
    """Return what no party ever holds: the key itself, interpolated from two shares."""
    first, second = sharing.lagrange_at_zero((1, 2))
    shares = FEDERATION.share(1, label), FEDERATION.share(2, label)
    return group.scalar_add(group.scalar_mul(first, shares[0]), group.scalar_mul(second, shares[1]))


# --- somebody steals the database and has the list of all person numbers ---


def dump(bsns: Sequence[str]) -> tuple[set[bytes], bytes]:
    """Return what a thief of the database has: the index tokens, and all seals behind one another."""
    tokens = FEDERATION.tokens(POLICE, bsns)
    rows = FEDERATION.converter(POLICE).convert([(token, f"reg_{at}") for at, token in enumerate(tokens)], "youth")
    kept = [row for row in rows if isinstance(row, Converted)]
    assert len(bsns) == len(kept)
    return {row.index_token.value for row in kept}, b"".join(row.sealed.ciphertext for row in kept)


def public_ways(bsn: str) -> Iterator[bytes]:
    """Yield every 32 bytes that somebody without a key can make of a number, all plausible ways."""
    known_keys = [b"", bytes(32), bytes(PUBLIC), bytes(FEDERATION.public(INDEX)[0]), POLICE.encode(), INDEX.encode()]
    prefix = lp(b"hitindex-v1/lookup") + lp(b"youth") + lp(b"\x00\x00\x00\x01")
    texts = [bsn.encode(), bsn.lstrip("0").encode(), bsn_input(bsn), bytes(hashed(bsn)), prefix + hashed(bsn)]
    yield bytes(hashed(bsn))
    for text in texts:
        yield hashlib.sha256(text).digest()
        yield hashlib.sha512(text).digest()[:32]
        yield hashlib.sha3_256(text).digest()
        yield hashlib.blake2b(text, digest_size=32).digest()
    for key, text in product(known_keys, texts):
        yield hmac.digest(key, text, "sha256")


def hits(
    index_tokens: set[bytes],
    seals: bytes,
    ways: Callable[[str], Iterator[bytes]],
    dictionary: Sequence[str] = DICTIONARY,
) -> int:
    """Return how many numbers of the dictionary the thief recognizes, in whole, by prefix or in a seal."""
    prefixes = {token[:8] for token in index_tokens}
    return sum(
        any(way in index_tokens or way[:8] in prefixes or way in seals for way in ways(bsn)) for bsn in dictionary
    )


def with_the_keys(bsn: str) -> Iterator[bytes]:
    """Yield the index token as somebody would who has the index key *and* the pepper."""
    prefix = lp(b"hitindex-v1/lookup") + lp(b"youth") + lp(b"\x00\x00\x00\x01")
    yield hmac.digest(PEPPER, prefix + group.multiply(_INDEX_KEY, hashed(bsn)), "sha256")


_INDEX_KEY = _whole_key(INDEX)


@pytest.fixture(scope="module")
def stolen() -> tuple[set[bytes], bytes]:
    """Return a dump with fifty persons in it."""
    return dump(DICTIONARY[:50])


def test_a_dictionary_over_a_dump_finds_nobody(stolen: tuple[set[bytes], bytes]) -> None:
    """G43 and G44: two thousand numbers, every public way, not one hit in tokens, prefixes or seals."""
    assert 0 == hits(*stolen, public_ways)


def test_control_the_dictionary_finds_all_with_the_keys(stolen: tuple[set[bytes], bytes]) -> None:
    """The same search with the index key and the pepper finds all fifty: the search works."""
    assert 50 == hits(*stolen, with_the_keys)


def test_control_the_dictionary_finds_all_in_a_hashed_index() -> None:
    """The same search over an index of plain hashes finds all: the public ways are real ways."""
    naive = {hashlib.sha256(bsn.encode()).digest() for bsn in DICTIONARY[:50]}

    assert 50 == hits(naive, b"", public_ways, DICTIONARY[:100])


def test_a_dump_and_the_pepper_find_nobody_without_the_index_key(stolen: tuple[set[bytes], bytes]) -> None:
    """Even a stolen pepper leaves the holders in between."""

    def with_the_pepper(bsn: str) -> Iterator[bytes]:
        prefix = lp(b"hitindex-v1/lookup") + lp(b"youth") + lp(b"\x00\x00\x00\x01")
        yield hmac.digest(PEPPER, prefix + hashed(bsn), "sha256")

    assert 0 == hits(*stolen, with_the_pepper)


# --- two agencies put their token lists side by side ---


def common(police: Sequence[PersonToken], school: Sequence[PersonToken]) -> int:
    """Return how many entries two lists share, in whole or in any part that names a person."""
    return len({token.element for token in police} & {token.element for token in school})


def test_two_agencies_cannot_join_their_tokens() -> None:
    """G44, joining: the same fifty children, and not one common token; nor with one agency's list in the dump."""
    police, school = (FEDERATION.tokens(label, DICTIONARY[:50]) for label in (POLICE, SCHOOL))
    index_tokens, seals = dump(DICTIONARY[:50])

    assert 0 == common(police, school)
    assert 0 == sum(bytes(token.element) in index_tokens or seals.find(token.element) >= 0 for token in police + school)


def test_control_the_converter_joins_them() -> None:
    """Through the factors all fifty meet: the lists are of the same children."""
    converter = FEDERATION.converter(POLICE, SCHOOL)
    joined = [_index_tokens(converter, FEDERATION.tokens(label, DICTIONARY[:50])) for label in (POLICE, SCHOOL)]

    assert 50 == len(joined[0] & joined[1])


def test_control_one_key_for_all_agencies_joins_them() -> None:
    """If both agencies had one key, their lists would be comparable without anybody's help."""
    assert 50 == common(FEDERATION.tokens(POLICE, DICTIONARY[:50]), FEDERATION.tokens(POLICE, DICTIONARY[:50]))


def _index_tokens(converter: Converter, tokens: Sequence[PersonToken]) -> set[bytes]:
    outcomes = converter.convert([(token, "reg") for token in tokens], "youth")
    return {outcome.index_token.value for outcome in outcomes if isinstance(outcome, Converted)}


# --- a message of an old ceremony is played again ---

CEREMONIES = (b"ceremony of 2026", b"ceremony of 2027")
CONTRIBUTIONS = {2: hashlib.sha256(b"two").digest(), 3: hashlib.sha256(b"three").digest()}


def committed(ceremony_id: bytes, subset: Subset = (1,)) -> dict[int, bytes]:
    """Return the commitments of both holders in one ceremony."""
    return {
        holder: ceremony.commit(part, ceremony_id=ceremony_id, subset=subset, holder=holder)
        for holder, part in CONTRIBUTIONS.items()
    }


@pytest.mark.parametrize("replayed", [2, 3])
@pytest.mark.parametrize("source", [(CEREMONIES[0], (1,)), (CEREMONIES[1], (4,))], ids=["older", "another set"])
def test_a_replayed_ceremony_message_is_refused(replayed: int, source: tuple[bytes, Subset]) -> None:
    """G44, replayed ceremony message: commitment and reveal of another ceremony or set fit each other, and not here."""
    commitments = {**committed(CEREMONIES[1]), replayed: committed(*source)[replayed]}

    with pytest.raises(CeremonyRejected) as refusal:
        ceremony.open_seed((1,), CONTRIBUTIONS, commitments, ceremony_id=CEREMONIES[1])

    assert replayed == refusal.value.holder


def test_a_commitment_copied_from_another_holder_is_refused() -> None:
    """Whoever repeats what another committed to, and then what it revealed, is named: it would cancel the other."""
    commitments = committed(CEREMONIES[1])
    copied = {2: commitments[2], 3: commitments[2]}

    with pytest.raises(CeremonyRejected) as refusal:
        ceremony.open_seed((1,), {2: CONTRIBUTIONS[2], 3: CONTRIBUTIONS[2]}, copied, ceremony_id=CEREMONIES[1])

    assert 3 == refusal.value.holder


def naive_seed(contributions: dict[int, bytes], commitments: dict[int, bytes]) -> bytes:
    """Make a seed as one might at first: commitments that bind nothing but the bytes, and an exclusive or."""
    assert commitments == {holder: hashlib.sha256(part).digest() for holder, part in contributions.items()}
    return bytes(a ^ b for a, b in zip(*contributions.values(), strict=True))


def test_control_commitments_that_bind_nothing_can_be_replayed_and_copied() -> None:
    """An old ceremony played again gives the old seed, and a copied contribution gives a seed that everybody knows."""
    old_messages = {holder: hashlib.sha256(part).digest() for holder, part in CONTRIBUTIONS.items()}
    copied = {2: CONTRIBUTIONS[2], 3: CONTRIBUTIONS[2]}

    assert naive_seed(CONTRIBUTIONS, old_messages) == naive_seed(CONTRIBUTIONS, dict(old_messages))
    assert bytes(32) == naive_seed(copied, {2: old_messages[2], 3: old_messages[2]})


# --- t-1 holders put together what they know ---


def test_fewer_than_t_holders_do_not_make_a_token() -> None:
    """G43: one holder of three, with the seeds it knows, misses a part of every key."""
    [token] = FEDERATION.tokens(POLICE, [VICTIM])

    for holder in FEDERATION.holders:
        known = FEDERATION.seeds(holder)
        partial = group.ZERO
        for subset, seed in known.items():
            salt = FEDERATION.salts(holder, POLICE)[subset]
            partial = group.scalar_add(partial, sharing.contribution(seed, POLICE, salt))
        assert token.element != group.multiply(partial, hashed(VICTIM))
        assert token.element != group.multiply(FEDERATION.share(holder, POLICE), hashed(VICTIM))


def test_control_t_holders_together_make_a_token() -> None:
    """Two of them have it: that is what the threshold is."""
    [token] = FEDERATION.tokens(POLICE, [VICTIM])

    assert token.element == group.multiply(_whole_key(POLICE), hashed(VICTIM))

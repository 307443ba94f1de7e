"""Evaluation and proof as the house uses them: any answer that was not made with the pinned key is refused."""

import pytest

from keys import group, oprf
from keys.group import Element

SECRET, PUBLIC = oprf.derive_key_pair(bytes(32), b"a label")
INPUTS = [b"first", b"second", b"third"]


def test_unblinding_gives_the_evaluation_of_the_input() -> None:
    """The blind leaves no trace: two blindings of one input give one result."""
    results = []
    for _ in range(2):
        blinds, elements = oprf.blind(INPUTS)
        evaluated, proof = oprf.evaluate_and_prove(SECRET, PUBLIC, elements)
        oprf.verify_proof(PUBLIC, elements, evaluated, proof)
        results.append(oprf.unblind(blinds, evaluated))

    assert [group.multiply(SECRET, oprf.VOPRF.hash_to_group(value)) for value in INPUTS] == results[0] == results[1]


def test_two_blindings_of_one_input_differ() -> None:
    """A holder cannot tell that it saw a person before."""
    assert oprf.blind([b"first"])[1] != oprf.blind([b"first"])[1]


def test_two_proofs_of_one_evaluation_differ() -> None:
    """The random scalar of a proof is fresh: repeated once, it would give the key away."""
    _, elements = oprf.blind(INPUTS)

    assert oprf.evaluate_and_prove(SECRET, PUBLIC, elements)[1] != oprf.evaluate_and_prove(SECRET, PUBLIC, elements)[1]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_wrong_element_anywhere_in_a_batch_is_refused(at: int) -> None:
    """First, in the middle and last."""
    _, elements = oprf.blind(INPUTS)
    evaluated, proof = oprf.evaluate_and_prove(SECRET, PUBLIC, elements)
    evaluated[at] = group.add(evaluated[at], group.GENERATOR)

    with pytest.raises(oprf.ProofRejected):
        oprf.verify_proof(PUBLIC, elements, evaluated, proof)


def test_swapped_answers_are_refused() -> None:
    """The proof binds the order: otherwise one person's token would become another's."""
    _, elements = oprf.blind(INPUTS)
    evaluated, proof = oprf.evaluate_and_prove(SECRET, PUBLIC, elements)

    with pytest.raises(oprf.ProofRejected):
        oprf.verify_proof(PUBLIC, elements, [evaluated[1], evaluated[0], evaluated[2]], proof)


@pytest.mark.parametrize("proof", [b"", bytes(64), b"\xff" * 64, bytes(63), bytes(65), bytes(32) + group.ONE])
def test_bytes_that_are_no_proof_are_refused(proof: bytes) -> None:
    """Whatever the length and content."""
    _, elements = oprf.blind(INPUTS)
    evaluated = oprf.evaluate(SECRET, elements)

    with pytest.raises(oprf.ProofRejected):
        oprf.verify_proof(PUBLIC, elements, evaluated, proof)


@pytest.mark.parametrize("answer", [b"", bytes(32), b"\xff" * 32, bytes(33), bytes(70_000)])
def test_bytes_that_are_no_evaluation_are_refused(answer: bytes) -> None:
    """The identity, undecodable bytes and other lengths, in any place, are a rejected proof and no other error."""
    _, elements = oprf.blind(INPUTS)
    evaluated, proof = oprf.evaluate_and_prove(SECRET, PUBLIC, elements)

    for at in range(3):
        with pytest.raises(oprf.ProofRejected):
            oprf.verify_proof(PUBLIC, elements, [*evaluated[:at], Element(answer), *evaluated[at + 1 :]], proof)


@pytest.mark.parametrize("kept", [0, 2])
def test_an_answer_of_another_length_is_refused(kept: int) -> None:
    """A holder that leaves one out, or all."""
    _, elements = oprf.blind(INPUTS)
    evaluated, proof = oprf.evaluate_and_prove(SECRET, PUBLIC, elements)

    with pytest.raises(oprf.ProofRejected):
        oprf.verify_proof(PUBLIC, elements, evaluated[:kept], proof)


def test_a_holder_does_not_evaluate_what_is_no_element() -> None:
    """The identity would come back as itself and say nothing; undecodable bytes are refused as well."""
    for element in (group.IDENTITY, Element(b"\xff" * 32)):
        with pytest.raises(group.InvalidElement):
            oprf.evaluate_and_prove(SECRET, PUBLIC, [group.GENERATOR, element])


def test_an_empty_batch_is_refused() -> None:
    """A proof about nothing proves nothing."""
    with pytest.raises(ValueError, match="1 to 65535"):
        oprf.evaluate_and_prove(SECRET, PUBLIC, [])


def test_keys_follow_from_seed_and_label() -> None:
    """One seed and label, one key; another of either, another key. A seed is 32 bytes."""
    assert (SECRET, PUBLIC) == oprf.derive_key_pair(bytes(32), b"a label")
    assert oprf.derive_secret(bytes(32), b"another label") != SECRET
    assert oprf.derive_secret(b"\x01" * 32, b"a label") != SECRET
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        oprf.derive_secret(bytes(31), b"a label")


def test_auditable_blinds_can_be_shown_again() -> None:
    """The same audit key and nonce give the same blinds, another nonce or key gives others, and none repeats."""
    blinds = oprf.auditable_blinds(b"audit key", b"nonce of a call!", 3)

    assert blinds == oprf.auditable_blinds(b"audit key", b"nonce of a call!", 3)
    assert 3 == len(set(blinds))
    assert not set(blinds) & set(oprf.auditable_blinds(b"audit key", b"nonce of another", 3))
    assert not set(blinds) & set(oprf.auditable_blinds(b"other key", b"nonce of a call!", 3))
    assert oprf.blind(INPUTS, blinds=blinds) == oprf.blind(INPUTS, blinds=blinds)
    with pytest.raises(ValueError, match="argument"):
        oprf.blind(INPUTS, blinds=blinds[:2])

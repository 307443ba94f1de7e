"""Another implementation of RFC 9497 (the PyPI package `voprf`, in Rust) and ours understand each other, both ways."""

import hashlib

import pytest
import voprf.ristretto as theirs

from keys import oprf
from keys.group import Element

SEED = hashlib.sha256(b"a seed of this test").digest()
INFO = b"a label"
PROOF_BYTES = 64
ELEMENT_BYTES = 32


def test_both_derive_the_same_key() -> None:
    """One seed and info give one public key."""
    _, public = oprf.derive_key_pair(SEED, INFO)

    assert theirs.Evaluator.from_seed(SEED, INFO).public_key.serialize() == public


def test_their_client_accepts_our_holder() -> None:
    """Their client verifies our proof and gets the output that their own server would give."""
    secret, public = oprf.derive_key_pair(SEED, INFO)
    client, blinded = theirs.Client.blind(b"a person")

    [evaluated], proof = oprf.evaluate_and_prove(secret, public, [Element(blinded.serialize())])
    answer = theirs.VerifiableOutput.deserialize(proof + evaluated)
    output = client.finalize(answer, theirs.PublicKey.deserialize(public))

    assert theirs.Evaluator.from_seed(SEED, INFO).evaluate_known_input(b"a person") == output


def test_their_client_accepts_a_batch_of_our_holder() -> None:
    """One proof of ours covers a batch of theirs."""
    secret, public = oprf.derive_key_pair(SEED, INFO)
    inputs = [b"first", b"second", b"third"]
    clients, blinded = zip(*map(theirs.Client.blind, inputs), strict=True)

    evaluated, proof = oprf.evaluate_and_prove(secret, public, [Element(each.serialize()) for each in blinded])
    answer = theirs.VerifiableBatchOutput.deserialize(proof + b"".join(evaluated))
    outputs = theirs.Client.finalize_batch(clients, answer, theirs.PublicKey.deserialize(public))

    server = theirs.Evaluator.from_seed(SEED, INFO)
    assert [server.evaluate_known_input(each) for each in inputs] == outputs


def test_their_client_refuses_our_holder_with_another_key() -> None:
    """The refusal is theirs too: a proof under another key than the pinned one does not pass."""
    other, other_public = oprf.derive_key_pair(SEED, b"another label")
    client, blinded = theirs.Client.blind(b"a person")
    [evaluated], proof = oprf.evaluate_and_prove(other, other_public, [Element(blinded.serialize())])
    pinned = theirs.Evaluator.from_seed(SEED, INFO).public_key

    with pytest.raises(ValueError, match=r".+"):
        client.finalize(theirs.VerifiableOutput.deserialize(proof + evaluated), pinned)


def test_our_client_accepts_their_server() -> None:
    """Our client verifies their proof over a batch and finalizes to what their server says."""
    server = theirs.Evaluator.from_seed(SEED, INFO)
    inputs = [b"first", b"second"]
    blinds, elements = oprf.blind(inputs)

    answer = server.evaluate_batch([theirs.BlindedInput.deserialize(each) for each in elements]).serialize()
    proof, rest = answer[:PROOF_BYTES], answer[PROOF_BYTES:]
    evaluated = [Element(rest[at : at + ELEMENT_BYTES]) for at in range(0, len(rest), ELEMENT_BYTES)]
    oprf.verify_proof(Element(server.public_key.serialize()), elements, evaluated, proof)

    outputs = [oprf.finalize(value, each) for value, each in zip(inputs, oprf.unblind(blinds, evaluated), strict=True)]
    assert [server.evaluate_known_input(value) for value in inputs] == outputs

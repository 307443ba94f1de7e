"""The official vectors of RFC 9497, byte for byte, in every mode.

Origin: cfrg/draft-irtf-cfrg-voprf, `poc/vectors/allVectors.json`, unchanged.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keys import group, oprf
from keys.group import Element, Scalar
from keys.suite import Group, Mode, Suite
from tests.support import p256

SOURCE = Path(__file__).parent / "rfc9497_all_vectors.json"
GROUPS: dict[str, Group] = {"ristretto255-SHA512": group, "P256-SHA256": p256}
OFFICIAL = 16


class ScriptedGroup:
    """A group whose random scalars are those of the vector; all else is the real one."""

    def __init__(self, real: Group, scalars: list[Scalar]) -> None:
        self._real = real
        self._scalars = scalars

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def random_scalar(self) -> Scalar:
        """Return the next scalar of the script."""
        return self._scalars.pop(0)


@dataclass(frozen=True)
class Vector:
    """One official vector with the suite it is of."""

    suite: dict[str, Any]
    values: dict[str, Any]

    @property
    def mode(self) -> Mode:
        """The mode that the vector is of."""
        return Mode(self.suite["mode"])

    def __str__(self) -> str:
        return f"{self.suite['identifier']}-{self.mode.name}-batch{self.values['Batch']}-{self.values['Input'][:4]}"

    def many(self, name: str) -> list[bytes]:
        """Return the values of a field, one for each input of the batch."""
        return [bytes.fromhex(part) for part in self.values[name].split(",")]

    def elements(self, name: str) -> list[Element]:
        """Return a field as elements."""
        return [Element(each) for each in self.many(name)]

    def scripted(self, *scalars: bytes) -> Suite:
        """Return the suite of the vector with these as its random scalars."""
        real = GROUPS[self.suite["identifier"]]
        return Suite(ScriptedGroup(real, [Scalar(each) for each in scalars]), self.mode)


def load(source: Path) -> list[Vector]:
    """Return the vectors of the suites at hand; an empty set is a failure, not a pass."""
    suites = [suite for suite in json.loads(source.read_text()) if suite["identifier"] in GROUPS]
    found = [Vector(suite, values) for suite in suites for values in suite["vectors"]]
    if not found:
        raise AssertionError("no vector of an implemented suite")
    return found


VECTORS = load(SOURCE)


def test_all_official_vectors_of_both_suites_run() -> None:
    """Sixteen vectors, eight for each suite and all three modes: none is left out."""
    ran = {(vector.suite["identifier"], vector.mode) for vector in VECTORS}

    assert OFFICIAL == len(VECTORS) == len({str(vector) for vector in VECTORS})
    assert {(name, mode) for name in GROUPS for mode in Mode} == ran


def test_an_empty_set_of_vectors_is_a_failure(tmp_path: Path) -> None:
    """The loader refuses a file without a vector that concerns us."""
    empty = tmp_path / "vectors.json"
    empty.write_text('[{"identifier": "decaf448-SHAKE256", "vectors": [{}]}]')

    with pytest.raises(AssertionError, match="no vector"):
        load(empty)


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_official_vector(vector: Vector) -> None:
    """Key derivation, blinding, evaluation, proof and output are those of the RFC."""
    secret, public = _derived(vector)
    blinds, elements = _blinded(vector)
    evaluated, proof, tweaked = _evaluated(vector, secret, public, elements)

    assert vector.elements("EvaluationElement") == evaluated
    assert vector.values.get("Proof", {"proof": ""})["proof"] == proof.hex()
    _verify(vector, tweaked, elements, evaluated, proof)
    assert vector.many("Output") == _outputs(vector, blinds, evaluated)


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.mode is not Mode.OPRF], ids=str)
def test_official_proof_does_not_fit_another_evaluation(vector: Vector) -> None:
    """The vector's own proof is refused once an evaluated element is another."""
    secret, public = _derived(vector)
    _, elements = _blinded(vector)
    evaluated, proof, tweaked = _evaluated(vector, secret, public, elements)

    with pytest.raises(oprf.ProofRejected):
        _verify(vector, tweaked, elements, [*evaluated[:-1], elements[-1]], proof)


def _derived(vector: Vector) -> tuple[Scalar, Element]:
    seed, info = bytes.fromhex(vector.suite["seed"]), bytes.fromhex(vector.suite["keyInfo"])
    secret, public = oprf.derive_key_pair(seed, info, suite=vector.scripted())
    assert vector.suite["skSm"] == secret.hex()
    assert vector.suite.get("pkSm", public.hex()) == public.hex()
    return secret, public


def _blinded(vector: Vector) -> tuple[list[Scalar], list[Element]]:
    blinds, elements = oprf.blind(vector.many("Input"), suite=vector.scripted(*vector.many("Blind")))
    assert vector.elements("BlindedElement") == elements
    return blinds, elements


def _evaluated(
    vector: Vector, secret: Scalar, public: Element, elements: list[Element]
) -> tuple[list[Element], bytes, Element]:
    """Return the evaluated elements, the proof (empty without one) and the key that it is about."""
    if vector.mode is Mode.OPRF:
        return oprf.evaluate(secret, elements, suite=vector.scripted()), b"", public
    suite = vector.scripted(bytes.fromhex(vector.values["Proof"]["r"]))
    if vector.mode is Mode.VOPRF:
        return *oprf.evaluate_and_prove(secret, public, elements, suite=suite), public
    info = bytes.fromhex(vector.values["Info"])
    evaluated, proof = oprf.evaluate_and_prove_with_info(secret, elements, info, suite=suite)
    return evaluated, proof, oprf.tweak_public(public, info, suite=suite)


def _verify(vector: Vector, key: Element, elements: list[Element], evaluated: list[Element], proof: bytes) -> None:
    if vector.mode is Mode.VOPRF:
        oprf.verify_proof(key, elements, evaluated, proof, suite=vector.scripted())
    if vector.mode is Mode.POPRF:
        oprf.verify_proof_with_info(key, elements, evaluated, proof, suite=vector.scripted())


def _outputs(vector: Vector, blinds: list[Scalar], evaluated: list[Element]) -> list[bytes]:
    suite = vector.scripted()
    info = bytes.fromhex(vector.values["Info"]) if vector.mode is Mode.POPRF else None
    unblinded = oprf.unblind(blinds, evaluated, suite=suite)
    return [
        oprf.finalize(value, element, info=info, suite=suite)
        for value, element in zip(vector.many("Input"), unblinded, strict=True)
    ]

"""Measures tokens per CPU-second at the agency, a holder and the gateway, as a share of libsodium's own rate.

`python -m load_tests.crypto` measures all in one run, because shares of two runs on a shared machine mean nothing.
A share is the time that the group operations of a step take by themselves, called in a tight loop without any of our
code, over the time that the step takes. Without other load it says what Python, hashing and copying cost on top.
"""

import argparse
import ctypes
import json
import secrets
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from keys import group, oprf, sharing, sodium
from keys.conversion import ConversionFactor, Converter
from keys.group import Element, Scalar
from keys.labels import KeyLabel, bsn_input, key_id
from keys.tokens import PersonToken

THRESHOLD, HOLDERS = 2, 3
AGENCY = KeyLabel("agency", "00000000990000000001", "youth", 1)
INDEX = KeyLabel("index", "", "youth", 1)
INPUT = bsn_input("000000012")
ROUNDS = 7
LOOP = 20  # calls between two looks at the clock


@dataclass(frozen=True, slots=True)
class GroupCosts:
    """CPU-seconds of one call of libsodium, through nothing but ctypes."""

    multiply: float
    multiply_base: float
    add: float
    hash_to_group: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """One step: tokens per CPU-second, and the part of its time that is group operations."""

    step: str
    tokens_per_cpu_second: float
    share: float


def cpu_seconds(action: Callable[[], object], budget: float) -> float:
    """Return the CPU-seconds of one call, over as many calls as the budget allows."""
    started, calls = time.process_time(), 0
    while not calls or time.process_time() - started < budget:
        action()
        calls += 1
    return (time.process_time() - started) / calls


def tight_loop(name: str, *arguments: bytes) -> Callable[[], object]:
    """Return a call of one function of libsodium into one buffer, with nothing around it."""
    native = getattr(sodium.load_library(), name)
    native.argtypes, native.restype = (ctypes.c_char_p,) * (1 + len(arguments)), ctypes.c_int
    buffer = (ctypes.c_char * group.ELEMENT_BYTES)()

    def call() -> None:
        for _ in range(LOOP):
            native(buffer, *arguments)

    return call


def group_costs(budget: float) -> GroupCosts:
    """Measure libsodium's own rates."""
    scalar, element = group.random_scalar(), group.multiply_base(group.random_scalar())
    other, wide = group.multiply_base(scalar), secrets.token_bytes(64)
    loops = (
        tight_loop("crypto_scalarmult_ristretto255", scalar, element),
        tight_loop("crypto_scalarmult_ristretto255_base", scalar),
        tight_loop("crypto_core_ristretto255_add", element, other),
        tight_loop("crypto_core_ristretto255_from_hash", wide),
    )
    return GroupCosts(*(cpu_seconds(loop, budget / len(loops)) / LOOP for loop in loops))


class Parties:
    """An agency, (2, 3) holders and a converter that hold fresh keys."""

    def __init__(self) -> None:
        """Make seeds, shares and the factor."""
        self.seeds = {subset: secrets.token_bytes(32) for subset in sharing.subsets(THRESHOLD, HOLDERS)}
        self.public, self.pinned = self._public(AGENCY)
        self.shares = [self._share(holder) for holder in range(1, HOLDERS + 1)]

    def _public(self, label: KeyLabel) -> tuple[Element, tuple[Element, ...]]:
        commitments = {subset: sharing.commitment(seed, label, b"salt") for subset, seed in self.seeds.items()}
        return sharing.public_keys(commitments, THRESHOLD, HOLDERS)

    def _share(self, holder: int) -> Scalar:
        known = sharing.known_subsets(holder, THRESHOLD, HOLDERS)
        seeds = {subset: self.seeds[subset] for subset in known}
        salts = dict.fromkeys(known, b"salt")
        return sharing.share(holder=holder, seeds=seeds, label=AGENCY, salts=salts, t=THRESHOLD, n=HOLDERS)

    def answers(self, elements: list[Element]) -> list[tuple[list[Element], bytes]]:
        """Return the evaluations of the first t holders."""
        return [oprf.evaluate_and_prove(self.shares[at], self.pinned[at], elements) for at in range(THRESHOLD)]

    def agency_work(
        self, blinds: list[Scalar], elements: list[Element], given: list[tuple[list[Element], bytes]]
    ) -> None:
        """Do all that an agency does for a batch: blind, verify the answer of t holders, combine."""
        oprf.blind([INPUT] * len(elements))
        for at, (evaluated, proof) in enumerate(given):
            oprf.verify_proof(self.pinned[at], elements, evaluated, proof)
        sharing.combine(tuple(range(1, THRESHOLD + 1)), [evaluated for evaluated, _ in given], blinds)

    def converter(self) -> Converter:
        """Return a converter with some factor: the rate does not depend on which."""
        factor = ConversionFactor(AGENCY, INDEX, key_id(AGENCY, self.public), group.random_scalar())
        return Converter([factor], {("youth", 1): secrets.token_bytes(32)}, secrets.token_bytes(32))


@dataclass(frozen=True, slots=True)
class Step:
    """What is measured: one call, how many tokens it makes, and which group operations it cannot do without."""

    name: str
    tokens: int
    run: Callable[[], object]
    least: Callable[[GroupCosts], float]

    def measure(self, budget: float) -> Measurement:
        """Return the medians of several rounds; each compares the step with libsodium before and after it.

        A shared machine changes its speed by a third within seconds: only neighbors in time can be compared.
        """
        shares, rates = [], []
        before = group_costs(budget / ROUNDS / 2)
        for _ in range(ROUNDS):
            seconds = cpu_seconds(self.run, budget / ROUNDS)
            after = group_costs(budget / ROUNDS / 2)
            shares.append((self.least(before) + self.least(after)) / 2 / seconds)
            rates.append(self.tokens / seconds)
            before = after
        return Measurement(self.name, statistics.median(rates), statistics.median(shares))


def agency(parties: Parties, batch: int) -> Step:
    """Return an agency's side of a batch of tokens."""
    blinds, elements = oprf.blind([INPUT] * batch)
    given = parties.answers(elements)

    def least(costs: GroupCosts) -> float:
        each = costs.hash_to_group + costs.multiply + THRESHOLD * 2 * (costs.multiply + costs.add)
        each += THRESHOLD * costs.multiply + (THRESHOLD - 1) * costs.add
        return batch * each + THRESHOLD * (3 * costs.multiply + costs.multiply_base)

    name = f"agency ({THRESHOLD},{HOLDERS}), batch of {batch}"
    return Step(name, batch, lambda: parties.agency_work(blinds, elements, given), least)


def holder(parties: Parties, batch: int) -> Step:
    """Return a holder's evaluation and proof of a batch."""
    _, elements = oprf.blind([INPUT] * batch)
    share, public = parties.shares[0], parties.pinned[0]

    def least(costs: GroupCosts) -> float:
        each = batch * 2 * costs.multiply + (batch - 1) * costs.add
        return each + 2 * costs.multiply + costs.multiply_base

    return Step(f"holder, batch of {batch}", batch, lambda: oprf.evaluate_and_prove(share, public, elements), least)


def gateway(parties: Parties, batch: int) -> Step:
    """Return the conversion of a batch to index tokens and seals."""
    converter, name = parties.converter(), key_id(AGENCY, parties.public)
    items = [(PersonToken(name, group.multiply_base(group.random_scalar())), f"reg_{at}") for at in range(batch)]
    return Step(
        f"gateway convert, batch of {batch}",
        batch,
        lambda: converter.convert(items, "youth"),
        lambda costs: batch * costs.multiply,
    )


def measure(budget: float) -> tuple[float, list[Measurement]]:
    """Return libsodium's multiplications per CPU-second, and every step, each in about twice `budget` CPU-seconds."""
    parties = Parties()
    steps = [agency(parties, batch) for batch in (1, 1000)]
    steps += [holder(parties, batch) for batch in (1, 200, 1000)]
    steps.append(gateway(parties, 1000))
    return 1 / group_costs(budget).multiply, [step.measure(budget) for step in steps]


def main() -> None:
    """Print the table, or one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.crypto", description=__doc__)
    parser.add_argument(
        "--budget", type=float, default=2.0, help="CPU-seconds per measured step, and as many for libsodium (2)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    chosen = parser.parse_args()
    rate, steps = measure(chosen.budget)
    if chosen.json:
        found = {
            "libsodium": sodium.version(),
            "multiplications_per_cpu_second": rate,
            "steps": list(map(asdict, steps)),
        }
        print(json.dumps(found, indent=2))
        return
    print(f"libsodium {sodium.version()}: {rate:,.0f} multiplications per CPU-second")
    print(f"{'step':<32}{'tokens per CPU-second':>24}{'share of its group operations':>32}")
    for step in steps:
        print(f"{step.step:<32}{step.tokens_per_cpu_second:>24,.0f}{step.share:>32.0%}")


if __name__ == "__main__":
    main()

"""Decides with which pseudorandom masks a holder hides its shares when a ratio of keys is opened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keys import group, oprf
from keys.group import Scalar
from keys.hidden import Hidden
from keys.labels import lp
from keys.polynomials import Subset, sum_scalars, weight_of


@dataclass(frozen=True, slots=True, repr=False)
class Masks(Hidden):
    """What a holder draws from one purpose's strings: its share of a random scalar and two shares of zero."""

    holder: int
    seeds: Mapping[Subset, bytes]
    contexts: Mapping[Subset, bytes]
    t: int

    def random_share(self) -> Scalar:
        """Return the share of a random scalar that nobody knows (degree t-1)."""
        return sum_scalars(
            group.scalar_mul(self._draw(subset, b"rho", 0), weight_of(subset, self.holder)) for subset in self.seeds
        )

    def zero_share(self, name: bytes) -> Scalar:
        """Return the share of a random polynomial of degree 2(t-1) that is zero at 0 (pseudorandom zero sharing)."""
        return sum_scalars(term for subset in self.seeds for term in self._zero_terms(subset, name))

    def _zero_terms(self, subset: Subset, name: bytes) -> Iterator[Scalar]:
        """Yield the terms of one seed: f_S(X) * X^power spans what may vanish at 0 and at S, for power 1 to t-1."""
        weight = weight_of(subset, self.holder)
        for power in range(1, self.t):
            basis = group.scalar_mul(weight, group.scalar_from_int(self.holder**power))
            yield group.scalar_mul(self._draw(subset, name, power), basis)

    def _draw(self, subset: Subset, name: bytes, power: int) -> Scalar:
        return oprf.derive_secret(self.seeds[subset], self.contexts[subset] + lp(name) + power.to_bytes(2, "big"))

"""Decides how one key lives at n holders of whom any t can use it: pseudorandom secret sharing without a dealer.

After Cramer, Damgard and Ishai (TCC 2005). For each set S of t-1 holders there is a 32-byte seed that every holder
outside S knows. From the seeds follows a share of any key whose label somebody thinks of, without another message:

    k = sum phi_S        share of holder i = sum over S without i of phi_S * f_S(i)
    f_S(X) = product over j in S of (j - X) / j, so f_S(0) = 1 and f_S(j) = 0 for j in S

Holders have the numbers 1 to n, and n >= 2t-1. (1, 1) has one seed, of the empty set, known to the one holder.

2t-1 holders tell the converter c = k_index / k_agency and nothing else by a masked opening (Bar-Ilan and Beaver, PODC
1989): one message each, the masks drawn from the same seeds. rho is a shared random scalar, z and z' are two sharings
of zero of degree 2(t-1):

    u_i = rho_i * k_agency_i + z_i        v_i = rho_i * k_index_i + z'_i        c = v(0) / u(0)
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from keys import group, oprf
from keys.group import Element, Scalar
from keys.labels import KeyLabel, lp
from keys.masks import Masks
from keys.polynomials import Subset, check_entries, known_subsets, lagrange_at_zero, subsets, sum_scalars, weight_of

__all__ = [
    "ConversionRejected",
    "EquivocationDetected",
    "HolderRejected",
    "MaskedShares",
    "RatioRefused",
    "Subset",
    "accept_evaluation",
    "agreed_commitments",
    "check_ratio",
    "combine",
    "commitment",
    "contribution",
    "conversion_message",
    "holder_allowance",
    "known_subsets",
    "lagrange_at_zero",
    "open_conversion",
    "public_keys",
    "share",
    "subsets",
]


class EquivocationDetected(ValueError):
    """Holders publish different commitments for one seed: at least one of them lies."""

    def __init__(self, subset: Subset, holders: tuple[int, ...]) -> None:
        """Name the seed by its subset, and the holders outside the majority (all, when there is none)."""
        super().__init__(f"holders {holders} publish another commitment for the seed of {subset}")
        self.subset = subset
        self.holders = holders


class HolderRejected(ValueError):
    """One holder's evaluation does not fit its pinned key: it lies, or somebody changed its answer."""

    def __init__(self, holder: int) -> None:
        """Name the holder, so that the agency can drop it, report it and ask another."""
        super().__init__(f"the evaluation of holder {holder} does not fit its pinned key")
        self.holder = holder


class RatioRefused(ValueError):
    """A ratio that holders never open: only an agency's key to the index key of the same lane may be converted."""


class ConversionRejected(ValueError):
    """The messages do not open to the factor between the two public keys: one of them was changed, or is missing."""


class MaskedShares(NamedTuple):
    """One holder's message to the converter; two of the scalars of 2t-1 such messages give the factor away."""

    u: Scalar
    v: Scalar

    def __repr__(self) -> str:
        """Name the type and nothing else."""
        return "MaskedShares(hidden)"


def holder_allowance(quota: int, t: int, n: int) -> int:
    """Return what one holder may evaluate for a caller who may make `quota` tokens in all: quota * t / n, down.

    Each token costs an evaluation at t holders, so n such allowances are worth `quota` tokens whichever holders the
    caller chooses each time.
    """
    return quota * t // n


def contribution(seed: bytes, label: KeyLabel, salt: bytes) -> Scalar:
    """Return phi_S of a label: what the seed of S adds to the key. Erasing the salt erases it."""
    return oprf.derive_secret(seed, label.encode() + lp(salt))


def commitment(seed: bytes, label: KeyLabel, salt: bytes) -> Element:
    """Return phi_S * G, which every holder that knows the seed publishes."""
    return group.multiply_base(contribution(seed, label, salt))


def share(
    *, holder: int, seeds: Mapping[Subset, bytes], label: KeyLabel, salts: Mapping[Subset, bytes], t: int, n: int
) -> Scalar:
    """Return the holder's share of the label's key. `seeds` and `salts` are of exactly the sets it is not in."""
    known = known_subsets(holder, t, n)
    check_entries(seeds, known)
    check_entries(salts, known)
    terms = (
        group.scalar_mul(contribution(seeds[subset], label, salts[subset]), weight_of(subset, holder))
        for subset in known
    )
    return sum_scalars(terms)


def agreed_commitments(published: Mapping[int, Mapping[Subset, Element]], t: int, n: int) -> dict[Subset, Element]:
    """Return the one commitment per seed that all its holders publish; `published` is by holder, of all n holders.

    Raises EquivocationDetected when they differ and ValueError when one is missing.
    """
    check_entries(published, range(1, n + 1))
    for holder, commitments in published.items():
        check_entries(commitments, known_subsets(holder, t, n))
    return {subset: _agreed(subset, published) for subset in subsets(t, n)}


def _agreed(subset: Subset, published: Mapping[int, Mapping[Subset, Element]]) -> Element:
    claims = {holder: commitments[subset] for holder, commitments in published.items() if subset in commitments}
    [(element, count), *_] = Counter(claims.values()).most_common(1)
    if count == len(claims):
        return element
    majority = element if 2 * count > len(claims) else None
    raise EquivocationDetected(subset, tuple(sorted(holder for holder in claims if claims[holder] != majority)))


def public_keys(commitments: Mapping[Subset, Element], t: int, n: int) -> tuple[Element, tuple[Element, ...]]:
    """Return the key's public part, and that of each holder's share in the order of the holders.

    `commitments` holds one element for each of `subsets(t, n)`. Anybody can compute this.
    """
    check_entries(commitments, subsets(t, n))
    of_holders = tuple(_public_share(commitments, holder, t, n) for holder in range(1, n + 1))
    return group.add_all(commitments.values()), of_holders


def _public_share(commitments: Mapping[Subset, Element], holder: int, t: int, n: int) -> Element:
    known = known_subsets(holder, t, n)
    return group.linear_combination((weight_of(subset, holder) for subset in known), (commitments[s] for s in known))


def accept_evaluation(
    *, holder: int, pinned: Sequence[Element], elements: Sequence[Element], evaluated: Sequence[Element], proof: bytes
) -> None:
    """Raise HolderRejected unless the answer fits the share of that holder; `pinned` is of all holders in order."""
    try:
        oprf.verify_proof(pinned[holder - 1], elements, evaluated, proof)
    except oprf.ProofRejected:
        raise HolderRejected(holder) from None


def combine(indices: Sequence[int], evaluated: Sequence[Sequence[Element]], blinds: Sequence[Scalar]) -> list[Element]:
    """Return k * H(x) for each input from the *verified* evaluations of t holders, and take the blind off.

    `evaluated` holds one list per holder, in the order of `indices`. One factor per element and holder does both the
    interpolation and the unblinding: lambda_i / r.
    """
    coefficients = lagrange_at_zero(indices)
    inverses = group.scalar_invert_each(blinds)
    return [
        group.linear_combination((group.scalar_mul(factor, inverse) for factor in coefficients), elements)
        for inverse, *elements in zip(inverses, *evaluated, strict=True)
    ]


def conversion_message(
    *,
    holder: int,
    seeds: Mapping[Subset, bytes],
    agency_label: KeyLabel,
    index_label: KeyLabel,
    agency_salts: Mapping[Subset, bytes],
    index_salts: Mapping[Subset, bytes],
    t: int,
    n: int,
) -> MaskedShares:
    """Return the holder's message to the converter, to be sealed to it. Seeds and salts as for `share`.

    The masks depend on both labels and salts, so no two openings share one. Raises RatioRefused for any ratio but
    that of an agency's key to the index key of the same lane.
    """
    check_ratio(agency_label, index_label)
    agency_share = share(holder=holder, seeds=seeds, label=agency_label, salts=agency_salts, t=t, n=n)
    index_share = share(holder=holder, seeds=seeds, label=index_label, salts=index_salts, t=t, n=n)
    labels = lp(b"hitindex-v1/opening") + lp(agency_label.encode()) + lp(index_label.encode())
    known = known_subsets(holder, t, n)
    contexts = {subset: labels + lp(agency_salts[subset]) + lp(index_salts[subset]) for subset in known}
    masks = Masks(holder, seeds, contexts, t)
    rho = masks.random_share()
    return MaskedShares(
        group.scalar_add(group.scalar_mul(rho, agency_share), masks.zero_share(b"u")),
        group.scalar_add(group.scalar_mul(rho, index_share), masks.zero_share(b"v")),
    )


def check_ratio(numerator_of: KeyLabel, denominator_of: KeyLabel) -> None:
    """Raise RatioRefused unless this leads from an agency's key to the index key of the same lane."""
    allowed = numerator_of.kind == "agency" and denominator_of.kind == "index"
    if not allowed or numerator_of.lane != denominator_of.lane:
        raise RatioRefused("holders open the ratio of an agency's key to the index key of its lane, and no other")


def open_conversion(
    messages: Mapping[int, tuple[Scalar, Scalar]], *, agency_public: Element, index_public: Element, t: int
) -> Scalar:
    """Return c with c * K_agency = K_index from the messages of at least 2t-1 holders, by holder.

    Raises ConversionRejected when there are too few, or when they do not open to exactly that factor. All messages
    given are used: more than 2t-1 must lie on the same polynomials.
    """
    if len(messages) < 2 * t - 1:
        raise ConversionRejected(f"{len(messages)} messages are too few: a factor needs {2 * t - 1}")
    factor = _ratio(messages)
    if factor is None or not _leads(factor, agency_public, index_public):
        raise ConversionRejected("the messages do not open to the factor between the two keys")
    return factor


def _ratio(messages: Mapping[int, tuple[Scalar, Scalar]]) -> Scalar | None:
    coefficients = lagrange_at_zero(tuple(messages))
    try:
        u, v = (
            sum_scalars(map(group.scalar_mul, coefficients, map(group.decode_scalar, values)))
            for values in zip(*messages.values(), strict=True)
        )
        return group.scalar_mul(v, group.scalar_invert(u))
    except group.InvalidScalar:
        return None


def _leads(factor: Scalar, source: Element, target: Element) -> bool:
    try:
        return group.multiply(factor, source) == target
    except group.InvalidElement:
        return False

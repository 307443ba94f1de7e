"""Decides how a gateway gets a new label into use: salts, commitments, a signed manifest, the conversion factor.

Nothing here reaches out: `ask` does, given by whoever has a network. Nothing here is secret until the factor opens.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import ValidationError

from keys import group, sharing
from keys.conversion import ConversionFactor
from keys.evaluations import (
    CONVERSION_SHARES,
    KEY_COMMITMENTS,
    KEY_SALTS,
    MANIFEST_SIGNATURES,
    ChooseSalts,
    ChosenSalts,
    ConversionShare,
    KeyCommitments,
    ManifestSignature,
    OpenConversion,
    PublishCommitments,
    SignManifest,
    conversion_purpose,
)
from keys.group import InvalidElement, InvalidScalar, Scalar
from keys.labels import KeyLabel
from keys.manifest import HolderSignature, Manifest
from keys.sealing import SealingKey, SealRefused
from keys.strict_json import CEREMONY, MalformedJson, parse
from keys.trust import Party, TrustList
from keys.wire import LabelMessage, Message

Ask = Callable[[Party, str, Message], bytes]
M = TypeVar("M", bound=Message)


class HolderUnavailable(Exception):
    """What an `Ask` raises for a holder that cannot be reached or refuses; `code` is the problem's, or a short name."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class OnboardingFailed(Exception):
    """A label that could not be brought into use; the text names the holders and why."""


def make_manifest(label: KeyLabel, *, trust: TrustList, ask: Ask) -> Manifest:
    """Let the holders make the key of a label and return its manifest, signed by at least t of them.

    Asked again for a label that has a key, the holders give the same key. Raises OnboardingFailed. All n holders must
    be there, except for the signatures; `ask` sends a signed POST to an address and returns the verified answer.
    """
    message, holders = LabelMessage.of(label), trust.holders()
    salts = tuple(_from(ask, holder, KEY_SALTS, ChooseSalts(label=message), ChosenSalts) for holder in holders)
    publish = PublishCommitments(label=message, salts=salts)
    published = tuple(_from(ask, holder, KEY_COMMITMENTS, publish, KeyCommitments) for holder in holders)
    manifest = _recomputed(label, published, trust)
    return _with_signatures(manifest, SignManifest(commitments=published), trust, ask)


def open_factor(
    agency_label: KeyLabel, index_label: KeyLabel, *, trust: TrustList, converter: SealingKey, ask: Ask
) -> ConversionFactor:
    """Return c = k_index / k_agency for two labels that have manifests in `trust`; raises OnboardingFailed.

    It takes 2t-1 holders. The factor is checked against both public keys, so a share that was tampered with shows.
    """
    agency, index = trust.manifest(agency_label), trust.manifest(index_label)
    if agency is None or index is None:
        raise OnboardingFailed("a factor leads from one manifest to another, and one of the two is missing")
    question = OpenConversion(agency_label=LabelMessage.of(agency_label), index_label=LabelMessage.of(index_label))
    shares: dict[int, tuple[Scalar, Scalar]] = {}
    failures: list[str] = []
    for holder in trust.holders():
        try:
            share = _from(ask, holder, CONVERSION_SHARES, question, ConversionShare)
            shares[holder.holder_index or 0] = _opened(share, holder, agency_label, index_label, converter)
        except OnboardingFailed as failed:
            failures.append(str(failed))
    try:
        scalar = sharing.open_conversion(
            shares, agency_public=agency.public_key, index_public=index.public_key, t=trust.threshold
        )
    except sharing.ConversionRejected as rejected:
        raise OnboardingFailed("; ".join((str(rejected), *failures))) from None
    return ConversionFactor(agency_label, index_label, agency.key_id, scalar)


def _from(ask: Ask, holder: Party, path: str, question: Message, gives: type[M]) -> M:
    """Ask one holder and read its answer; raises OnboardingFailed, naming it."""
    try:
        answer = gives.model_validate(parse(ask(holder, path, question), CEREMONY))
    except HolderUnavailable as unavailable:
        raise OnboardingFailed(f"holder {holder.holder_index}: {unavailable.code}") from None
    except (MalformedJson, ValidationError):
        raise OnboardingFailed(f"holder {holder.holder_index}: an answer that cannot be read") from None
    if getattr(answer, "holder", None) != holder.holder_index:
        raise OnboardingFailed(f"holder {holder.holder_index}: an answer under another number")
    return answer


def _recomputed(label: KeyLabel, published: tuple[KeyCommitments, ...], trust: TrustList) -> Manifest:
    n = len(trust.holders())
    try:
        by_holder = {
            one.holder: {subset: group.decode_element(element) for subset, element in one.by_subset().items()}
            for one in published
        }
        commitments = sharing.agreed_commitments(by_holder, trust.threshold, n)
        public_key, of_holders = sharing.public_keys(commitments, trust.threshold, n)
    except (ValueError, InvalidElement) as invalid:
        raise OnboardingFailed(f"the holders publish no key together: {type(invalid).__name__}: {invalid}") from None
    return Manifest(label, public_key, of_holders, trust.threshold)


def _with_signatures(manifest: Manifest, question: SignManifest, trust: TrustList, ask: Ask) -> Manifest:
    failures: list[str] = []
    for holder in trust.holders():
        try:
            answer = _from(ask, holder, MANIFEST_SIGNATURES, question, ManifestSignature)
            manifest = manifest.with_signature(HolderSignature(answer.holder, answer.signature))
        except OnboardingFailed as failed:
            failures.append(str(failed))
    if len(manifest.valid_signers(_signing_keys(trust))) < trust.threshold:
        reasons = "; ".join(failures) or "signatures that do not verify"
        raise OnboardingFailed(f"fewer than {trust.threshold} holders signed the manifest: {reasons}")
    return manifest


def _signing_keys(trust: TrustList) -> Mapping[int, tuple[bytes, ...]]:
    return {
        holder.holder_index or 0: tuple(key.public for key in holder.keys if key.vouches) for holder in trust.holders()
    }


def _opened(
    share: ConversionShare, holder: Party, agency_label: KeyLabel, index_label: KeyLabel, converter: SealingKey
) -> tuple[Scalar, Scalar]:
    purpose = conversion_purpose(agency_label, index_label, holder=share.holder)
    try:
        opened = converter.open(share.sealed, purpose=purpose)
        half = group.SCALAR_BYTES
        return group.decode_scalar(opened[:half]), group.decode_scalar(opened[half:])
    except (SealRefused, InvalidScalar):
        raise OnboardingFailed(f"holder {holder.holder_index}: a share that cannot be opened") from None

"""Decides how holders come to one key for a new label without a ceremony: salts, commitments, manifest (section 3)."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from keys import group, sharing
from keys.evaluations import (
    ChooseSalts,
    ChosenSalts,
    Commitment,
    KeyCommitments,
    ManifestSignature,
    PublishCommitments,
    SealedSalt,
    SignManifest,
    salt_purpose,
)
from keys.group import Element, InvalidElement
from keys.holder.holder import Holder, label_of, require_role
from keys.holder.refusals import Refusal, Refused
from keys.holder.seeds import SALT_BYTES, LabelErased, LabelUnknown, SaltsDiffer
from keys.labels import KeyLabel
from keys.manifest import Manifest
from keys.parties import MAKES_TOKENS
from keys.polynomials import Subset
from keys.sealing import SealRefused, seal
from keys.signing import Signed
from keys.sodium import ed25519_verify
from keys.trust import Algorithm, Party, Role
from keys.wire import LabelMessage, Message

M = TypeVar("M", bound=Message)
_UNSIGNED = bytes(64)
_PUBLISHERS = (Role.GATEWAY, Role.OPERATOR, Role.HOLDER)


def choose_salts(call: Signed[ChooseSalts], holder: Holder) -> ChosenSalts:
    """Choose the salts that fall to this holder and seal each to the other holders outside its set; raises Refused."""
    label = _new_label(call, call.message.label, holder)
    holder.record(call, name="key-salts", label=label)
    try:
        salts = holder.seeds.salts_to_share(label)
    except LabelErased:
        raise Refused(Refusal.LABEL_ERASED) from None
    sealed = tuple(
        SealedSalt(subset=subset, recipient=recipient, sealed=_sealed(holder, label, subset, recipient, salt))
        for subset, salt in salts.items()
        for recipient in range(1, holder.seeds.n + 1)
        if recipient not in {*subset, holder.seeds.index}
    )
    chosen = ChosenSalts(label=call.message.label, holder=holder.seeds.index, salts=sealed, signature=_UNSIGNED)
    return chosen.model_copy(update={"signature": holder.signing.sign(chosen.signed_bytes())})


def publish_commitments(call: Signed[PublishCommitments], holder: Holder) -> KeyCommitments:
    """Take the salts that others chose and publish phi_S * G of each set; raises Refused."""
    label = _new_label(call, call.message.label, holder)
    salts = _salts_for(holder, label, call.message.salts)
    holder.record(call, name="key-commitments", label=label)
    try:
        holder.seeds.adopt(label, salts)
        commitments = holder.seeds.commitments(label)
    except LabelErased:
        raise Refused(Refusal.LABEL_ERASED) from None
    except (SaltsDiffer, LabelUnknown):
        raise Refused(Refusal.SALTS_DIFFER) from None
    published = KeyCommitments(
        label=call.message.label,
        holder=holder.seeds.index,
        commitments=tuple(Commitment(subset=subset, element=element) for subset, element in commitments.items()),
        signature=_UNSIGNED,
    )
    return published.model_copy(update={"signature": holder.signing.sign(published.signed_bytes())})


def sign_manifest(call: Signed[SignManifest], holder: Holder) -> ManifestSignature:
    """Recompute the key from what all n holders published, check it against our own share, and sign; raises Refused.

    Nobody who carries the messages can put in a commitment of its own: each is under the signature of its holder.
    """
    published = call.message.commitments
    label = _new_label(call, published[0].label, holder)
    commitments = _agreed(holder, label, _published(holder, label, published))
    public_key, of_holders = sharing.public_keys(commitments, holder.seeds.t, holder.seeds.n)
    if of_holders[holder.seeds.index - 1] != _own_share(holder, label):
        raise Refused(Refusal.HOLDERS_DISAGREE, holders=str(holder.seeds.index))
    holder.record(call, name="manifest-signatures", label=label)
    try:
        holder.seeds.agree(label, public_key)
    except LabelErased:
        raise Refused(Refusal.LABEL_ERASED) from None
    manifest = Manifest(label, public_key, of_holders, holder.seeds.t)
    signature = holder.signing.sign(manifest.signed_bytes())
    return ManifestSignature(holder=holder.seeds.index, public_key=public_key, signature=signature)


def _new_label(call: Signed[M], message: LabelMessage, holder: Holder) -> KeyLabel:
    """Return a label that a key may be made for: an index's, or that of an agency in our own registry."""
    require_role(call, *_PUBLISHERS)
    label = label_of(message)
    if label.kind == "agency":
        owner = holder.trust.party(label.owner)
        if owner is None or owner.role not in MAKES_TOKENS:
            raise Refused(Refusal.LABEL_UNKNOWN)
    return label


def _sealed(holder: Holder, label: KeyLabel, subset: Subset, recipient: int, salt: bytes) -> bytes:
    purpose = salt_purpose(label, subset, sender=holder.seeds.index, recipient=recipient)
    return seal(_other(holder, recipient).sealing_key, salt, purpose=purpose)


def _other(holder: Holder, index: int) -> Party:
    found = next((party for party in holder.trust.holders() if party.holder_index == index), None)
    if found is None or not found.sealing_key:
        raise Refused(Refusal.HOLDERS_DISAGREE, holders=str(index))
    return found


def _salts_for(holder: Holder, label: KeyLabel, chosen: Iterable[ChosenSalts]) -> dict[Subset, bytes]:
    """Open the salts that were sealed to this holder by those that choose them; all of them must be there."""
    ours = {
        (one.holder, salt.subset): salt.sealed
        for one in chosen
        for salt in one.salts
        if salt.recipient == holder.seeds.index and _signed_by(holder, one.holder, one.signature, one.signed_bytes())
    }
    wanted = set(holder.seeds.subsets()) - set(holder.seeds.chosen_here())
    return {subset: _opened(holder, label, subset, ours) for subset in wanted}


def _opened(holder: Holder, label: KeyLabel, subset: Subset, sealed: Mapping[tuple[int, Subset], bytes]) -> bytes:
    chooser = holder.seeds.chooser(subset)
    purpose = salt_purpose(label, subset, sender=chooser, recipient=holder.seeds.index)
    try:
        salt = holder.sealing.open(sealed.get((chooser, subset), b""), purpose=purpose)
    except SealRefused:
        raise Refused(Refusal.SALTS_DIFFER, holder=chooser) from None
    if len(salt) != SALT_BYTES:
        raise Refused(Refusal.SALTS_DIFFER, holder=chooser)
    return salt


def _signed_by(holder: Holder, index: int, signature: bytes, message: bytes) -> bool:
    now = holder.clock()
    return any(
        key.algorithm is Algorithm.ED25519 and key.counts_at(now) and ed25519_verify(signature, message, key.public)
        for key in _other(holder, index).keys
    )


def _published(holder: Holder, label: KeyLabel, messages: Iterable[KeyCommitments]) -> dict[int, dict[Subset, Element]]:
    """Return the commitments of each holder, signatures and elements checked."""
    published: dict[int, dict[Subset, Element]] = {}
    for message in messages:
        if (
            label_of(message.label) != label
            or message.holder in published
            or not _signed_by(holder, message.holder, message.signature, message.signed_bytes())
        ):
            raise Refused(Refusal.HOLDERS_DISAGREE, holders=str(message.holder))
        published[message.holder] = _elements(message)
    return published


def _elements(message: KeyCommitments) -> dict[Subset, Element]:
    try:
        return {one.subset: group.decode_element(one.element) for one in message.commitments}
    except InvalidElement:
        raise Refused(Refusal.HOLDERS_DISAGREE, holders=str(message.holder)) from None


def _agreed(
    holder: Holder, label: KeyLabel, published: Mapping[int, Mapping[Subset, Element]]
) -> dict[Subset, Element]:
    """Return the one commitment per set; refuse equivocation, and anything that is not what we published ourselves."""
    try:
        if published.get(holder.seeds.index) != holder.seeds.commitments(label):
            raise Refused(Refusal.HOLDERS_DISAGREE, holders=str(holder.seeds.index))
        return sharing.agreed_commitments(published, holder.seeds.t, holder.seeds.n)
    except LabelUnknown:
        raise Refused(Refusal.LABEL_UNKNOWN) from None
    except sharing.EquivocationDetected as detected:
        raise Refused(Refusal.HOLDERS_DISAGREE, holders=", ".join(map(str, detected.holders))) from None
    except ValueError:
        raise Refused(Refusal.HOLDERS_DISAGREE) from None


def _own_share(holder: Holder, label: KeyLabel) -> Element:
    return holder.seeds.share(label).public

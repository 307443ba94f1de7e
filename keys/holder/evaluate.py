"""Decides whether and how a batch of blinded persons is evaluated for an agency (protocol, section 4)."""

from keys import group, oprf
from keys.evaluations import EvaluateTokens, TokenEvaluations
from keys.group import Element, InvalidElement
from keys.holder.holder import Holder, label_of, require_role
from keys.holder.refusals import Refusal, Refused
from keys.holder.seeds import LabelUnknown, Share
from keys.labels import KeyId, KeyLabel, key_id
from keys.parties import MAKES_TOKENS
from keys.signing import Signed


def evaluate_tokens(call: Signed[EvaluateTokens], holder: Holder) -> TokenEvaluations:
    """Evaluate up to 1,000 elements under the caller's own key with one proof; raises Refused.

    The log is written before the evaluation: what a crash leaves may count a call that got no answer, and never an
    answer that was not counted.
    """
    label = _own_label(call)
    share, name = _key(holder, label)
    elements = _decoded(call.message)
    limit = holder.quota.here(call.caller.oin)
    holder.record(call, name="token-evaluations", label=label, count=len(elements), limit=limit)
    # A crash here costs the agency some quota. Without the row above it would cost the region an uncounted answer.
    evaluated, proof = oprf.evaluate_and_prove(share.secret, share.public, elements)
    return TokenEvaluations(key_id=name, elements=tuple(evaluated), proof=proof, holder=holder.seeds.index)


def _own_label(call: Signed[EvaluateTokens]) -> KeyLabel:
    require_role(call, *MAKES_TOKENS)
    label = label_of(call.message.label)
    if label.kind != "agency" or label.owner != call.caller.oin:
        raise Refused(Refusal.LABEL_OTHER_AGENCY)
    return label


def _key(holder: Holder, label: KeyLabel) -> tuple[Share, KeyId]:
    try:
        return holder.seeds.share(label), key_id(label, holder.seeds.agreed(label))
    except LabelUnknown:
        raise Refused(Refusal.LABEL_UNKNOWN) from None


def _decoded(message: EvaluateTokens) -> list[Element]:
    try:
        return [group.decode_element(element) for element in message.elements]
    except InvalidElement:
        raise Refused(Refusal.ELEMENT_INVALID) from None

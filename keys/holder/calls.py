"""Holds what a key holder does: each address with what it takes, what it answers, and the verb that decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keys import evaluations
from keys.holder.convert import share_conversion
from keys.holder.evaluate import evaluate_tokens
from keys.holder.holder import Holder
from keys.holder.publish import choose_salts, publish_commitments, sign_manifest
from keys.signing import Signed
from keys.wire import Message


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that holders do: what it takes, what it answers, and the verb that decides."""

    takes: type[Message]
    gives: type[Message]
    verb: Callable[[Signed[Any], Holder], Message]
    summary: str


CALLS: Final[Mapping[str, Call]] = {
    evaluations.TOKEN_EVALUATIONS: Call(
        evaluations.EvaluateTokens,
        evaluations.TokenEvaluations,
        evaluate_tokens,
        "Evaluate up to 1,000 blinded persons under the caller's own key.",
    ),
    evaluations.KEY_SALTS: Call(
        evaluations.ChooseSalts, evaluations.ChosenSalts, choose_salts, "Choose the salts of a new key."
    ),
    evaluations.KEY_COMMITMENTS: Call(
        evaluations.PublishCommitments,
        evaluations.KeyCommitments,
        publish_commitments,
        "Publish the commitments of this holder to a key.",
    ),
    evaluations.MANIFEST_SIGNATURES: Call(
        evaluations.SignManifest,
        evaluations.ManifestSignature,
        sign_manifest,
        "Sign which key belongs to a label, when all holders agree.",
    ),
    evaluations.CONVERSION_SHARES: Call(
        evaluations.OpenConversion,
        evaluations.ConversionShare,
        share_conversion,
        "Give this holder's part of a conversion factor to the gateway's converter.",
    ),
}

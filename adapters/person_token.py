"""Decides what a person is called in one lane: the token that t of n key holders make, each answer proved.

Protocol, section 4, seen from the agency:

1. blind: nobody outside this process ever has the person number, or anything that can be searched for it;
2. ask t holders at the same time, by the agency's own signature;
3. verify that each answer is that holder's, to *this* call. What nobody signed can at most make us ask another holder,
   or wait: anything on the way may say something, but only a holder can lie, and only a holder can refuse;
4. verify each proof against the *pinned* key of that holder. This is a confidentiality control: an answer under a key
   made up for the occasion would make a token that can be searched. A holder that lies is named, reported and not used;
5. a holder that lies, refuses or is away is replaced by another, as long as there are others;
6. combine, and take the blind off.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from adapters.agency import Agency
from adapters.errors import Fact, SeinhuisError, problem_named
from adapters.holder_circle import HolderCircle, Lie
from adapters.identity import Person
from adapters.transport import Answer, NoAnswer, Plan, Reply, compute, send
from adapters.unnumbered import Unnumbered
from keys import oprf, sharing
from keys.evaluations import TOKEN_EVALUATIONS, EvaluateTokens, TokenEvaluations
from keys.group import Element, Scalar
from keys.manifest import Manifest
from keys.parties import Party
from keys.signing import RawCall, SignatureRefused, sign_call, verify_response
from keys.tokens import PersonToken
from keys.wire import LabelMessage

PERSONS_PER_CALL: Final = 1_000
_OK: Final = 200
_HOLDER_SECONDS: Final = 10.0  # an evaluation takes a fraction of one; then another holder is asked


@dataclass(frozen=True, slots=True)
class Derived:
    """One token for each person, in order, and the holders that lied meanwhile."""

    tokens: tuple[PersonToken, ...]
    lies: tuple[Lie, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """A holder that did not serve: `code` is the problem it answered with, or why there was no answer.

    `signed` is whether the holder itself said so; if not, anything between us may have.
    """

    holder: int
    name: str
    code: str
    signed: bool = False


def derive_tokens(agency: Agency, circle: HolderCircle, persons: Sequence[Person | Unnumbered]) -> Plan[Derived]:
    """Return the tokens of 1 to 1,000 persons.

    Raises TryAgainLater when fewer than t holders serve, IntegrityError when that is because holders lie, and what a
    holder refuses with when it refuses this agency.
    """
    if not 1 <= len(persons) <= PERSONS_PER_CALL:
        message = f"1 to {PERSONS_PER_CALL} persons in one call, not {len(persons)}"
        raise ValueError(message)
    blinds, elements = yield from compute(lambda: oprf.blind([person.oprf_input() for person in persons]))
    accepted, lies = yield from _evaluations(agency, circle, elements)
    tokens = yield from compute(lambda: _combined(circle.manifest, accepted, blinds))
    return Derived(tokens, lies)


def _evaluations(
    agency: Agency, circle: HolderCircle, elements: Sequence[Element]
) -> Plan[tuple[dict[int, list[Element]], tuple[Lie, ...]]]:
    """Ask holders until t of them gave an answer whose proof holds; return those answers by holder."""
    threshold = circle.manifest.threshold
    body = _question(circle.manifest, elements)
    untried = iter(circle.in_order(agency.clock()))
    accepted: dict[int, list[Element]] = {}
    lies: list[Lie] = []
    absences: list[Absence] = []
    while len(accepted) < threshold:
        asked = list(islice(untried, threshold - len(accepted)))
        if not asked:
            raise _too_few(absences, lies)
        calls = [_call(agency, circle.holders[holder], body) for holder in asked]
        replies = yield from send(*calls, patience_seconds=_HOLDER_SECONDS)
        judged = yield from compute(_judging(agency, circle, tuple(zip(asked, calls, replies, strict=True)), elements))
        for holder, verdict in zip(asked, judged, strict=True):
            match verdict:
                case list():
                    accepted[holder] = verdict
                case Absence():
                    absences.append(verdict)
                    circle.avoid(holder, agency.clock())
                case Lie():
                    lies.append(verdict)
                    circle.avoid(holder, agency.clock())
    return accepted, tuple(lies)


def _question(manifest: Manifest, elements: Iterable[Element]) -> bytes:
    return EvaluateTokens(label=LabelMessage.of(manifest.label), elements=tuple(elements)).to_json()


def _call(agency: Agency, holder: Party, body: bytes) -> RawCall:
    target = holder.url.rstrip("/") + TOKEN_EVALUATIONS
    call = RawCall("POST", target, (("content-type", "application/json"),), body)
    return sign_call(call, agency.key, created_at=agency.clock(), nonce=agency.nonce())


Verdict = list[Element] | Absence | Lie


def _judging(
    agency: Agency,
    circle: HolderCircle,
    answered: Sequence[tuple[int, RawCall, Reply]],
    elements: Sequence[Element],
) -> Callable[[], list[Verdict]]:
    return lambda: [
        _absence(agency, circle.holders[holder], call, reply) or _judge(circle, holder, reply, elements)
        for holder, call, reply in answered
    ]


def _absence(agency: Agency, holder: Party, call: RawCall, reply: Reply) -> Absence | None:
    """Return why this is no evaluation by that holder; None when it says under its own signature that it is."""
    number = holder.holder_index or 0
    if isinstance(reply, NoAnswer):
        return Absence(number, holder.name, reply.reason)
    try:
        verify_response(
            reply.status,
            reply.headers,
            reply.body,
            request_signature=dict(call.headers)["signature"],
            signer=holder.oin,
            trust=agency.trust(),
            now=agency.clock(),
        )
    except SignatureRefused as refused:
        code = f"answer-{refused.reason.value}" if reply.status == _OK else _code_of(reply)
        return Absence(number, holder.name, code)
    return None if reply.status == _OK else Absence(number, holder.name, _code_of(reply), signed=True)


def _judge(circle: HolderCircle, holder: int, reply: Reply, elements: Sequence[Element]) -> Verdict:
    assert isinstance(reply, Answer)
    try:
        evaluated, proof = _evaluation_in(reply, circle.manifest)
        pinned = circle.manifest.holder_public_keys
        sharing.accept_evaluation(holder=holder, pinned=pinned, elements=elements, evaluated=evaluated, proof=proof)
    except ValueError:
        return circle.report(holder)
    return evaluated


def _evaluation_in(answer: Answer, manifest: Manifest) -> tuple[list[Element], bytes]:
    """Return elements and proof; raises ValueError for anything that is not such an answer."""
    evaluations = TokenEvaluations.model_validate_json(answer.body)
    if evaluations.key_id != manifest.key_id:
        raise ValueError("another key")
    return list(map(Element, evaluations.elements)), evaluations.proof


def _code_of(answer: Answer) -> str:
    try:
        code = json.loads(answer.body)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"status-{answer.status}"
    # Only a name out of an answer that nobody signed: it is shown to people.
    return code if isinstance(code, str) and code.replace("-", "").isalnum() and len(code) <= 60 else "unnamed"  # noqa: PLR2004


def _combined(
    manifest: Manifest, accepted: Mapping[int, list[Element]], blinds: Sequence[Scalar]
) -> tuple[PersonToken, ...]:
    indices = sorted(accepted)
    elements = sharing.combine(indices, [accepted[index] for index in indices], blinds)
    return tuple(PersonToken(manifest.key_id, element) for element in elements)


def _too_few(absences: Sequence[Absence], lies: Sequence[Lie]) -> SeinhuisError:
    """Say why fewer than t holders served: who lied, else who refused this agency, else who was away."""
    if lies:
        return problem_named("integrity-holder", facts={"holders": _names(lies)})
    refused = [absence for absence in absences if absence.signed and _is_refusal(absence.code)]
    if refused:
        facts: dict[str, Fact] = {"holders": _names(refused)}
        return problem_named(refused[0].code, facts=facts, detail="Key holders refuse this agency.")
    named = ", ".join(f"{absence.name}: {absence.code}" for absence in absences)
    return problem_named("upstream-holders-unreachable", facts={"holders": named})


def _is_refusal(code: str) -> bool:
    """Whether waiting does not help: the holder does not know this agency, its key or its label."""
    return code.partition("-")[0] in {"signature", "request", "policy", "state"}


def _names(parties: Iterable[Lie | Absence]) -> str:
    return ", ".join(sorted({party.name for party in parties}))

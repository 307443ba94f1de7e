"""The example of docs/protocol.md: every value in it follows from its data file by the code, so neither can drift."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from gateway.protocol.events import EVENT_BYTES, alert_event, event_bytes
from gateway.protocol.messages.registrations import Receipt, RegisterInvolvement
from keys import group, http_signature, oprf, sharing
from keys.conversion import ConversionFactor, IndexSecrets
from keys.evaluations import TOKEN_EVALUATIONS, EvaluateTokens, TokenEvaluations
from keys.group import Element, Scalar
from keys.labels import KeyLabel, LabelKind, Oin, bsn_input, key_id
from keys.manifest import HolderSignature, Manifest
from keys.sharing import MaskedShares, Subset
from keys.signing import (
    Headers,
    RawCall,
    SigningKey,
    content_digest,
    public_key_text,
    sign_call,
    sign_response,
    sign_webhook,
    verify_call,
    verify_response,
    verify_webhook,
)
from keys.suite import Mode, Suite
from keys.tokens import PersonToken, SealedElement
from keys.trust import Party, PartyKey, Role, TrustList
from keys.wire import LabelMessage

ROOT = Path(__file__).parents[2]
DATA = json.loads((Path(__file__).parent / "protocol" / "example.json").read_text(encoding="utf-8"))
GIVEN: Mapping[str, Any] = DATA["given"]
EXPECTED: Mapping[str, str] = DATA["expected"]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
T, N = 2, 3
ASKED = (1, 3)
HOLDERS = range(1, N + 1)


class OneScalar:
    """The group with a random scalar that is known beforehand; all else is the real one."""

    def __init__(self, scalar: Scalar) -> None:
        self._scalar = scalar

    def __getattr__(self, name: str) -> Any:
        return getattr(group, name)

    def random_scalar(self) -> Scalar:
        """Return the one scalar."""
        return self._scalar


def given_bytes(name: str) -> bytes:
    """Return a given value that is written in hexadecimal."""
    return bytes.fromhex(GIVEN[name])


def given_key(name: str) -> SigningKey:
    """Return the signing key of a party of the example."""
    return SigningKey.from_seed(given_bytes(f"{name} signing seed"))


def given_at(name: str) -> datetime:
    """Return a given time."""
    return datetime.fromisoformat(GIVEN[name])


@dataclass(frozen=True)
class Key:
    """One key of the holders: its label, and what each of them has of it."""

    kind: LabelKind

    @property
    def label(self) -> KeyLabel:
        """The label."""
        owner = GIVEN["agency OIN"] if self.kind == "agency" else ""
        return KeyLabel(self.kind, owner, GIVEN["lane"], GIVEN["epoch"])

    def of_sets(self, what: str, holder: int) -> dict[Subset, bytes]:
        """Return the seeds, or the salts of this key, that a holder knows."""
        name = "seed" if what == "seed" else f"{self.kind} salt"
        return {(one,): given_bytes(f"{name} {one}") for (one,) in sharing.known_subsets(holder, T, N)}

    def share(self, holder: int) -> Scalar:
        """Return a holder's share."""
        seeds, salts = self.of_sets("seed", holder), self.of_sets("salt", holder)
        return sharing.share(holder=holder, seeds=seeds, label=self.label, salts=salts, t=T, n=N)

    @cached_property
    def commitments(self) -> dict[Subset, Element]:
        """What all holders of each seed publish."""
        published = {
            holder: {
                subset: sharing.commitment(seed, self.label, self.of_sets("salt", holder)[subset])
                for subset, seed in self.of_sets("seed", holder).items()
            }
            for holder in HOLDERS
        }
        return sharing.agreed_commitments(published, T, N)

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest, signed by holders 1 and 2."""
        public, of_holders = sharing.public_keys(self.commitments, T, N)
        manifest = Manifest(self.label, public, of_holders, T)
        for holder in (1, 2):
            signature = given_key(f"holder {holder}").sign(manifest.signed_bytes())
            manifest = manifest.with_signature(HolderSignature(holder, signature))
        return manifest


AGENCY, INDEX = Key("agency"), Key("index")


def keys_of_the_holders() -> dict[str, str]:
    """Sections 2 and 3: strings, commitments, shares, the manifest."""
    manifest = AGENCY.manifest
    return {
        "agency label": AGENCY.label.encode().hex(),
        "index label": INDEX.label.encode().hex(),
        "OPRF input": bsn_input(GIVEN["person number"]).hex(),
        **{f"agency commitment {s}": element.hex() for (s,), element in AGENCY.commitments.items()},
        **{f"agency share {holder}": AGENCY.share(holder).hex() for holder in HOLDERS},
        **{f"agency public share {i}": key.hex() for i, key in enumerate(manifest.holder_public_keys, 1)},
        "agency public key": manifest.public_key.hex(),
        "index public key": INDEX.manifest.public_key.hex(),
        "agency key id": manifest.key_id.hex(),
        "manifest bytes": manifest.signed_bytes().hex(),
        **{f"manifest signature {one.holder}": one.signature.hex() for one in manifest.signatures},
    }


def blinded() -> Element:
    """Return the blinded element B."""
    _, (element,) = oprf.blind([bsn_input(GIVEN["person number"])], blinds=[Scalar(given_bytes("blind"))])
    return element


def evaluated(holder: int) -> tuple[list[Element], bytes]:
    """Return what a holder answers: Z_i and its proof."""
    suite = Suite(OneScalar(Scalar(given_bytes(f"proof scalar {holder}"))), Mode.VOPRF)
    public = AGENCY.manifest.holder_public_keys[holder - 1]
    return oprf.evaluate_and_prove(AGENCY.share(holder), public, [blinded()], suite=suite)


def evaluation_call() -> RawCall:
    """Return the agency's call to the first holder that it asks."""
    body = EvaluateTokens(label=LabelMessage.of(AGENCY.label), elements=(blinded(),)).to_json()
    call = RawCall("POST", GIVEN["holder URL"] + TOKEN_EVALUATIONS, (("content-type", "application/json"),), body)
    return signed(call, "evaluation nonce")


def evaluation_body(holder: int) -> bytes:
    """Return the body of a holder's answer."""
    elements, proof = evaluated(holder)
    manifest = AGENCY.manifest
    return TokenEvaluations(key_id=manifest.key_id, elements=tuple(elements), proof=proof, holder=holder).to_json()


def token() -> PersonToken:
    """Return the person token, from answers whose proofs hold."""
    answers = []
    for holder in ASKED:
        elements, proof = evaluated(holder)
        pinned = AGENCY.manifest.holder_public_keys
        sharing.accept_evaluation(holder=holder, pinned=pinned, elements=[blinded()], evaluated=elements, proof=proof)
        answers.append(elements)
    (element,) = sharing.combine(ASKED, answers, [Scalar(given_bytes("blind"))])
    return PersonToken(AGENCY.manifest.key_id, element)


def making_a_token() -> dict[str, str]:
    """Section 4: blind, evaluate, combine."""
    call = evaluation_call()
    coefficients = sharing.lagrange_at_zero(ASKED)
    return {
        "blinded element": blinded().hex(),
        "evaluation call body": call.body.decode(),
        "evaluation call base": base_of_call(call),
        "evaluation call headers": lines_of(call.headers),
        **{f"evaluation answer {holder}": evaluation_body(holder).decode() for holder in ASKED},
        **{f"Lagrange factor {i}": factor.hex() for i, factor in zip(ASKED, coefficients, strict=True)},
        "token element": token().element.hex(),
        "token": token().encode(),
    }


def message(holder: int) -> MaskedShares:
    """Return a holder's message to the converter, before it is sealed."""
    return sharing.conversion_message(
        holder=holder,
        seeds=AGENCY.of_sets("seed", holder),
        agency_label=AGENCY.label,
        index_label=INDEX.label,
        agency_salts=AGENCY.of_sets("salt", holder),
        index_salts=INDEX.of_sets("salt", holder),
        t=T,
        n=N,
    )


def factor() -> ConversionFactor:
    """Return the conversion factor that the three messages open to."""
    scalar = sharing.open_conversion(
        {holder: message(holder) for holder in HOLDERS},
        agency_public=AGENCY.manifest.public_key,
        index_public=INDEX.manifest.public_key,
        t=T,
    )
    return ConversionFactor(AGENCY.label, INDEX.label, key_id(AGENCY.label, AGENCY.manifest.public_key), scalar)


def converting() -> dict[str, str]:
    """Section 5: the factor, the index token, the seal."""
    lane, epoch = GIVEN["lane"], GIVEN["epoch"]
    kept = IndexSecrets({(lane, epoch): given_bytes("pepper")}, given_bytes("data key"))
    element = group.multiply(factor().scalar, token().element)
    row = GIVEN["registration id"]
    assert element == kept.open(SealedElement(given_bytes("sealed element")), row_id=row, lane=lane, epoch=epoch)
    return {
        **{f"opening {i} u": message(i).u.hex() for i in HOLDERS},
        **{f"opening {i} v": message(i).v.hex() for i in HOLDERS},
        "conversion factor": factor().scalar.hex(),
        "index element": element.hex(),
        "index token": kept.index_token(element, lane, epoch).value.hex(),
    }


def registration_call() -> RawCall:
    """Return the agency's registration, signed."""
    asked = RegisterInvolvement.model_validate_json(json.dumps({**GIVEN["registration"], "token": token().encode()}))
    body = asked.model_dump_json(by_alias=True, exclude_none=True).encode()
    headers = tuple(GIVEN["registration headers"].items())
    return signed(RawCall("POST", GIVEN["gateway URL"] + "/v1/registrations", headers, body), "registration nonce")


def registration_answer() -> tuple[Headers, bytes]:
    """Return the signed headers and the body of the gateway's answer."""
    body = Receipt.model_validate_json(json.dumps(GIVEN["receipt"])).model_dump_json(by_alias=True).encode()
    headers = sign_response(
        201,
        (("content-type", "application/json"),),
        body,
        request_signature=dict(registration_call().headers)["signature"],
        key=given_key("gateway"),
        created_at=given_at("answered at"),
    )
    return headers, body


def calling_the_gateway() -> dict[str, str]:
    """Sections 8 to 10: the signed call, the signed answer, the alert, the webhook."""
    call, (headers, body) = registration_call(), registration_answer()
    alert = alert_event(GIVEN["alert id"], GIVEN["match id"], given_at("matched at"), oin=GIVEN["gateway OIN"])
    event = event_bytes(alert)
    sent = int(given_at("webhook sent at").timestamp())
    return {
        "agency key id (RFC 7638)": given_key("agency").key_id,
        "registration call body": call.body.decode(),
        "registration call base": base_of_call(call),
        "registration call headers": lines_of(call.headers),
        "receipt": body.decode(),
        "answer base": base_of_answer(headers),
        "answer headers": lines_of(headers),
        "alert": event.decode().rstrip(),
        "webhook headers": lines_of(
            (
                ("content-type", "application/cloudevents+json"),
                ("webhook-id", GIVEN["alert id"]),
                ("webhook-timestamp", str(sent)),
                ("webhook-signature", sign_webhook(given_key("gateway"), GIVEN["alert id"], sent, event)),
            )
        ),
        "webhook public key": public_key_text(given_key("gateway").public),
    }


def signed(call: RawCall, nonce: str) -> RawCall:
    """Return a call of the agency, signed at the moment of the example."""
    return sign_call(call, given_key("agency"), created_at=given_at("signed at"), nonce=GIVEN[nonce])


def lines_of(headers: Headers) -> str:
    """Return headers as they are printed, one a line."""
    return "\n".join(f"{name}: {value}" for name, value in headers)


def base_of_call(call: RawCall) -> str:
    """Return the signature base (RFC 9421, section 2.5), built here from the call by its own words."""
    headers = dict(call.headers)
    covered, _, _ = headers["signature-input"].removeprefix("sig1=").partition(")")
    values = {"@method": call.method, "@target-uri": call.target_uri, **headers}
    names = re.findall(r'"([^"]+)"', covered)
    base = [f'"{name}": {values[name]}' for name in names]
    return "\n".join((*base, f'"@signature-params": {headers["signature-input"].removeprefix("sig1=")}'))


def base_of_answer(headers: Headers) -> str:
    """Return the signature base of the answer."""
    of = dict(headers)
    of_call = dict(registration_call().headers)["signature"].removeprefix("sig1=")
    return "\n".join(
        (
            '"@status": 201',
            f'"content-type": {of["content-type"]}',
            f'"content-digest": {of["content-digest"]}',
            f'"signature";req;key="sig1": {of_call}',
            f'"@signature-params": {of["signature-input"].removeprefix("sig1=")}',
        )
    )


PARTS: tuple[Callable[[], dict[str, str]], ...] = (
    keys_of_the_holders,
    making_a_token,
    converting,
    calling_the_gateway,
)


def blocks_of_the_page() -> dict[str, str]:
    """Return the values printed in the example: a bold name on a line of its own, and the fenced block below it."""
    _, _, example = PAGE.partition("## 12. A full example")
    found = re.findall(r"^\*\*(.+?)\*\*[^\n]*\n\n```[a-z]*\n(.*?)\n```$", example, re.MULTILINE | re.DOTALL)
    assert len(found) == len({name for name, _ in found})
    return dict(found)


def trust() -> TrustList:
    """Return the parties of the example."""
    since = given_at("keys valid from")

    def party(name: str, role: Role, oin: str, kind: str = "", number: int | None = None) -> Party:
        key = PartyKey.of(given_key(name), valid_from_at=since)
        return Party(oin=Oin(oin), name=name, role=role, kind=kind, keys=(key,), holder_index=number)

    holders = (party(f"holder {i}", Role.HOLDER, GIVEN["holder OINs"][i - 1], number=i) for i in HOLDERS)
    agency = party("agency", Role.AGENCY, GIVEN["agency OIN"], "school")
    return TrustList((agency, party("gateway", Role.GATEWAY, GIVEN["gateway OIN"]), *holders), threshold=T)


def test_every_value_follows_from_what_is_given() -> None:
    """Keys, tokens, conversion, calls, answers and alerts come out byte for byte, and nothing else is expected."""
    computed = {name: value for part in PARTS for name, value in part().items()}

    assert EXPECTED == computed


def test_the_page_prints_these_values_and_no_others() -> None:
    """Each block of the example is a value of the data file, and each value stands in the example."""
    plain = {name: value for name, value in GIVEN.items() if isinstance(value, str)}
    printed = blocks_of_the_page()

    assert set(EXPECTED) == {name for name in printed if name not in plain}
    assert {**EXPECTED, **{name: plain[name] for name in printed if name in plain}} == printed


@pytest.mark.parametrize("name", sorted(name for name, value in GIVEN.items() if isinstance(value, str)))
def test_what_is_given_stands_on_the_page(name: str) -> None:
    """A reader without the data file can repeat the example."""
    _, _, example = PAGE.partition("## 12. A full example")

    assert GIVEN[name] in example


def test_the_bases_are_those_that_are_signed() -> None:
    """The printed signature bases are what the printed signatures are over."""
    call, (headers, _) = registration_call(), registration_answer()
    for signer, name, of in (("agency", "registration call base", call.headers), ("gateway", "answer base", headers)):
        signature = given_key(signer).sign(EXPECTED[name].encode("ascii"))
        expected = f"sig1=:{base64.b64encode(signature).decode()}:"

        assert expected == dict(of)["signature"]


def test_the_parties_of_the_example_believe_each_other() -> None:
    """The call verifies at the gateway, the answer at the agency, the webhook at its receiver, the manifest for all."""
    parties, call, (headers, body) = trust(), registration_call(), registration_answer()
    event = EXPECTED["alert"].encode().ljust(EVENT_BYTES)
    webhook = dict(line.split(": ", 1) for line in EXPECTED["webhook headers"].splitlines())

    verified = verify_call(call, parties, now=given_at("answered at"))
    answered_by = verify_response(
        201,
        headers,
        body,
        request_signature=dict(call.headers)["signature"],
        signer=GIVEN["gateway OIN"],
        trust=parties,
        now=given_at("answered at"),
    )
    verify_webhook(given_key("gateway").public, webhook, event, now=given_at("webhook sent at"))

    assert (GIVEN["agency OIN"], GIVEN["gateway OIN"]) == (verified.party.oin, answered_by.oin)
    assert parties.with_manifest(AGENCY.manifest).manifest(AGENCY.label) == AGENCY.manifest


def test_the_digest_is_that_of_the_body() -> None:
    """RFC 9530 over the bytes that are printed."""
    body = EXPECTED["registration call body"].encode()

    assert f"content-digest: {content_digest(body)}" in EXPECTED["registration call headers"]
    assert http_signature.TAG == "hitindex-v1"

"""Asks the key holders for what only they can give: the keys of labels, and the factors that convert to the index.

Run by an operator when a lane or an agency is added, never while a call waits. It brings into use, for every lane and
every agency on the trust list, the labels of one epoch; whatever is there already stays as it is.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx2

from gateway.peers.converter import DATA, SEALING, SIGNING, factor_entries, factor_name, pepper_name
from gateway.protocol.headers import PURPOSE, USER_ROLE
from keys.custody import Keystore
from keys.labels import KeyLabel
from keys.onboarding import HolderUnavailable, make_manifest, open_factor
from keys.parties import MAKES_TOKENS, Party, Role
from keys.sealing import SealingKey
from keys.signing import RawCall, SignatureRefused, SigningKey, sign_call, verify_response
from keys.trust import TrustList
from keys.wire import Message

EPOCH: Final = 1
SECONDS: Final = 15.0
_SECRET_BYTES: Final = 32
_OK: Final = 200
_HEADERS: Final = (("content-type", "application/json"), (PURPOSE, "key-onboarding"), (USER_ROLE, "system"))


class Holders:
    """Sends signed calls to key holders and believes only answers signed by the holder that was asked."""

    def __init__(self, client: httpx2.Client, key: SigningKey, trust: TrustList) -> None:
        """Call with this client, as the gateway that has this key."""
        self._client = client
        self._key = key
        self._trust = trust

    def ask(self, holder: Party, path: str, question: Message) -> bytes:
        """Send one question and return the verified answer; raises HolderUnavailable."""
        call = RawCall("POST", holder.url.rstrip("/") + path, _HEADERS, question.to_json())
        signed = sign_call(call, self._key, created_at=datetime.now(UTC), nonce=secrets.token_urlsafe(18))
        try:
            reply = self._client.post(signed.target_uri, content=signed.body, headers=list(signed.headers))
        except httpx2.HTTPError:
            raise HolderUnavailable("unreachable") from None
        try:
            verify_response(
                reply.status_code,
                tuple((name.lower(), value) for name, value in reply.headers.multi_items()),
                reply.content,
                request_signature=dict(signed.headers)["signature"],
                signer=holder.oin,
                trust=self._trust,
                now=datetime.now(UTC),
            )
        except SignatureRefused as refused:
            raise HolderUnavailable(f"answer-{refused.reason.value}") from None
        if reply.status_code != _OK:
            raise HolderUnavailable(f"status-{reply.status_code}")
        return reply.content


def onboard(
    trust_file: Path,
    keystore: Keystore,
    *,
    lanes: Iterable[str],
    kinds: Mapping[str, frozenset[str] | None] = MappingProxyType({}),
    epoch: int = EPOCH,
    transport: httpx2.BaseTransport | None = None,
) -> int:
    """Bring the labels of every lane and agency into use; return how many factors were opened anew.

    `kinds` names, for a lane, the kinds of agency that get a key there, where that is not all of them.
    Manifests are added to the trust list, which the agencies then need; factors, peppers and the data key to the
    keystore. A gateway that runs takes them in when it is started again. Calls go over `transport`, or the network.

    Raises:
        OnboardingFailed: naming the holders; what was brought into use before stays so.
    """
    trust = TrustList.load(trust_file)
    signing, sealing = SigningKey.from_seed(keystore.get(SIGNING)), SealingKey(keystore.get(SEALING))
    makers = [party for party in trust.parties if party.role in MAKES_TOKENS]
    opened = 0
    with httpx2.Client(transport=transport, timeout=SECONDS, trust_env=False, follow_redirects=False) as client:
        for lane in lanes:
            index = KeyLabel("index", "", lane, epoch)
            admitted = kinds.get(lane)
            owners = [party.oin for party in makers if _gets_key(party, admitted)]
            labels = [KeyLabel("agency", oin, lane, epoch) for oin in owners]
            trust = _with_manifests((index, *labels), trust, Holders(client, signing, trust))
            trust.save(trust_file)
            missing = [label for label in labels if keystore.find(factor_name(label, index)) is None]
            ask = Holders(client, signing, trust).ask
            factors = [open_factor(label, index, trust=trust, converter=sealing, ask=ask) for label in missing]
            keystore.put_all(_fresh_secrets(keystore, index) | factor_entries(factors))
            opened += len(factors)
    return opened


def _gets_key(party: Party, admitted: frozenset[str] | None) -> bool:
    """Return whether a party makes tokens in a lane that admits these kinds; a register of persons has no kind."""
    return admitted is None or party.role is Role.REGISTER or party.kind in admitted


def _with_manifests(labels: Iterable[KeyLabel], trust: TrustList, holders: Holders) -> TrustList:
    for label in labels:
        if trust.manifest(label) is None:
            trust = trust.with_manifest(make_manifest(label, trust=trust, ask=holders.ask))
    return trust


def _fresh_secrets(keystore: Keystore, index: KeyLabel) -> dict[str, bytes]:
    """Return a data key and a pepper, each unless the keystore has it."""
    names = (DATA, pepper_name(index))
    return {name: secrets.token_bytes(_SECRET_BYTES) for name in names if keystore.find(name) is None}

"""Holds who we are when we call: the agency's key, whom it trusts, and what it says with every call."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from adapters.errors import problem_named
from adapters.holder_circle import HolderCircle, Lie
from keys.hidden import Hidden
from keys.parties import Party, Role
from keys.signing_key import SigningKey
from keys.trust import TrustList

_NONCE_BYTES: Final = 18


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def new_nonce() -> str:
    """Return 144 random bits in base64url."""
    return secrets.token_urlsafe(_NONCE_BYTES)


def share_of_a_pause() -> float:
    """Return by chance what part of a back-off to wait, so that callers do not come back together."""
    return 0.5 + secrets.randbelow(1000) / 2000


@dataclass(slots=True, repr=False)
class Agency(Hidden):
    """One agency as a caller. `gateway_url` ends before `/v1`; `trust` gives the trust list in force now.

    `clock`, `nonce` and `jitter` (0 to 1) are how time and chance come in. `patience_seconds` is how long a call is
    repeated in all while the gateway is away or busy.
    """

    oin: str
    key: SigningKey
    gateway_url: str
    trust: Callable[[], TrustList]
    purpose: str
    user_role: str
    lane: str = ""
    contact: str = ""
    language: str = "nl"
    patience_seconds: float = 30.0
    on_lie: Callable[[Lie], None] = lambda _: None
    clock: Callable[[], datetime] = utc_now
    nonce: Callable[[], str] = new_nonce
    jitter: Callable[[], float] = share_of_a_pause
    _circles: dict[str, HolderCircle] = field(default_factory=dict)

    def for_purpose(self, purpose: str) -> "Agency":
        """Return this agency as it calls for another purpose; itself when none is named."""
        return replace(self, purpose=purpose) if purpose else self

    def gateway(self) -> Party:
        """Return the gateway that answers are expected from; raises IntegrityError when the trust list names none."""
        gateways = [party for party in self.trust().parties if party.role is Role.GATEWAY]
        here = [party for party in gateways if party.url.rstrip("/") == self.gateway_url.rstrip("/")]
        match here or gateways:
            case [gateway]:
                return gateway
            case _:
                raise problem_named("integrity-gateway", facts={"url": self.gateway_url})

    def circle(self, lane: str) -> HolderCircle:
        """Return the holders of this agency's newest key in a lane; raises IntegrityError when there is none."""
        trust = self.trust()
        own = [one for one in trust.manifests if (one.label.owner, one.label.lane) == (self.oin, lane)]
        if not own:
            lanes = tuple(sorted({one.label.lane for one in trust.manifests if one.label.owner == self.oin}))
            raise problem_named("integrity-manifest", facts={"lane": lane, "lanes": lanes})
        manifest = max(own, key=lambda one: one.label.epoch)
        known = self._circles.get(lane)
        holders = {holder.holder_index or 0: holder for holder in trust.holders()}
        if known is None or (known.manifest, known.holders) != (manifest, holders):
            known = self._circles[lane] = HolderCircle(manifest, holders, self.on_lie)
        return known

"""Holds the parties that tests speak of: agencies, key holders and a gateway, with fresh keys and a trust list."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from keys.labels import Oin
from keys.sealing import SealingKey
from keys.signing import RawCall, SigningKey, sign_call
from keys.trust import Party, PartyKey, Role, TrustList

NOW = datetime(2027, 4, 20, 9, 30, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NONCE = "AAECAwQFBgcICQoLDA0ODw"
KINDS = ("police", "school", "veilig_thuis", "local_team", "mental_health", "youth_protection")


@dataclass(frozen=True, slots=True)
class Member:
    """A party with its private keys, as only a test may hold them together."""

    party: Party
    key: SigningKey
    sealing: SealingKey

    @property
    def oin(self) -> str:
        """The OIN of the party."""
        return self.party.oin


def oin(number: int) -> Oin:
    """Return a synthetic OIN."""
    return Oin(f"0000000099{number:010d}")


def member(
    number: int,
    role: Role,
    *,
    kind: str = "",
    holder_index: int | None = None,
    url: str = "",
    since: datetime = LONG_AGO,
) -> Member:
    """Return a party with fresh keys."""
    key, sealing = SigningKey.generate(), SealingKey.generate()
    party = Party(
        oin=oin(number),
        name=f"{role.value} {number}",
        role=role,
        kind=kind,
        keys=(PartyKey.of(key, valid_from_at=since),),
        url=url,
        holder_index=holder_index,
        sealing_key=sealing.public,
    )
    return Member(party, key, sealing)


@dataclass(frozen=True, slots=True)
class Region:
    """Agencies, the holders of their keys and one gateway, and the list by which all know each other."""

    agencies: tuple[Member, ...]
    holders: tuple[Member, ...]
    gateway: Member
    threshold: int

    @property
    def trust(self) -> TrustList:
        """The trust list of the region, still without manifests."""
        members = (*self.agencies, *self.holders, self.gateway)
        return TrustList(tuple(one.party for one in members), threshold=self.threshold)


def agency(number: int = 1, *, kind: str = "school") -> Member:
    """Return an agency with fresh keys."""
    return member(number, Role.AGENCY, kind=kind)


def region(*, agencies: int = 2, holders: int = 3, threshold: int = 2) -> Region:
    """Return a region with fresh keys: agencies numbered from 1, holders from 101, the gateway 900."""
    return Region(
        agencies=tuple(member(1 + i, Role.AGENCY, kind=KINDS[i % len(KINDS)]) for i in range(agencies)),
        holders=tuple(member(101 + i, Role.HOLDER, holder_index=1 + i) for i in range(holders)),
        gateway=member(900, Role.GATEWAY),
        threshold=threshold,
    )


def with_key(party: Party, **changes: datetime | None) -> Party:
    """Return the party with its first key changed, for example `revoked_at=...`."""
    old = party.keys[0]
    times = {
        "valid_from_at": old.valid_from_at,
        "valid_until_at": old.valid_until_at,
        "revoked_at": old.revoked_at,
        **changes,
    }
    return replace(party, keys=(PartyKey(old.algorithm, old.jwk, **times), *party.keys[1:]))  # type: ignore[arg-type]


def call(
    path: str = "/v1/registrations",
    *,
    body: bytes = b'{"lane":"youth"}',
    host: str = "https://gateway.example",
    method: str = "POST",
    headers: tuple[tuple[str, str], ...] = (("purpose", "youth-coordination"), ("user-role", "intake")),
) -> RawCall:
    """Return an unsigned call."""
    content = (("content-type", "application/json"),) if body else ()
    return RawCall(method, host + path, (*content, *headers), body)


def signed(
    by: Member, raw: RawCall | None = None, *, at: datetime = NOW, nonce: str = NONCE, late: timedelta = timedelta()
) -> RawCall:
    """Return the call signed by a member."""
    return sign_call(raw or call(), by.key, created_at=at + late, nonce=nonce)

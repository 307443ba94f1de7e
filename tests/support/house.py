"""A small house for tests of flows: a real store and policy, real signatures, and a converter without holders.

The converter stands in for the key holders' mathematics (tested elsewhere), so that thousands of persons cost nothing.
"""

import hashlib
import itertools
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from gateway.core.involvement import Oin
from gateway.core.policy import PolicySet
from gateway.core.refusals import Refusal
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.directory import Agency
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Store
from gateway.flows.registering import register
from gateway.flows.telling import desks
from gateway.ids import mint
from gateway.policies.directory import load_policies
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import Receipt, RegisterInvolvement
from keys.group import Element
from keys.labels import KeyId
from keys.signing import PartyKey, RawCall, Signed, SigningKey, sign_call, verify_call
from keys.tokens import SEALED_BYTES, IndexToken, PersonToken, SealedElement
from keys.trust import Party, Role, TrustList

T = TypeVar("T")

LANE = "youth"
PURPOSE = "youth-coordination"
DESK = "cnt_intake"
POLICIES = Path(__file__).parents[2] / "policies"
START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("police", "veilig_thuis", "local_team", "school", "mental_health", "youth_protection")


@dataclass(frozen=True)
class TestAgency:
    """An agency with its own key, and the calls it signs."""

    __test__ = False

    oin: Oin
    name: str
    kind: str
    key: SigningKey = field(repr=False)
    role: Role = Role.AGENCY
    municipality: str = ""
    alias: str = ""

    def party(self) -> Party:
        """Return this agency as the trust list knows it."""
        return Party(
            oin=self.oin,
            name=self.name,
            role=self.role,
            kind=self.kind,
            municipality=self.municipality,
            alias=self.alias,
            keys=(PartyKey.of(self.key, valid_from_at=START),),
        )


def agencies(count: int, *, seed: str = "agency") -> tuple[TestAgency, ...]:
    """Return so many agencies with keys that follow from the seed, so that several processes agree on them."""
    return tuple(
        TestAgency(
            oin=Oin(f"0000000099{i:010d}"),
            name=f"Instantie {i}",
            kind=KINDS[i % len(KINDS)],
            key=SigningKey.from_seed(hashlib.sha256(f"{seed} {i}".encode()).digest()),
        )
        for i in range(count)
    )


class PlainConverter:
    """Maps a person token to an index token by a hash of its element; a stand-in for `keys.conversion`."""

    def convert(
        self, rows: Sequence[tuple[PersonToken, str]], *, agency: Oin, lane: str, of_nobody: Collection[str] = ()
    ) -> tuple[Converted | Refusal, ...]:
        """Convert every token; none is refused."""
        del agency
        elements = [secrets.token_bytes(32) if row in of_nobody else token.element for token, row in rows]
        return tuple(
            Converted(
                IndexToken(hashlib.sha256(lane.encode() + element).digest()), SealedElement(bytes(SEALED_BYTES)), 1
            )
            for element in elements
        )

    def conceal(self, text: bytes, *, row: str) -> bytes:
        """Return the text as it is, bound to its row."""
        return row.encode() + text

    def reveal(self, concealed: bytes, *, row: str) -> bytes:
        """Return what was concealed for this row."""
        assert concealed.startswith(row.encode())
        return concealed.removeprefix(row.encode())


def token_of(person: int | str) -> PersonToken:
    """Return the one token that every agency has for this person (in the real house they differ)."""
    return PersonToken(key_id=KeyId(bytes(8)), element=Element(hashlib.sha256(f"person {person}".encode()).digest()))


@dataclass
class SmallHouse:
    """A house with its agencies; `signed` goes through real signing and verification."""

    store: Store
    parties: tuple[TestAgency, ...]
    policies: PolicySet = field(default_factory=lambda: load_policies(POLICIES))
    house: House = field(init=False)
    trust: TrustList = field(init=False)
    _fresh: Callable[[], int] = field(default_factory=lambda: itertools.count().__next__)

    def __post_init__(self) -> None:
        """Put the house together."""
        self.trust = TrustList(parties=tuple(agency.party() for agency in self.parties))
        self.house = House(
            store=self.store,
            converter=PlainConverter(),
            directory=self,
            policies=lambda: self.policies,
            mint=mint,
        )

    def agency(self, oin: Oin) -> Agency | None:
        """Return an agency as the flows' directory."""
        party = self.trust.party(oin)
        if party is None:
            return None
        central = self.trust.party(party.alias) if party.alias else None
        name, shown_as = (party.name, None) if central is None else (central.name, Oin(central.oin))
        return Agency(oin, name, party.kind, party.municipality, shown_as)

    def may_be_told(self, oin: Oin, *, now: datetime) -> bool:
        """Return whether an agency has a key that counts, as the flows' directory."""
        party = self.trust.party(oin)
        return party is not None and any(key.counts_at(now) for key in party.keys)

    def supervisors(self, municipality: str) -> tuple[Oin, ...]:
        """Return the match supervisors of a municipality, as the flows' directory."""
        return self._of(municipality, Role.SUPERVISOR)

    def agencies_of(self, municipality: str) -> tuple[Oin, ...]:
        """Return the agencies of a municipality, as the flows' directory."""
        return self._of(municipality, Role.AGENCY)

    def officers(self) -> tuple[Oin, ...]:
        """Return the officers, as the flows' directory."""
        return tuple(Oin(party.oin) for party in self.trust.parties if party.role is Role.OFFICER)

    def _of(self, municipality: str, role: Role) -> tuple[Oin, ...]:
        found = (party for party in self.trust.parties if (party.role, party.municipality) == (role, municipality))
        return tuple(Oin(party.oin) for party in found if municipality)

    def signed(
        self,
        agency: TestAgency,
        message: T,
        *,
        body: bytes = b"{}",
        key: str | None = None,
        nonce: str | None = None,
        purpose: str = PURPOSE,
        user_role: str = "reporter",
    ) -> Signed[T]:
        """Return the message as carried by a verified call of this agency."""
        headers = (
            ("content-type", "application/json"),
            ("idempotency-key", key or secrets.token_urlsafe(18)),
            ("purpose", purpose),
            ("user-role", user_role),
            ("case-reference", "Z-1"),
        )
        now = datetime.now(UTC)
        call = RawCall("POST", "https://gateway.example/v1/test", headers, body)
        signed = sign_call(call, agency.key, created_at=now, nonce=nonce or secrets.token_urlsafe(18))
        return verify_call(signed, self.trust, now=now).carry(message)

    def open_desks(self) -> None:
        """Give every agency its intake desk."""
        for agency in self.parties:
            desk = ContactDesk(id=DESK, name="Intake", phone="010 000 00 00", email="intake@agency.example")
            desks.put_desk(self.signed(agency, desk), self.house)

    def register(self, agency: TestAgency, person: int | str, *, key: str | None = None, **changes: object) -> Receipt:
        """Register a person and return the receipt; a refusal is raised."""
        return self.register_many([(agency, person)], keys=[key], **changes)[0]

    def register_many(
        self,
        asked: Sequence[tuple[TestAgency, int | str]],
        *,
        keys: Sequence[str | None] | None = None,
        **changes: object,
    ) -> tuple[Receipt, ...]:
        """Register several as one commit group, one call each."""
        today_on = datetime.now(UTC).date()
        group = [
            register.prepare(
                self.signed(agency, (register.Row(0, involvement(person, today_on, **changes)),), key=key),
                self.house,
                today_on=today_on,
            )
            for (agency, person), key in zip(asked, keys or [None] * len(asked), strict=True)
        ]
        return tuple(receipt_of(outcome) for outcome in register.record(group, self.house))


def involvement(person: int | str, today_on: date, **changes: object) -> RegisterInvolvement:
    """Return an involvement with this person that the youth policy permits."""
    given = SubjectNotice(status=NoticeStatus.GIVEN, on=today_on)
    members = {
        "token": token_of(person).encode(),
        "lane": LANE,
        "flag": "involved",
        "purpose": PURPOSE,
        "case_reference": f"Z-{person}",
        "contact_id": DESK,
        "attested": True,
        "subject_notice": given,
    }
    return RegisterInvolvement.model_validate({**members, **changes})


def receipt_of(outcome: register.Outcome) -> Receipt:
    """Return the receipt of a call of one row, or raise its refusal."""
    if isinstance(outcome, Exception):
        raise outcome
    (answer,) = outcome
    if isinstance(answer, Exception):
        raise answer
    return Receipt.model_validate_json(answer)

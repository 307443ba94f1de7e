"""Holds the agencies of a federation as they call under load: calls whole and signed, ready to be sent as bytes.

Signing ahead keeps the generator out of the figures. A signature holds for a minute, so a round is signed just before
it runs. Persons are nobody: seeded elements of the group that no holder made, which cost the gateway the same as any
token and meet nobody. Where two agencies must meet, the tokens come from the key holders (`load_tests.alerts`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count, cycle, islice
from random import Random
from typing import Final
from urllib.parse import urlsplit

from adapters import Settings
from adapters.agency import Agency
from adapters.involvement import notice_given
from adapters.signed_call import NDJSON, Question, change, new_idempotency_key, signed
from deploy.local import Federation
from deploy.region.agencies import RegionAgency
from gateway.protocol.messages.registrations import RegisterInvolvement
from keys import group
from keys.labels import KeyId
from keys.signing import RawCall
from keys.tokens import PersonToken

_CASES: Final = 90_000
_WIDE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Caller:
    """One agency: what it says with every call, and its own case references."""

    agency: Agency
    region: RegionAgency
    key_id: KeyId

    @classmethod
    def of(cls, federation: Federation, region: RegionAgency) -> "Caller":
        """Open the keystore of an agency of a federation."""
        agency = Settings.load(federation.client_config(region.slug)).agency()
        return cls(agency, region, agency.circle(agency.lane).manifest.key_id)

    def calling(self, gateway_url: str) -> "Caller":
        """Return the same agency calling another gateway."""
        return replace(self, agency=replace(self.agency, gateway_url=gateway_url))

    def call(self, question: Question) -> bytes:
        """Return a call as it goes over the wire, signed now."""
        return wire(signed(self.agency, question))

    def case(self, number: int) -> str:
        """Return one of the agency's own case references."""
        return self.region.case_reference(number % _CASES)

    def token(self, element: group.Element) -> PersonToken:
        """Return a token that names this agency's key."""
        return PersonToken(self.key_id, element)

    def message(self, token: PersonToken, case: str) -> RegisterInvolvement:
        """Return what the agency says of one person."""
        return RegisterInvolvement(
            token=token.encode(),
            lane=self.agency.lane,
            purpose=self.agency.purpose,
            case_reference=case,
            contact_id=self.agency.contact,
            attested=True,
            subject_notice=notice_given(datetime.now(UTC).date()),
        )

    def single(self, token: PersonToken, number: int) -> bytes:
        """Return the call that registers one person."""
        case = self.case(number)
        return self.call(change("/registrations", self.message(token, case), case=case))

    def batch(self, tokens: Iterable[tuple[PersonToken, int]]) -> bytes:
        """Return the call that registers many persons."""
        messages = (self.message(token, self.case(number)) for token, number in tokens)
        lines = b"\n".join(message.model_dump_json(by_alias=True, exclude_none=True).encode() for message in messages)
        key = new_idempotency_key()
        return self.call(Question("POST", "/registration-batches", lines, content_type=NDJSON, idempotency_key=key))


class Callers:
    """All agencies of a federation; no person comes twice from one of these."""

    def __init__(self, callers: Sequence[Caller], *, seed: int) -> None:
        """Call for these agencies in turn."""
        self.all = tuple(callers)
        self._numbers = count()
        self._chance = Random(seed)

    @classmethod
    def of(cls, federation: Federation, *, seed: int) -> "Callers":
        """Open the agencies' keystores."""
        return cls([Caller.of(federation, agency) for agency in federation.agencies], seed=seed)

    def singles(self, amount: int, *, gateway_url: str) -> list[bytes]:
        """Return calls that each register a person whom nobody knows, the agencies in turn."""
        callers = cycle([caller.calling(gateway_url) for caller in self.all])
        pairs = islice(zip(callers, self._persons(), strict=False), amount)
        return [caller.single(caller.token(element), number) for caller, (element, number) in pairs]

    def batches(self, amount: int, *, rows: int, gateway_url: str) -> list[bytes]:
        """Return calls that each register so many persons whom nobody knows, the agencies in turn."""
        callers = islice(cycle([caller.calling(gateway_url) for caller in self.all]), amount)
        return [
            caller.batch((caller.token(element), number) for element, number in islice(self._persons(), rows))
            for caller in callers
        ]

    def _persons(self) -> Iterator[tuple[group.Element, int]]:
        while True:
            scalar = group.reduce_wide(self._chance.randbytes(_WIDE_BYTES))
            yield group.multiply_base(scalar), next(self._numbers)


def wire(call: RawCall) -> bytes:
    """Return a signed call as HTTP/1.1."""
    target = urlsplit(call.target_uri)
    path = f"{target.path}?{target.query}" if target.query else target.path
    fields = (("host", target.netloc), *call.headers, ("content-length", str(len(call.body))))
    head = "\r\n".join((f"{call.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)))
    return head.encode("latin-1") + b"\r\n\r\n" + call.body

"""The door as an attacker meets it: the real application in this process, and visitors who sign as they like."""

import contextlib
import io
import json
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx2

from gateway import app
from gateway.api.openapi import document
from gateway.core.consent import Consent, Scope
from gateway.core.deadlines import CALENDAR_VERSION
from gateway.core.events import Event, EventKind
from gateway.core.handover import OfferedHandover, Oversight
from gateway.core.involvement import Oin
from gateway.core.policy import PolicySet
from gateway.core.safety_case import SafetyCase
from gateway.core.subject_request import FoundItem, SubjectRequest
from gateway.flows.matching.match import match_waiting
from gateway.flows.ports.conversion import Converted, Converter
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.registering.expire import expire
from gateway.flows.telling.deliver import due
from gateway.ids import mint
from gateway.peers.addresses import Addresses
from gateway.peers.converter import NeighborConverter
from gateway.peers.directory import TrustedAgencies
from gateway.protocol.messages.subject_requests import AgeClass, SubjectRight
from gateway.settings import Settings
from gateway.store import SqlStore, open_store
from gateway.telemetry import open_log
from keys.group import Element
from keys.labels import KeyLabel, key_id
from keys.parties import Party, PartyKey, Role
from keys.signing import RawCall, SigningKey, sign_call
from keys.tokens import INDEX_TOKEN_BYTES, SEALED_BYTES, IndexToken, PersonToken, SealedElement
from keys.trust import TrustFile, TrustList
from tests.support.federation import INDEX, Federation, person_numbers
from tests.support.parties import LONG_AGO, oin
from tests.support.releases import Released, released
from tests.support.rooms import Call, Rooms

GATEWAY_URL = "https://gateway.example"
LANE = "youth"
PURPOSE = "youth-coordination"
DESK = "cnt_intake"
MUNICIPALITY = "gm0000"
KINDS = ("police", "school", "mental_health", "childcare")
_OINS = {kind: oin(number) for number, kind in enumerate(KINDS, 1)}


def policies() -> PolicySet:
    """Return the policies of the house, as released."""
    return released().policies


@cache
def honest_holders() -> Federation:
    """Return the key holders' mathematics, of which two of three evaluate."""
    return Federation(t=2, n=3, name="behind the door")


@cache
def real_converter() -> NeighborConverter:
    """Return a converter that knows every agency's key in the youth lane, and the police's in another."""
    labels = [KeyLabel("agency", number, LANE, 1) for number in _OINS.values()]
    converter = honest_holders().converter(*labels, index=INDEX)
    adult = honest_holders().factor(KeyLabel("agency", _OINS["police"], "adult", 1), KeyLabel("index", "", "adult", 1))
    converter = type(converter)([*map(honest_holders().factor, labels), adult], _peppers(), bytes(range(32)))
    return NeighborConverter(converter)


def _peppers() -> dict[tuple[str, int], bytes]:
    return {(lane, 1): lane.encode().ljust(32, b"-") for lane in (LANE, "adult")}


def resolve_here(host: str, _port: int) -> Sequence[str]:
    """Resolve as an operating system does, without asking anybody: number-like spellings, names of this machine."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return ("127.0.0.1", "::1")
    if name.endswith(".example"):
        return ("9.9.9.9",)
    with contextlib.suppress(ValueError):
        return (str(ip_address(host)),)
    return (socket.inet_ntoa(socket.inet_aton(host)),)  # raises OSError for what is a name


@dataclass(frozen=True)
class Visitor:
    """An agency, with its key in the hands of whoever tests the door."""

    kind: str
    oin: str
    key: SigningKey = field(repr=False)
    door: "Door" = field(repr=False)

    def unsigned(self, method: str, path: str, body: object = None, **headers: str) -> RawCall:
        """Return a call that nobody signed."""
        named = {"purpose": PURPOSE, "user-role": "reporter", "case-reference": "Z-1"}
        if body is not None:
            named = {"content-type": "application/json", **named}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        pairs = tuple((name, value) for name, value in named.items() if value)
        return RawCall(method, f"{GATEWAY_URL}/v1{path}", pairs, _bytes_of(body))

    def signs(self, method: str, path: str, body: object = None, **headers: str) -> RawCall:
        """Return a signed call with a fresh nonce and, for a change, a fresh idempotency key."""
        return self.signs_raw(self._unsigned_with_key(method, path, body, **headers))

    def _unsigned_with_key(self, method: str, path: str, body: object = None, **headers: str) -> RawCall:
        if method not in {"GET", "HEAD", "OPTIONS"}:
            headers = {"idempotency_key": secrets.token_hex(16), **headers}
        return self.unsigned(method, path, body, **headers)

    def signs_raw(self, call: RawCall, *, at: datetime | None = None) -> RawCall:
        """Return a call signed as it is; raises ValueError for one that cannot be signed."""
        return sign_call(call, self.key, created_at=at or datetime.now(UTC), nonce=secrets.token_urlsafe(18))

    def registration(self, child: str, **changes: object) -> dict[str, Any]:
        """Return the message that registers a child."""
        given = {"status": "given", "on": datetime.now(UTC).date().isoformat()}
        return {
            "token": self.door.token(self, child),
            "lane": LANE,
            "flag": "involved",
            "purpose": PURPOSE,
            "caseReference": "Z-1",
            "contactId": DESK,
            "attested": True,
            "subjectNotice": given,
            **changes,
        }

    def exclusion(self, child: str, mediator: "Visitor", *excluded: str) -> dict[str, Any]:
        """Return the message that excludes agencies of these kinds from a child."""
        return {
            "token": self.door.token(self, child),
            "lane": LANE,
            "purpose": PURPOSE,
            "caseReference": "Z-1",
            "contactId": DESK,
            "attested": True,
            "excluded": [{"agency": self.door.visitor(kind).oin} for kind in excluded],
            "mediator": mediator.oin,
        }

    def signs_registration(self, child: str, *, key: str = "", at: datetime | None = None, host: str = "") -> RawCall:
        """Return a signed call that registers a child, perhaps at another moment or for another gateway."""
        headers = {"idempotency_key": key} if key else {}
        call = self._unsigned_with_key("POST", "/registrations", self.registration(child), **headers)
        target = call.target_uri.replace(GATEWAY_URL, host or GATEWAY_URL)
        return self.signs_raw(RawCall(call.method, target, call.headers, call.body), at=at)

    def registers(self, child: str) -> dict[str, Any]:
        """Register a child and return the receipt."""
        answer = self.door.send(self.signs_registration(child))
        assert 201 == answer.status_code, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    def gets(self, path: str) -> dict[str, Any]:
        """Return what stands at an address."""
        answer = self.door.send(self.signs("GET", path))
        assert 200 == answer.status_code, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def own_registrations(self) -> list[dict[str, Any]]:
        """Return the registrations of this agency."""
        listed: list[dict[str, Any]] = self.gets("/registrations")["registrations"]
        return listed

    def desk(self, name: str = DESK) -> dict[str, str]:
        """Return a desk."""
        return {"id": name, "name": "Intake", "phone": "010-000 00 00", "email": "intake@agency.example"}


def _bytes_of(body: object) -> bytes:
    if body is None:
        return b""
    return body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


class Door:
    """A gateway over one database, with four agencies that have a desk each."""

    def __init__(self, url: str, folder: Path, converter: Converter | None = None) -> None:
        """Open the door."""
        self.url = url
        self.said = io.StringIO()
        self._folder = folder
        self._converter = converter or real_converter()
        self._children = iter(person_numbers(2_000)[200:])  # the first ones could be the end of an OIN
        self._visitors = {kind: Visitor(kind, _OINS[kind], SigningKey.generate(), self) for kind in KINDS}
        self._supervisor = Visitor("supervisor", oin(902), SigningKey.generate(), self)
        self._officer = Visitor("officer", oin(903), SigningKey.generate(), self)
        self._register = Visitor("register", oin(904), SigningKey.generate(), self)
        self._gateway_key, self._holder_key = SigningKey.generate(), SigningKey.generate()
        self.trust_file = folder / "trust.json"
        self._trust().save(self.trust_file)
        self.rooms = Rooms({})
        self.store: SqlStore
        self.house: House
        self._open()

    def visitor(self, kind: str) -> Visitor:
        """Return the agency of a kind."""
        return self._visitors[kind]

    def supervisor(self) -> Visitor:
        """Return the match supervisor of the municipality of every agency."""
        return self._supervisor

    def officer(self) -> Visitor:
        """Return an officer of the region."""
        return self._officer

    def register(self) -> Visitor:
        """Return the register of persons."""
        return self._register

    def child(self) -> str:
        """Return a person number that no test used before at this door."""
        return next(self._children)

    def token(self, visitor: Visitor, child: str) -> str:
        """Return what an agency makes of a child with the key holders."""
        return self.token_under(KeyLabel("agency", visitor.oin, LANE, 1), child)

    def token_under(self, label: KeyLabel, child: str) -> str:
        """Return the token of a child under any label."""
        return honest_holders().tokens(label, [child])[0].encode()

    def token_of_nobody(self, visitor: Visitor) -> str:
        """Return what has the form of an agency's token and is no element of the group."""
        label = KeyLabel("agency", visitor.oin, LANE, 1)
        name = key_id(label, honest_holders().public(label)[0])
        return PersonToken(name, Element(b"\xff" * 32)).encode()

    def send(self, call: RawCall) -> httpx2.Response:
        """Send a call as it is."""
        return self.rooms.ask(Call(call.method, call.target_uri, call.headers, (call.body,)))

    def send_in_pieces(self, call: RawCall, *pieces: bytes, seconds: float = 60.0) -> httpx2.Response:
        """Send a call whose body comes in pieces, and hang up after a while."""
        return self.rooms.ask(Call(call.method, call.target_uri, call.headers, pieces, seconds))

    def send_together(self, calls: Sequence[RawCall], *, seconds: float = 60.0) -> list[httpx2.Response]:
        """Send calls at the same time, and hang up after a while."""
        return self.rooms.ask_together(
            Call(call.method, call.target_uri, call.headers, (call.body,), seconds) for call in calls
        )

    def open_desks(self) -> None:
        """Give every agency its desk."""
        for visitor in self._visitors.values():
            answer = self.send(visitor.signs("PUT", f"/contacts/{DESK}", visitor.desk()))
            assert 200 == answer.status_code, answer.text

    def settle(self) -> None:
        """Work as the worker does until nothing waits."""
        while match_waiting(self.house).jobs:
            pass
        expire(self.house)
        due(self.house)

    def document(self) -> dict[str, Any]:
        """Return the OpenAPI document as it is served."""
        served: dict[str, Any] = self.send(RawCall("GET", f"{GATEWAY_URL}/v1/openapi.json", ())).json()
        assert document(GATEWAY_URL)["paths"].keys() == served["paths"].keys()
        return served

    def keys_of_others(self) -> tuple[SigningKey, ...]:
        """Return keys on the trust list that are no agency's."""
        return self._gateway_key, self._holder_key

    def belongings(self, owner: Visitor, other: Visitor) -> dict[str, str]:
        """Let an agency have one of everything; return the ids by the names that the routes give them."""
        child = self.child()
        receipt = owner.registers(child)
        others = other.registers(child)
        self.settle()
        match = owner.gets("/matches")["matches"][-1]["id"]
        webhook = self.send(owner.signs("POST", "/webhook-endpoints", {"url": "https://hooks.agency.example/"}))
        assert 201 == webhook.status_code, webhook.text
        self.send(owner.signs("PUT", "/contacts/cnt_of_the_owner", owner.desk("cnt_of_the_owner")))
        return {
            "registrationId": receipt["id"],
            "matchId": match,
            "endpointId": webhook.json()["id"],
            "contactId": "cnt_of_the_owner",
            "consentId": self.consent_of(owner),
            "exclusionId": self.exclusion_of(owner, other),
            "caseId": self.case_of(owner),
            "handoverId": self.handover_of(owner, other, match, receipt["id"], others["id"]),
            **self.request_of(owner, receipt["id"]),
        }

    def request_of(self, owner: Visitor, registration: str) -> dict[str, str]:
        """Let an agency have taken a request about its registration, whatever its kind may take; return both ids."""
        now, token, agency = datetime.now(UTC), IndexToken(secrets.token_bytes(INDEX_TOKEN_BYTES)), Oin(owner.oin)
        asked = SubjectRequest(
            id=mint("srq"),
            desk=agency,
            lane=LANE,
            index_token=token,
            right=SubjectRight.ACCESS,
            age_class=AgeClass.FROM_16,
            wrong=None,
            case_reference="AVG-1",
            received_at=now,
            due_on=now.date() + timedelta(days=30),
            ready_on=now.date() + timedelta(days=14),
        )
        item = FoundItem(mint("sri"), asked.id, registration, agency, MUNICIPALITY)
        event = Event(mint("evt"), EventKind.REQUEST_TAKEN, owner.oin, {"request": asked.id})

        def record(tx: Tx) -> Recorded[None]:
            tx.requests.take(asked)
            tx.requests.route(asked.id, (item,))
            return Recorded(None, (event,))

        self.store.change("take request", record)
        return {"requestId": asked.id, "itemId": item.id}

    def handover_of(self, owner: Visitor, other: Visitor, match: str, own: str, others: str) -> str:
        """Let an agency hold safety oversight and offer it, whatever the lane of the match; return the offer's id."""
        now, token = datetime.now(UTC), IndexToken(secrets.token_bytes(INDEX_TOKEN_BYTES))
        parties = (Oin(owner.oin), own, Oin(other.oin), others)
        offered = OfferedHandover(mint("hov"), match, token, *parties, "a" * 64, now, now.date(), CALENDAR_VERSION)
        event = Event(mint("evt"), EventKind.HANDOVER_OFFERED, owner.oin, {"handover": offered.id})

        def record(tx: Tx) -> Recorded[None]:
            tx.oversights.begin(Oversight(mint("ovs"), token, Oin(owner.oin), own, now))
            tx.handovers.offer(offered)
            return Recorded(None, (event,))

        self.store.change("offer handover", record)
        return offered.id

    def case_of(self, owner: Visitor) -> str:
        """Put an accepted case of an agency on the list, whatever its kind may start by itself; return its id."""
        id_, agency = mint("cas"), Oin(owner.oin)
        case = SafetyCase(id_, "safety_house", "ZVH-1", agency, (agency,), agency, date(2026, 1, 2))
        event = Event(mint("evt"), EventKind.CASE_OPENED, owner.oin, {"case": id_})

        def record(tx: Tx) -> Recorded[None]:
            tx.cases.add(case)
            return Recorded(None, (event,))

        self.store.change("open case", record)
        return id_

    def consent_of(self, owner: Visitor) -> str:
        """Put a consent of an agency into the index, whatever its kind may record by itself; return its id."""
        id_, token = mint("cns"), IndexToken(secrets.token_bytes(INDEX_TOKEN_BYTES))
        until_on = datetime.now(UTC).date() + timedelta(days=30)
        purpose, scope = "adult-coordination", Scope(("local_team",))
        given_on = date(2026, 1, 2)
        consent = Consent(id_, Oin(owner.oin), "adult", purpose, "Z-1", scope, given_on, until_on)
        event = Event(mint("evt"), EventKind.CONSENT_RECORDED, owner.oin, {"consent": id_})

        def record(tx: Tx) -> Recorded[None]:
            tx.consents.record(consent, Converted(token, SealedElement(bytes(SEALED_BYTES)), 1))
            return Recorded(None, (event,))

        self.store.change("record consent", record)
        return id_

    def exclusion_of(self, owner: Visitor, mediator: Visitor) -> str:
        """Let an agency exclude one that no test uses otherwise, from a child of its own; return the id."""
        answer = self.send(owner.signs("POST", "/exclusions", owner.exclusion(self.child(), mediator, "mental_health")))
        assert 201 == answer.status_code, answer.text
        id_: str = answer.json()["id"]
        return id_

    def belongings_now(self, owner: Visitor) -> dict[str, Any]:
        """Return all that an agency has, as it is now."""
        kept = (
            *("/registrations", "/matches", "/webhook-endpoints", "/contacts", "/consents", "/cases", "/handovers"),
            *("/subject-requests", "/subject-request-items", "/exclusions"),
        )
        return {path: owner.gets(path) for path in kept}

    def alerts_of(self, visitor: Visitor) -> list[str]:
        """Return the ids of the alerts in an agency's inbox."""
        return [alert["id"] for alert in visitor.gets("/alerts")["alerts"]]

    @staticmethod
    def id_of_nothing(like: str) -> str:
        """Return an id of the same form and length that nobody has."""
        if like.startswith("cnt_"):
            return "cnt_" + "z" * (len(like) - 4)
        return mint(like[:3])

    @contextmanager
    def another_process(self) -> Iterator["Door"]:
        """Open a second gateway on the same database, with the same keys."""
        other = object.__new__(Door)
        other.__dict__.update(self.__dict__)
        other.rooms = Rooms({})
        other._open()
        try:
            yield other
        finally:
            other.close()

    def restart(self) -> None:
        """Close the gateway, and open it again: all that is left is the database."""
        self.rooms.shut("gateway.example")
        self._open()

    def close(self) -> None:
        """Close the gateway."""
        self.rooms.close_all()

    def kept(self) -> bytes:
        """Return all that the gateway kept in files, its log, and its figures."""
        path = Path(self.url.removeprefix("sqlite:///"))
        files = [file.read_bytes() for file in path.parent.glob(f"{path.name}*")]
        return b"\n".join((*files, self.said.getvalue().encode(), self.figures()))

    def figures(self) -> bytes:
        """Return the figures as they are scraped."""
        from prometheus_client import generate_latest  # noqa: PLC0415 - only here

        return generate_latest(self._app.front.figures.registry)

    def _open(self) -> None:
        with contextlib.redirect_stderr(self.said):
            log = open_log("debug")
        self.store = open_store(self.url)
        trust = TrustFile(self.trust_file)
        self.house = House(
            store=self.store,
            converter=self._converter,
            directory=TrustedAgencies(trust),
            policies=policies,
            mint=mint,
        )
        parts = app.Parts(
            settings=_settings(self.url, self._folder),
            store=self.store,
            trust=trust,
            signing_key=self._gateway_key,
            house=self.house,
            releases=Released(),
            addresses=Addresses(resolve=resolve_here),
            log=log,
            broken=self._broken,
        )
        self._app = app.gateway(parts)
        self.rooms.open("gateway.example", self._app)

    def _broken(self) -> None:
        self.said.write("BROKEN")

    def _trust(self) -> TrustList:
        agencies = tuple(
            Party(visitor.oin, f"Instantie {kind}", Role.AGENCY, kind, _keys(visitor.key), municipality=MUNICIPALITY)  # type: ignore[arg-type]
            for kind, visitor in self._visitors.items()
        )
        gateway = Party(oin(900), "Gateway", Role.GATEWAY, keys=_keys(self._gateway_key), url=GATEWAY_URL)
        holder = Party(oin(901), "Holder", Role.HOLDER, keys=_keys(self._holder_key), holder_index=1)
        key = self._supervisor.key
        supervisor = Party(oin(902), "Regievoerder", Role.SUPERVISOR, keys=_keys(key), municipality=MUNICIPALITY)
        officer = Party(oin(903), "Functionaris", Role.OFFICER, keys=_keys(self._officer.key))
        register = Party(oin(904), "Register van personen", Role.REGISTER, keys=_keys(self._register.key))
        return TrustList((*agencies, gateway, holder, supervisor, officer, register), threshold=1)


def _keys(key: SigningKey) -> tuple[PartyKey, ...]:
    return (PartyKey.of(key, valid_from_at=LONG_AGO),)


def _settings(url: str, folder: Path) -> Settings:
    nowhere = folder / "none"
    return Settings(
        public_url=GATEWAY_URL,
        oin=oin(900),
        database=url,
        trust_file=nowhere,
        keystore=nowhere,
        passphrase_file=nowhere,
    )

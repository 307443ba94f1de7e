"""A gateway and its key holders in memory, behind the transport of the client: they verify, sign, and can misbehave."""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx2

from adapters.agency import Agency
from gateway.protocol.messages.matches import ListedMatch
from gateway.protocol.problems import PROBLEMS
from keys import group
from keys.conversion import Converted
from keys.group import Element
from keys.labels import KeyLabel
from keys.manifest import HolderSignature, Manifest
from keys.signing import RawCall, base64url, from_base64url, sign_response, verify_call
from keys.tokens import PersonToken
from keys.trust import Role, TrustList
from tests.support.federation import Federation
from tests.support.parties import NOW, Member, member

GATEWAY_URL = "https://gateway.test"
LANE = "youth"
PURPOSE = "youth-coordination"
CONFIRMED: Final = {"confirmedOn": "2027-04-19", "confirmBefore": "2027-07-18"}
LISTED = frozenset(member.alias or name for name, member in ListedMatch.model_fields.items())
DESK = {"id": "cnt_intake", "name": "Intakebalie", "phone": "+1 202 555 0101", "email": "intake@agency.example.nl"}

Evaluation = tuple[list[Element], bytes]
Misbehavior = Callable[["HolderCall"], httpx2.Response]


def identifier(kind: str, number: int) -> str:
    """Return an identifier of the protocol."""
    return f"{kind}_{number:026d}"


@dataclass(frozen=True)
class HolderCall:
    """A call as a holder sees it, for those that misbehave."""

    wire: "Wire"
    holder: int
    label: KeyLabel
    elements: Sequence[Element]

    def answer(self, evaluated: Sequence[Element], proof: bytes) -> httpx2.Response:
        """Answer an evaluation."""
        content = {
            "keyId": base64url(self.wire.manifests[self.label].key_id),
            "elements": [base64url(each) for each in evaluated],
            "proof": base64url(proof),
            "holder": self.holder,
        }
        return httpx2.Response(200, json=content)


def is_down(call: HolderCall) -> httpx2.Response:
    """Refuse the connection."""
    raise httpx2.ConnectError("refused")


def returns_the_question(call: HolderCall) -> httpx2.Response:
    """Answer Z = B, as if the key were 1: the token could then be searched."""
    _, proof = call.wire.federation.answer(call.holder, call.label, call.elements)
    return call.answer(call.elements, proof)


def uses_another_key(call: HolderCall) -> httpx2.Response:
    """Evaluate and prove under a key made up for the occasion."""
    other = KeyLabel("agency", call.label.owner, call.label.lane, 77)
    return call.answer(*call.wire.federation.answer(call.holder, other, call.elements))


def spoils_one_element(call: HolderCall) -> httpx2.Response:
    """Answer honestly but for one element."""
    evaluated, proof = call.wire.federation.answer(call.holder, call.label, call.elements)
    return call.answer([*evaluated[:-1], group.multiply_base(group.random_scalar())], proof)


def talks_nonsense(call: HolderCall) -> httpx2.Response:
    """Answer something that is no evaluation."""
    return httpx2.Response(200, content=b'{"elements": "none"}')


def refuses_with(code: str) -> Misbehavior:
    """Answer a problem."""
    return lambda _: httpx2.Response(PROBLEMS[code].status, json={"code": code})


def on_the_way(misbehavior: Misbehavior) -> Misbehavior:
    """Let it be said not by the holder but by something between it and the agency, which has no key to sign with."""

    def answer(call: HolderCall) -> httpx2.Response:
        said = misbehavior(call)
        said.extensions["on the way"] = True
        return said

    return answer


@dataclass
class Wire:
    """The other side of the wire. `holder_misbehavior` by holder, `gateway_faults` one per call until they run out."""

    federation: Federation = field(default_factory=lambda: Federation(2, 3, "wire"))
    holder_misbehavior: dict[int, Misbehavior] = field(default_factory=dict)
    gateway_faults: list[Callable[["Wire", RawCall], httpx2.Response | None]] = field(default_factory=list)
    now: datetime | None = NOW
    gateway_now: datetime | None = None
    url: str = GATEWAY_URL

    def __post_init__(self) -> None:
        kinds = ("police", "school")
        self.agencies = tuple(member(1 + i, Role.AGENCY, kind=kind) for i, kind in enumerate(kinds))
        self.holders = tuple(
            member(100 + i, Role.HOLDER, holder_index=i, url=f"{self.url}/holder-{i}") for i in self.federation.holders
        )
        self.gateway = member(900, Role.GATEWAY, url=self.url)
        self.manifests = {label: self._manifest(label) for label in map(self.label, self.agencies)}
        members = (*self.agencies, *self.holders, self.gateway)
        self.trust = TrustList(
            tuple(one.party for one in members), tuple(self.manifests.values()), threshold=self.federation.t
        )
        self.converter = self.federation.converter(*self.manifests)
        self.one_at_a_time = threading.Lock()
        self.calls: list[RawCall] = []
        self.holder_calls: Counter[int] = Counter()
        self.nonces: set[str] = set()
        self.answers: dict[tuple[str, str], tuple[bytes, tuple[int, bytes]]] = {}
        self.registrations: dict[str, dict[str, Any]] = {}
        self.slots: defaultdict[bytes, list[str]] = defaultdict(list)
        self.matches: dict[str, dict[str, Any]] = {}
        self.alerts: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.supervised: list[dict[str, Any]] = []
        self.hints: list[dict[str, Any]] = []
        self.contacts: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self.webhooks: defaultdict[str, dict[str, Any]] = defaultdict(dict)

    def label(self, agency: Member) -> KeyLabel:
        """Return the label of an agency's key."""
        return KeyLabel("agency", agency.oin, LANE, 1)

    def caller(self, index: int = 0, **changes: Any) -> Agency:
        """Return the client's side of an agency, with a clock that stands still and no patience to wait for real."""
        own = self.agencies[index]
        said: dict[str, Any] = {
            "oin": own.oin,
            "key": own.key,
            "gateway_url": self.url,
            "trust": lambda: self.trust,
            "purpose": PURPOSE,
            "user_role": "intake",
            "lane": LANE,
            "contact": "intake",
            "clock": self.time,
            "jitter": lambda: 0.001,
        }
        return Agency(**(said | changes))

    def transport(self) -> httpx2.MockTransport:
        """Return what the client is given in place of the network."""
        return httpx2.MockTransport(self.handle)

    def time(self) -> datetime:
        """Return the time: standing still, unless `now` is None."""
        return self.now or datetime.now(UTC)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        """Answer what came through a transport."""
        headers = tuple((name.lower(), value) for name, value in request.headers.multi_items())
        return self.answer(RawCall(request.method, str(request.url), headers, request.read()))

    def answer(self, call: RawCall) -> httpx2.Response:
        """Answer as the holder or the gateway that is addressed."""
        self.calls.append(call)
        path = call.target_uri.removeprefix(self.url)
        if path.endswith("/v1/health/ready"):
            return httpx2.Response(200, headers={"date": format_datetime(self.gateway_now or self.time())})
        if path.startswith("/holder-"):
            return self._at_holder(int(path.removeprefix("/holder-").partition("/")[0]), call)
        while self.gateway_faults:
            answer = self.gateway_faults.pop(0)(self, call)
            if answer is not None:
                return answer
        return self.at_gateway(call)

    def _manifest(self, label: KeyLabel) -> Manifest:
        public, of_holders = self.federation.public(label)
        manifest = Manifest(label, public, of_holders, self.federation.t)
        for number, holder in enumerate(self.holders, start=1):
            manifest = manifest.with_signature(HolderSignature(number, holder.key.sign(manifest.signed_bytes())))
        return manifest

    def _at_holder(self, number: int, call: RawCall) -> httpx2.Response:
        verified = verify_call(call, self.trust, now=self.time())
        self.holder_calls[number] += 1
        members = json.loads(call.body)
        label = KeyLabel(**members["label"])
        assert label.owner == verified.party.oin
        seen = HolderCall(self, number, label, [Element(from_base64url(each)) for each in members["elements"]])
        if number in self.holder_misbehavior:
            said = self.holder_misbehavior[number](seen)
        else:
            said = seen.answer(*self.federation.answer(number, label, seen.elements))
        if said.extensions.get("on the way"):
            return said
        return self.signed(call, said.status_code, said.content, signer=self.holders[number - 1])

    def at_gateway(self, call: RawCall) -> httpx2.Response:
        """Answer as the gateway, when it is well."""
        with self.one_at_a_time:
            return self._at_gateway(call)

    def _at_gateway(self, call: RawCall) -> httpx2.Response:
        verified = verify_call(call, self.trust, now=self.gateway_now or self.time())
        assert verified.nonce not in self.nonces, "a nonce came twice"
        self.nonces.add(verified.nonce)
        assert verified.purpose
        assert verified.user_role
        key = (verified.party.oin, verified.idempotency_key)
        if call.method != "GET":
            assert verified.idempotency_key
            if key in self.answers:
                assert self.answers[key][0] == verified.body_digest
                return self.signed(call, *self.answers[key][1])
        status, content = self._act(call, verified.party.oin, verified.case_reference)
        if call.method != "GET":
            self.answers[key] = (verified.body_digest, (status, content))
        return self.signed(call, status, content)

    def signed(self, call: RawCall, status: int, content: bytes, signer: Member | None = None) -> httpx2.Response:
        """Answer a call, signed by the gateway or another."""
        kind = "application/json" if status < 400 else "application/problem+json"
        headers = sign_response(
            status,
            (("content-type", kind),),
            content,
            request_signature=dict(call.headers)["signature"],
            key=(signer or self.gateway).key,
            created_at=self.gateway_now or self.time(),
        )
        return httpx2.Response(status, headers=list(headers), content=content)

    def problem(self, call: RawCall, code: str, **facts: object) -> httpx2.Response:
        """Answer a problem, signed."""
        return self.signed(call, *_problem(code, **facts))

    def _act(  # noqa: C901, PLR0911, PLR0912  # one table of all endpoints
        self, call: RawCall, oin: str, case: str
    ) -> tuple[int, bytes]:
        path, _, query = call.target_uri.removeprefix(self.url + "/v1").partition("?")
        body = json.loads(call.body) if call.body and path != "/registration-batches" else {}
        match (call.method, *path.strip("/").split("/")):
            case "POST", "registrations":
                return self._register(oin, body)
            case "POST", "registration-batches":
                return self._register_batch(oin, call.body)
            case "GET", "registrations":
                after = query.partition("after=")[2].partition("&")[0]
                own = [
                    each for each in self.registrations.values() if each["oin"] == oin and each["view"]["id"] > after
                ]
                return 200, _json(registrations=[each["view"] for each in own[:2]], **_next(own, 2))
            case "GET", "registrations", registration if registration in self.registrations:
                return 200, json.dumps(self.registrations[registration]["view"]).encode()
            case "POST", "registrations", registration, "renewals" if registration in self.registrations and case:
                self.registrations[registration]["view"]["subjectNotice"] = body["subjectNotice"]
                return 201, json.dumps(self.registrations[registration]["view"]).encode()
            case "POST", "registrations", registration, "withdrawals" if registration in self.registrations and case:
                self.registrations[registration]["view"]["status"] = "withdrawn"
                return 201, _json(id=registration, status="withdrawn", event=identifier("evt", 1))
            case "POST", "registrations", registration, verb if registration in self.registrations and case:
                view = self.registrations[registration]["view"]
                kept = {"subject-notices": {"subjectNotice": body}, "restrictions": {"status": "restricted"}}
                view |= kept.get(verb, {"status": "active"})
                return 201, json.dumps(view).encode()
            case "GET", "archive-hints", registration if registration in self.registrations and case:
                return 200, _json(registrationId=registration, hints=self.hints)
            case "GET", "alerts":
                return 200, _json(alerts=list(self.alerts[oin].values()), more=False)
            case "POST", "alert-acknowledgements":
                known = [alert for alert in body["alerts"] if self.alerts[oin].pop(alert, None)]
                return 201, _json(acknowledged=known, unknown=[each for each in body["alerts"] if each not in known])
            case "GET", "matches":
                only = query.partition("id=")[2]
                views = [self._view(each, oin) for each in self.matches.values() if oin in each]
                listed = [{name: view[name] for name in LISTED if name in view} for view in views]
                return 200, _json(matches=[each for each in listed if only in {"", each["id"]}])
            case "GET", "matches", match if oin in self.matches.get(match, {}) and case:
                return 200, json.dumps(self._view(self.matches[match], oin)).encode()
            case "POST", "matches", match, "contact-reports" if oin in self.matches.get(match, {}) and case:
                self.matches[match][oin]["outcome"] = body["outcome"]
                return 201, _json(id=match, state="answered")
            case "GET", "contacts":
                return 200, _json(contacts=[desk | CONFIRMED for desk in self.contacts[oin].values()])
            case "GET", "supervised-matches":
                after = query.partition("after=")[2]
                listed = [one for one in self.supervised if one["id"] > after]
                return 200, _json(matches=listed[:1], **({"next": listed[0]["id"]} if len(listed) > 1 else {}))
            case "PUT", "contacts", desk:
                self.contacts[oin][desk] = body
                return 200, json.dumps(body).encode()
            case "GET", "webhook-endpoints":
                return 200, _json(endpoints=list(self.webhooks[oin].values()))
            case "POST", "webhook-endpoints":
                endpoint = {"id": identifier("whe", 1), "url": body["url"], "publicKey": "whpk_AAAA"}
                self.webhooks[oin][endpoint["id"]] = endpoint
                return 201, json.dumps(endpoint).encode()
            case "DELETE", "webhook-endpoints", endpoint_id:
                self.webhooks[oin].pop(endpoint_id)
                return 204, b""
            case "POST", "policy-checks":
                why = {"nl": "Dat mag.", "en": "That is admitted."}
                return 200, _json(permitted=body["lane"] == LANE, why=why)
            case "GET", "whoami":
                return 200, _json(agency=oin, name="an agency", kind="school", keyId="k")
            case _:
                return _problem("state-not-found")

    def _register(self, oin: str, body: dict[str, Any]) -> tuple[int, bytes]:
        (converted,) = self.converter.convert([(PersonToken.decode(body["token"]), "row")], body["lane"])
        if not isinstance(converted, Converted):
            return _problem("request-token-invalid")
        registration = identifier("reg", len(self.registrations) + 1)
        until = body.get("validUntil", "2028-04-20")
        said = {name: body[name] for name in ("lane", "purpose", "caseReference", "contactId", "subjectNotice")}
        view = {"id": registration, "flag": "involved", "status": "active", "validUntil": until, "renewBefore": until}
        view |= said | {"registeredAt": self.time().isoformat()}
        self.registrations[registration] = {"oin": oin, "view": view}
        for other in self.slots[converted.index_token.value]:
            if self.registrations[other]["oin"] != oin:
                self._match(registration, other)
        self.slots[converted.index_token.value].append(registration)
        receipt = {name: view[name] for name in ("id", "status", "validUntil", "renewBefore")}
        return 201, _json(event=identifier("evt", len(self.registrations)), **receipt)

    def _register_batch(self, oin: str, body: bytes) -> tuple[int, bytes]:
        rows: list[dict[str, Any]] = []
        for number, line in enumerate(body.split(b"\n"), start=1):
            message = json.loads(line)
            if message["caseReference"].startswith("REFUSE"):
                title = PROBLEMS["policy-term-past"].title_en
                problem = {"code": "policy-term-past", "title": title, "detail": title}
                rows.append({"row": number, "problem": problem})
            else:
                rows.append({"row": number, "receipt": json.loads(self._register(oin, message)[1])})
        accepted = sum("receipt" in row for row in rows)
        return 201, _json(accepted=accepted, refused=len(rows) - accepted, rows=rows)

    def _match(self, one: str, other: str) -> None:
        match = identifier("mat", len(self.matches) + 1)
        self.matches[match] = {"id": match}
        for own in (one, other):
            oin = self.registrations[own]["oin"]
            self.matches[match][oin] = {"registration": own, "outcome": None}
            alert = identifier("alt", sum(map(len, self.alerts.values())) + 1)
            self.alerts[oin][alert] = {
                "specversion": "1.0",
                "id": alert,
                "source": "urn:nld:oin:gateway",
                "type": "nl.seinhuis.match.opened",
                "time": self.time().isoformat(),
                "datacontenttype": "application/json",
                "dataref": f"{self.url}/v1/matches/{match}",
            }

    def _view(self, match: dict[str, Any], oin: str) -> dict[str, Any]:
        registration = self.registrations[match[oin]["registration"]]["view"]
        view = {
            "id": match["id"],
            "lane": LANE,
            "state": "open",
            "openedAt": self.time().isoformat(),
            "dueOn": date(2027, 4, 28).isoformat(),
            "calendar": "nl",
            "registrationId": registration["id"],
            "caseReference": registration["caseReference"],
            "disclosure": "contact",
            "rules": ["r1"],
            "legalBasis": ["Jeugdwet 7.1"],
            "why": {"nl": "Omdat het mag.", "en": "Because it is admitted."},
            "other": {"agency": "the other", "contact": DESK},
            "otherReported": False,
            "step": "reporter",
            "handledBy": "reporter",
            "muted": False,
            "deskUnconfirmed": False,
        }
        parties = [self.registrations[each["registration"]] for each in match.values() if isinstance(each, dict)]
        if any(party["view"]["status"] == "withdrawn" for party in parties):
            view = {name: value for name, value in view.items() if name != "other"} | {"state": "ended"}
        return view | ({"outcome": match[oin]["outcome"]} if match[oin]["outcome"] else {})


def _json(**members: object) -> bytes:
    return json.dumps(members).encode()


def _next(rows: Sequence[dict[str, Any]], limit: int) -> dict[str, str]:
    return {"next": rows[limit - 1]["view"]["id"]} if len(rows) > limit else {}


def _problem(code: str, **facts: object) -> tuple[int, bytes]:
    problem = PROBLEMS[code]
    content = {"type": f"/v1/problems/{code}", "title": problem.title_nl, "status": problem.status}
    return problem.status, _json(code=code, fix=problem.fix_nl, detail="", correlationId="c-1", **content, **facts)


@contextmanager
def served() -> Iterator[Wire]:
    """Serve one gateway and its only holder on the loopback interface, in real time."""
    wires: list[Wire] = []

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            answer = wires[0].answer(RawCall(self.command, wires[0].url + self.path, headers, body))
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name not in {"content-length", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  # the names are those of the server

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        wires.append(Wire(Federation(1, 1), now=None, url=f"http://127.0.0.1:{server.server_port}"))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield wires[0]
        finally:
            server.shutdown()
            thread.join()

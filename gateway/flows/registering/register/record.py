"""Record: write a group of prepared calls in one durable transaction, and answer each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gateway.core.events import Event, EventKind, Value
from gateway.core.handover import runs_as_monitoring
from gateway.core.home_ban import HomeBan
from gateway.core.involvement import Oin, Registration, renew_before
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import SINGLE, alarm_of_silence, event_of, json_of, slip_of
from gateway.flows.overseeing.monitoring import Monitoring, monitoring_of
from gateway.flows.ports.calls import Answer, CallSlip
from gateway.flows.ports.house import Answers, House
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.registering.asking_who import ask_who
from gateway.flows.registering.footing import Footing
from gateway.flows.registering.register.prepare import prepare
from gateway.flows.registering.register.rows import Outcome, Prepared, PreparedRow, RowAnswer
from gateway.protocol.messages.registrations import Receipt, RegistrationStatus


def record(group: Sequence[Prepared], house: House) -> tuple[Outcome, ...]:
    """Write a commit group in one durable transaction and return each call's outcome, in order.

    A crash before the commit loses the whole group and nobody was answered; after it, each caller that asks again with
    its idempotency key gets its kept receipt (G1, G6).

    What a release permitted that has been replaced meanwhile is prepared anew: nothing is written by two releases.
    """
    house = house.under_one_release()
    current = [_under(house, prepared) for prepared in group]
    return house.store.change("register", lambda tx: _record(tx, current, house))


def _under(house: House, prepared: Prepared) -> Prepared:
    if prepared.policies is house.policies():
        return prepared
    return prepare(prepared.call, house, today_on=prepared.today_on, first=prepared.first)


def _record(tx: Tx, group: Sequence[Prepared], house: House) -> Recorded[tuple[Outcome, ...]]:
    slips = [_slip(prepared) for prepared in group]
    firsts = [i for i, prepared in enumerate(group) if prepared.first]
    new = dict(zip(firsts, tx.calls.admit([slips[i] for i in firsts]), strict=True))
    kept = {(answer.agency, answer.idempotency_key, answer.row): answer for answer in tx.calls.answers(slips)}
    desks = tx.desks.known({(r.agency, r.contact_id) for p in group for r in _registrations(p)})

    footing = Footing.of(tx, [r for p in group for r in _registrations(p)], house)
    monitoring = monitoring_of(tx, (r for p in group for r in _registrations(p)))

    writing = _Writing(desks, kept, footing, monitoring, house)
    outcomes = tuple(
        writing.call(prepared) if new.get(i, True) else writing.refuse(Refusal.SIGNATURE_REPLAYED, prepared)
        for i, prepared in enumerate(group)
    )
    tx.registrations.add(writing.registrations)
    tx.bans.add(writing.bans)
    tx.calls.keep(writing.answers)
    return Recorded(outcomes, (*writing.events, *ask_who(tx, writing.registrations, house)))


def _slip(prepared: Prepared) -> CallSlip:
    rows = range(prepared.rows[0].number, prepared.rows[-1].number + 1)
    return replace(slip_of(prepared.call), rows=rows)


def _registrations(prepared: Prepared) -> list[Registration]:
    return [row.ready[0] for row in prepared.rows if not isinstance(row.ready, Refused)]


class _Writing:
    """What one commit group is about to write; answers made here count at once for a repetition in the same group."""

    def __init__(
        self,
        desks: frozenset[tuple[Oin, str]],
        kept: Answers,
        footing: Footing,
        monitoring: Monitoring,
        house: House,
    ) -> None:
        self._desks = desks
        self._footing = footing
        self._monitoring = monitoring
        self._kept = dict(kept)
        self._digests = {place[:2]: answer.body_digest for place, answer in kept.items()}
        self._house = house
        self.registrations: list[Registration] = []
        self.bans: list[tuple[str, HomeBan]] = []
        self.answers: list[Answer] = []
        self.events: list[Event] = []

    def call(self, prepared: Prepared) -> Outcome:
        """Answer every row of one call, or refuse it whole when its key was used with another body."""
        slip = slip_of(prepared.call)
        key = (slip.agency, slip.idempotency_key)
        if self._digests.get(key, slip.body_digest) != slip.body_digest:
            return self.refuse(Refusal.IDEMPOTENCY_KEY_REUSED, prepared)
        self._bind_batch(slip, prepared)
        before = len(self.events)
        answers = tuple(self._row(row, slip, prepared) for row in prepared.rows)
        if len(self.events) == before:  # an old answer given again: the nonce is still a change, so it has its event
            self.events.append(event_of(prepared.call, self._house, EventKind.CALL_ADMITTED, verb="register"))
        return answers

    def refuse(self, refusal: Refusal, prepared: Prepared) -> Refused:
        """Refuse a whole call, with an event of its own: it may be all that this transaction holds."""
        return self._refuse(Refused(refusal), SINGLE, prepared, {})

    def _bind_batch(self, slip: CallSlip, prepared: Prepared) -> None:
        """Keep an empty answer for the whole batch: its key stays bound to its body though all rows are refused."""
        place = (slip.agency, slip.idempotency_key, SINGLE)
        if prepared.first and prepared.rows[0].number != SINGLE and place not in self._kept:
            self._keep(Answer(*place, slip.body_digest, b""))

    def _keep(self, answer: Answer) -> None:
        self._kept[answer.agency, answer.idempotency_key, answer.row] = answer
        self._digests[answer.agency, answer.idempotency_key] = answer.body_digest
        self.answers.append(answer)

    def _row(self, row: PreparedRow, slip: CallSlip, prepared: Prepared) -> RowAnswer:
        place = (slip.agency, slip.idempotency_key, row.number)
        if known := self._kept.get(place):
            return known.body
        ready, said = row.ready, row.said
        if not isinstance(ready, Refused) and (slip.agency, ready[0].contact_id) not in self._desks:
            said = _said(*ready)
            ready = Refused(Refusal.CONTACT_UNKNOWN)
        if not isinstance(ready, Refused):
            said = _said(*ready)
            ready = self._footed(*ready, row.ban)
        if not isinstance(ready, Refused) and runs_as_monitoring(ready[0]):
            said = _said(*ready)
            ready = self._monitored(*ready, term_asked=row.term_asked)
        if isinstance(ready, Refused):
            refused = self._refuse(ready, row.number, prepared, said)
            self._alarm(prepared, row)
            return refused
        registration, events = ready
        answer = Answer(*place, slip.body_digest, _receipt(registration, events[0]))
        self._keep(answer)
        self.registrations.append(registration)
        if row.ban is not None:
            self.bans.append((registration.id, row.ban))
        self.events.extend(events)
        return answer.body

    def _alarm(self, prepared: Prepared, refused: PreparedRow) -> None:
        """Let the officers hear of a silent purpose, in the header or in the body, whatever else is wrong."""
        policies = self._house.policies()
        silent = next((one for one in (prepared.call.purpose, refused.purpose) if policies.is_silent(one)), None)
        if silent is not None:
            self.events.append(alarm_of_silence(prepared.call, self._house, self.events[-1], purpose=silent))

    def _monitored(
        self, registration: Registration, events: tuple[Event, ...], *, term_asked: bool
    ) -> tuple[Registration, tuple[Event, ...]] | Refused:
        """Return a registration that runs as monitoring within its term, or why not; silence is left as it is."""
        if events[0].kind is not EventKind.REGISTERED:
            return registration, events
        until_on = registration.valid_until_on
        try:
            ends_on = self._monitoring.end_of(registration, valid_until_on=until_on, term_asked=term_asked)
        except Refused as refused:
            return refused
        return replace(registration, valid_until_on=ends_on), events

    def _footed(
        self, registration: Registration, events: tuple[Event, ...], ban: HomeBan | None
    ) -> tuple[Registration, tuple[Event, ...]] | Refused:
        """Return a registration on what its lane relies on, or why it may not be: for silence as for another."""
        try:
            return self._footing.under(registration, ban=ban), events
        except Refused as refused:
            return refused

    def _refuse(self, refused: Refused, row: int, prepared: Prepared, said: Mapping[str, Value]) -> Refused:
        where: Mapping[str, int] = {} if row == SINGLE else {"row": row}
        self.events.append(
            event_of(
                prepared.call,
                self._house,
                EventKind.CALL_REFUSED,
                verb="register",
                refusal=refused.refusal.value,
                **where,
                **said,
            )
        )
        return refused


def _said(registration: Registration, events: tuple[Event, ...]) -> dict[str, Value]:
    """Return what the event of a refusal tells of a row that the policy permits; of a silent one nothing."""
    if events[0].kind is not EventKind.REGISTERED:
        return {}
    attested = events[0].fields["preconditions"]
    return {"lane": registration.lane, "flag": registration.flag, "preconditions": attested}


def _receipt(registration: Registration, event: Event) -> bytes:
    return json_of(
        Receipt(
            id=registration.id,
            status=RegistrationStatus.ACTIVE,
            valid_until=registration.valid_until_on,
            renew_before=renew_before(registration.valid_until_on),
            event=event.id,
        )
    )

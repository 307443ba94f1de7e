"""Register involvements: permit -> convert -> record; the receipt is fixed before anything is matched.

1. `prepare` asks the policy (before anything is looked up) and converts tokens; it needs no transaction.
2. `record` writes a group of prepared calls in one transaction: nonces, registrations, match jobs, events, answers.
Nothing here depends on whether a match exists, so neither do the bytes nor the time of the receipt (G9, G32). What is
registered for a silent purpose takes the same way with the token of nobody: it never matches, and nobody can tell. So
does who has no person number, until people resolved it: see `resolve_identity.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice

from gateway.core.emergency import lives_on_glass
from gateway.core.events import Event, EventKind, Value
from gateway.core.handover import runs_as_monitoring
from gateway.core.home_ban import HomeBan
from gateway.core.involvement import Oin, Registration, renew_before
from gateway.core.notices import checked_notice, first_notice
from gateway.core.parents import Parent, checked_parents, may_name_parents, row_of_parent
from gateway.core.policy import PolicySet
from gateway.core.policy.answers import Asking
from gateway.core.policy.parents import admits_parents
from gateway.core.refusals import Refusal, Refused
from gateway.core.terms import checked_term
from gateway.flows.admission import SINGLE, alarm_of_silence, event_of, json_of, slip_of
from gateway.flows.deciding.refusal_of_policy import Leave, in_words_of_policy, leave_of
from gateway.flows.deciding.silence import silent_events
from gateway.flows.matching.told import municipality_of
from gateway.flows.overseeing.monitoring import Monitoring, monitoring_of
from gateway.flows.ports.calls import Answer, CallSlip
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.house import Answers, House
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.registering.asking_who import ask_who
from gateway.flows.registering.footing import Footing
from gateway.protocol.messages.identities import Identity
from gateway.protocol.messages.registrations import Receipt, RegisterInvolvement, RegistrationStatus
from keys.signing import Signed
from keys.tokens import PersonToken


@dataclass(frozen=True, slots=True)
class Row:
    """One registration asked for: row 0 for a single call, 1.. for the lines of a batch; or the line's own fault."""

    number: int
    asked: RegisterInvolvement | Refused
    ban: HomeBan | None = None  # what is recorded with it, when it is a home ban


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row that the policy permits, converted and ready to be written, with its events; or refused.

    The receipt names the first event. `said` is what the event of a refusal tells of the row, and `purpose` what its
    body asked for, which the signed part may not have named. `term_asked` says that the caller named the end of the
    term.
    """

    number: int
    ready: tuple[Registration, tuple[Event, ...]] | Refused
    said: Mapping[str, Value] = field(default_factory=dict)
    purpose: str = ""
    term_asked: bool = False
    ban: HomeBan | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A signed call (or a chunk of a batch) ready for the commit group.

    `first` is False for the later chunks of a batch: their nonce was admitted with the first. `policies` permitted it,
    on the day `today_on`.
    """

    call: Signed[tuple[Row, ...]]
    rows: tuple[PreparedRow, ...]
    policies: PolicySet
    today_on: date
    first: bool = True


RowAnswer = bytes | Refused  # a receipt's JSON, or why the row was refused
Outcome = tuple[RowAnswer, ...] | Refused  # one answer a row, or the whole call refused


def prepare(call: Signed[tuple[Row, ...]], house: House, *, today_on: date, first: bool = True) -> Prepared:
    """Permit and convert every row of a call. A bad row is refused by itself and spoils no other (G14)."""
    house = house.under_one_release()
    permitted = [_permit(row, call, house, today_on) for row in call.message]
    rows = _convert(permitted, call, house)
    return Prepared(call=call, rows=rows, policies=house.policies(), today_on=today_on, first=first)


@dataclass(frozen=True, slots=True)
class _PermittedRow:
    row: Row
    asked: RegisterInvolvement
    token: PersonToken
    parents: tuple[PersonToken, ...]
    leave: Leave
    valid_until_on: date


def _permit(row: Row, call: Signed[tuple[Row, ...]], house: House, today_on: date) -> _PermittedRow | PreparedRow:
    try:
        if isinstance(row.asked, Refused):
            raise row.asked
        return _permitted(row, row.asked, call, house, today_on)
    except Refused as refused:
        purpose = "" if isinstance(row.asked, Refused) else row.asked.purpose
        return PreparedRow(row.number, refused, in_words_of_policy(row.asked, house.policies()), purpose=purpose)


def _permitted(
    row: Row, asked: RegisterInvolvement, call: Signed[tuple[Row, ...]], house: House, today_on: date
) -> _PermittedRow:
    if asked.purpose != call.purpose:
        raise Refused(Refusal.PURPOSE_DIFFERS)
    policies = house.policies()
    asking = Asking(call.caller.kind, asked.purpose, asked.flag)
    leave = leave_of(asking, policies, lane=asked.lane, preconditions=asked.preconditions, on=today_on)
    if lives_on_glass(policies.lane(asked.lane)):  # one person alone puts nothing in it: see `flows/break_glass.py`
        raise Refused(Refusal.EMERGENCY_GLASS)
    valid_until_on = checked_term(asked.valid_until, permitted=leave.permitted, today_on=today_on)
    checked_notice(asked.subject_notice, today_on=today_on, at_most=first_notice(policies.lane(asked.lane)))
    _check_may_name_parents(asked, call, house, today_on)
    parents = tuple(map(_token, asked.parents))
    return _PermittedRow(row, asked, _token(asked.token), parents, leave, valid_until_on)


def _check_may_name_parents(
    asked: RegisterInvolvement, call: Signed[tuple[Row, ...]], house: House, today_on: date
) -> None:
    """Refuse parents where the card does not let this agency's municipality match by them, or the address is secret."""
    if not asked.parents:
        return
    municipalities = (municipality_of(Oin(call.caller.oin), house),)
    admitted = admits_parents(house.policies().open_lane(asked.lane), municipalities, on=today_on)
    if asked.identity is Identity.POSSIBLE:  # it is in no match by itself, so in none by its parents
        raise Refused(Refusal.PARENTS_NOT_ADMITTED)
    if not may_name_parents(admitted=admitted, confidential_address=asked.confidential_address):
        raise Refused(Refusal.PARENTS_NOT_ADMITTED)


def _token(text: str) -> PersonToken:
    try:
        return PersonToken.decode(text)
    except ValueError:
        raise Refused(Refusal.TOKEN_INVALID) from None


def _convert(
    rows: Sequence[_PermittedRow | PreparedRow], call: Signed[tuple[Row, ...]], house: House
) -> tuple[PreparedRow, ...]:
    """Convert the permitted rows of each lane in one go, and put all rows back in their order."""
    done = {row.number: row for row in rows if isinstance(row, PreparedRow)}
    by_lane: dict[str, list[_PermittedRow]] = {}
    for row in rows:
        if isinstance(row, _PermittedRow):
            by_lane.setdefault(row.asked.lane, []).append(row)
    for lane, permitted in by_lane.items():
        ids = [house.mint("reg") for _ in permitted]
        families = [_family(row, id_) for row, id_ in zip(permitted, ids, strict=True)]
        nobody = frozenset(
            id_
            for row, family in zip(permitted, families, strict=True)
            if row.leave.silent or row.asked.identity is Identity.POSSIBLE
            for _, id_ in family
        )
        pairs = list(chain.from_iterable(families))
        answers = iter(house.converter.convert(pairs, agency=call.caller.oin, lane=lane, of_nobody=nobody))
        for row, id_, family in zip(permitted, ids, families, strict=True):
            try:
                index, parents = _converted(tuple(islice(answers, len(family))))
            except Refused as refused:
                said = in_words_of_policy(row.asked, house.policies())
                done[row.row.number] = PreparedRow(row.row.number, refused, said)
                continue
            registration = Registration(
                id=id_,
                agency=call.caller.oin,
                lane=lane,
                index_token=index.index_token,
                sealed=index.sealed,
                key_id=row.token.key_id,
                epoch=index.epoch,
                flag=row.asked.flag,
                purpose=row.asked.purpose,
                case_reference=row.asked.case_reference,
                contact_id=row.asked.contact_id,
                notice=row.asked.subject_notice,
                valid_until_on=row.valid_until_on,
                archive_until_on=row.asked.archive_until,
                parents=parents,
                confidential_address=row.asked.confidential_address,
                identity=row.asked.identity or Identity.EXACT,
            )
            ready = (registration, _registered(registration, row, call, house))
            term_asked = row.asked.valid_until is not None
            done[row.row.number] = PreparedRow(row.row.number, ready, term_asked=term_asked, ban=row.row.ban)
    return tuple(done[number] for number in sorted(done))


def _family(row: _PermittedRow, id_: str) -> list[tuple[PersonToken, str]]:
    """Return the tokens of a row, each with the id that its seal is for: the child's, and then its parents'."""
    parents = ((token, row_of_parent(id_, place)) for place, token in enumerate(row.parents, 1))
    return [(row.token, id_), *parents]


def _converted(family: Sequence[Converted | Refusal]) -> tuple[Converted, tuple[Parent, ...]]:
    """Return a child and its parents; raises Refused for the first that was not converted, or that cannot be."""
    for one in family:
        if isinstance(one, Refusal):
            raise Refused(one)
    child, *others = (one for one in family if not isinstance(one, Refusal))
    parents = [Parent(one.index_token, one.sealed, one.epoch) for one in others]
    return child, checked_parents(child.index_token, parents)


def _registered(
    registration: Registration, row: _PermittedRow, call: Signed[tuple[Row, ...]], house: House
) -> tuple[Event, ...]:
    fields: dict[str, Value] = {
        "case_reference": registration.case_reference,
        "registration": registration.id,
        "lane": registration.lane,
        "policy": row.leave.permitted.policy,
        "epoch": registration.epoch,
    }
    if row.leave.silent:
        return silent_events(call, house, **fields)
    rule, attested = row.leave.permitted.rule, row.leave.attested
    return (event_of(call, house, EventKind.REGISTERED, **fields, rule=rule, preconditions=attested),)


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

    writing = _Writing(desks, dict(kept), footing, monitoring, house)
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

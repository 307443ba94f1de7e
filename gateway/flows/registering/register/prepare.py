"""Permit and convert: ask the policy, before anything is looked up, and turn tokens into what the index stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice

from gateway.core.emergency import lives_on_glass
from gateway.core.events import Event, EventKind, Value
from gateway.core.involvement import Oin, Registration
from gateway.core.notices import checked_notice, first_notice
from gateway.core.parents import Parent, checked_parents, may_name_parents, row_of_parent
from gateway.core.policy.answers import Asking
from gateway.core.policy.parents import admits_parents
from gateway.core.refusals import Refusal, Refused
from gateway.core.terms import checked_term
from gateway.flows.admission import event_of
from gateway.flows.deciding.refusal_of_policy import Leave, in_words_of_policy, leave_of
from gateway.flows.deciding.silence import silent_events
from gateway.flows.matching.told import municipality_of
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.house import House
from gateway.flows.registering.register.rows import Prepared, PreparedRow, Row
from gateway.protocol.messages.identities import Identity
from gateway.protocol.messages.registrations import RegisterInvolvement
from keys.signing import Signed
from keys.tokens import PersonToken


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

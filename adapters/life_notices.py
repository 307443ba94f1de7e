"""Decides how a register of persons says that somebody died or moved: the plans behind `gateway.life_notices`."""

from datetime import date

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import holds_person_number
from adapters.identity import Person
from adapters.involvement import NO_TOKEN, member_refused
from adapters.person_token import derive_tokens
from adapters.signed_call import ask, change
from adapters.transport import Plan
from gateway.protocol.messages.life_notices import NoticeOfLife, NoticeTaken


def notice_death(
    register: Agency, person: Person, *, on: date, case: str, lane: str = "", idempotency_key: str = ""
) -> Plan[NoticeTaken]:
    """Say that a person died on a day, in one lane; nothing comes back but that it was taken."""
    message = _checked(register, on=on, case=case, lane=lane)
    whole = yield from _about(register, person, message)
    question = change("/death-notices", whole, case=case, idempotency_key=idempotency_key)
    return (yield from ask(register, question, NoticeTaken))


def notice_move(
    register: Agency, person: Person, *, on: date, case: str, lane: str = "", idempotency_key: str = ""
) -> Plan[NoticeTaken]:
    """Say that a person moved on a day, in one lane; nothing comes back but that it was taken."""
    message = _checked(register, on=on, case=case, lane=lane)
    whole = yield from _about(register, person, message)
    question = change("/move-notices", whole, case=case, idempotency_key=idempotency_key)
    return (yield from ask(register, question, NoticeTaken))


def _checked(register: Agency, *, on: date, case: str, lane: str) -> NoticeOfLife:
    if holds_person_number(case):
        raise problem_named("request-person-number", facts={"member": "caseReference"})
    try:
        return NoticeOfLife(token=NO_TOKEN, lane=lane or register.lane, on=on, attested=True)
    except ValidationError as invalid:
        raise member_refused(invalid) from None


def _about(register: Agency, person: Person, message: NoticeOfLife) -> Plan[NoticeOfLife]:
    derived = yield from derive_tokens(register, register.circle(message.lane), (person,))
    return message.model_copy(update={"token": derived.tokens[0].encode()})

"""Decides what an agency says of one person: the message is complete and well-formed before anything leaves."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from adapters.age_limits import first_of_month
from adapters.agency import Agency
from adapters.errors import SeinhuisError, problem_named
from adapters.identifiers import holds_person_number
from adapters.identity import Person
from adapters.unnumbered import Unnumbered
from gateway.protocol.messages.identities import Identity
from gateway.protocol.messages.notices import DeferralReason, NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import RegisterInvolvement
from keys.hidden import Hidden
from keys.tokens import PersonToken

INVOLVED: Final = "involved"
NO_TOKEN: Final = "hx1." + "A" * 54  # stands in until the holders made the token


@dataclass(frozen=True, slots=True, repr=False)
class Involvement(Hidden):
    """We are involved with this person.

    To hand it in is to attest that the criterion of the lane is met (domain rule 6); the reason is never sent. `case`
    is the agency's own reference, `contact` a desk (empty: the one of the settings), `valid_until` the first day on
    which it no longer holds (absent: the policy's term), `preconditions` what the rule requires to be attested besides,
    `archive_until` the first of the month from which nothing of it may be kept (absent: not beyond its term; any other
    day becomes the first of its month), `flag` how the agency is involved, in the code names of the lane's card,
    `parents` up to two parents of a child by the register of persons, where the lane's card admits it,
    `confidential_address` that the address is secret: then no parents are named, and it is in no match by parents. A
    `person` without a number is set aside until an official resolved who it is.
    """

    person: Person | Unnumbered
    case: str
    notice: SubjectNotice
    contact: str = ""
    valid_until: date | None = None
    preconditions: tuple[str, ...] = ()
    archive_until: date | None = None
    flag: str = INVOLVED
    parents: tuple[Person, ...] = ()
    confidential_address: bool = False

    @property
    def persons(self) -> tuple[Person | Unnumbered, ...]:
        """Everybody whose token the message takes: the person, and then the parents."""
        return self.person, *self.parents


def notice_given(on: date) -> SubjectNotice:
    """Return the notice that was given to the person (or the representative, by age) on a day."""
    return SubjectNotice(status=NoticeStatus.GIVEN, on=on)


def notice_deferred(reason: DeferralReason | str, *, review_on: date) -> SubjectNotice:
    """Return the notice that waits, for `safety`, `investigation` or `unreachable`, until it is looked at again."""
    return SubjectNotice(status=NoticeStatus.DEFERRED, reason=DeferralReason(reason), on=review_on)


def contact_id(name: str) -> str:
    """Return the id of a desk by its name: "Wijkteam Oost" and "wijkteam-oost" are `cnt_wijkteam_oost`."""
    if name.startswith("cnt_") or not name:
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return "cnt_" + re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def draft(agency: Agency, involvement: Involvement, lane: str) -> RegisterInvolvement:
    """Return the message without its token; raises RequestRefused that names the member and not its value."""
    if holds_person_number(involvement.case):
        raise problem_named("request-person-number", facts={"member": "caseReference"})
    if len(set(involvement.persons)) != len(involvement.persons):
        raise problem_named("request-parents-invalid")
    if involvement.parents and involvement.confidential_address:
        raise problem_named("policy-parents-not-admitted")
    try:
        return RegisterInvolvement(
            token=NO_TOKEN,
            lane=lane,
            flag=involvement.flag or INVOLVED,
            purpose=agency.purpose,
            case_reference=involvement.case,
            contact_id=contact_id(involvement.contact or agency.contact),
            parents=(NO_TOKEN,) * len(involvement.parents),
            confidential_address=involvement.confidential_address,
            identity=Identity.POSSIBLE if isinstance(involvement.person, Unnumbered) else None,
            attested=True,
            preconditions=involvement.preconditions,
            subject_notice=involvement.notice,
            valid_until=involvement.valid_until,
            archive_until=first_of_month(involvement.archive_until),
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None


def with_tokens(message: RegisterInvolvement, person: PersonToken, *parents: PersonToken) -> RegisterInvolvement:
    """Return the message as it is sent."""
    tokens = {"token": person.encode(), "parents": tuple(parent.encode() for parent in parents)}
    return message.model_copy(update=tokens)


def member_refused(invalid: ValidationError) -> SeinhuisError:
    """Return the refusal of the first member that is wrong, by its name on the wire."""
    first = invalid.errors(include_input=False, include_context=False, include_url=False)[0]
    member = ".".join(to_camel(str(step)) for step in first["loc"])
    return problem_named("request-member-invalid", facts={"member": member})

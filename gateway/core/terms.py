"""Whether the term and the notice that an agency states are ones that the policy allows."""

from datetime import date

from gateway.core.policy import Permitted
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages import NoticeStatus, SubjectNotice


def checked_term(asked_on: date | None, *, permitted: Permitted, today_on: date) -> date:
    """Return the end of the term: what was asked, or the policy's own when nothing was.

    Raises:
        Refused: `term_past` for an end that has come, `term_too_long` for one that the policy does not allow
            (domain rule 8).
    """
    if asked_on is None:
        return permitted.default_valid_until_on
    if asked_on <= today_on:
        raise Refused(Refusal.TERM_PAST)
    if asked_on > permitted.latest_valid_until_on:
        raise Refused(Refusal.TERM_TOO_LONG, latest=permitted.latest_valid_until_on.isoformat())
    return asked_on


def checked_notice(notice: SubjectNotice, *, today_on: date) -> None:
    """Accept a notice given on a day that has come, or deferred with a reason until a review day ahead (domain rule 7).

    Raises:
        Refused: `notice_incomplete`.
    """
    given = notice.status is NoticeStatus.GIVEN
    if given and (notice.reason is not None or notice.on > today_on):
        raise Refused(Refusal.NOTICE_INCOMPLETE)
    if not given and (notice.reason is None or notice.on < today_on):
        raise Refused(Refusal.NOTICE_INCOMPLETE)

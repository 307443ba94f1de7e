"""Whether a subject notice is given or put off as the lane's card allows (domain rule 7)."""

from datetime import date

from gateway.core.policy import LanePolicy
from gateway.core.policy.card import Span, Told
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice


def first_notice(policy: LanePolicy | None) -> Span | None:
    """Return within how long of registering the person is to be told; nothing where nobody is."""
    return _of(policy, None if policy is None else policy.card.notice.within)


def further_deferral(policy: LanePolicy | None) -> Span | None:
    """Return for how long at a time a notice may be put off again; nothing where nobody is told."""
    return _of(policy, None if policy is None else policy.card.notice.deferral)


def checked_notice(notice: SubjectNotice, *, today_on: date, at_most: Span | None) -> None:
    """Accept a notice given on a day that has come, or deferred with a reason until a review day ahead.

    Raises:
        Refused: `notice_incomplete`, or `notice_put_off_too_long` with the latest review day that would do.
    """
    if notice.status is NoticeStatus.GIVEN:
        if notice.reason is not None or notice.on > today_on:
            raise Refused(Refusal.NOTICE_INCOMPLETE)
        return
    if notice.reason is None or notice.on < today_on:
        raise Refused(Refusal.NOTICE_INCOMPLETE)
    latest_on = None if at_most is None else at_most.after(today_on)
    if latest_on is not None and notice.on > latest_on:
        raise Refused(Refusal.NOTICE_PUT_OFF_TOO_LONG, latest=latest_on.isoformat())


def _of(policy: LanePolicy | None, span: Span | None) -> Span | None:
    return None if policy is None or policy.card.notice.to is Told.NOBODY else span

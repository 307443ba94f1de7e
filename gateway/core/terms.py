"""Whether the term that an agency states is one that the policy allows."""

from datetime import date

from gateway.core.policy import Permitted
from gateway.core.refusals import Refusal, Refused


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

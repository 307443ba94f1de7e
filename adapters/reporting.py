"""Decides how whoever may see aggregates asks for the figures of a year: the plans behind `gateway.reports`."""

import re
from typing import Final

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.signed_call import Question, ask
from adapters.transport import Plan
from gateway.protocol.messages.usefulness import Coverage, Usefulness

_PLACE: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def show_usefulness(agency: Agency, year: int, *, municipality: str = "") -> Plan[Usefulness]:
    """Return what came of the matches of a calendar year in our municipality, or as an officer in the one named.

    A figure that is not there is hidden: it is small, or would give a small one away.
    """
    if municipality and not _PLACE.fullmatch(municipality):
        raise problem_named("request-member-invalid", facts={"member": "municipality"})
    place = f"&municipality={municipality}" if municipality else ""
    return (yield from ask(agency, Question("GET", f"/usefulness?year={year:d}{place}"), Usefulness))


def show_coverage(agency: Agency) -> Plan[Coverage]:
    """Return which share of the designated agencies of our municipality takes part."""
    return (yield from ask(agency, Question("GET", "/coverage"), Coverage))

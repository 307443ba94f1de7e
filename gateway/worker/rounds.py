"""What nobody asks for, and how often the worker looks whether it is time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.flows.deciding.sunset import Sign, sunset
from gateway.flows.matching.escalate import escalate
from gateway.flows.mechanisms.end_consents import expire_consents
from gateway.flows.mechanisms.review_emergency import escalate_reviews
from gateway.flows.overseeing.escalate_handovers import escalate_handovers
from gateway.flows.ports.house import House
from gateway.flows.registering.expire import expire
from gateway.flows.registering.life_notices import apply_notices
from gateway.flows.registering.purge_archive import purge_archive
from gateway.flows.registering.remind import remind
from gateway.flows.rights.answer_request import alarm_overdue, answer_requests
from gateway.flows.rights.erasures import Append, export_erasures
from gateway.flows.rights.remind_of_requests import remind_of_requests
from gateway.flows.rights.route_requests import route_requests
from gateway.flows.trim import trim
from gateway.worker.reconsidering import Reconsidering

LOOK_ANYWAY_SECONDS: Final = 1.0  # should a ring ever be missed, this is what it costs


@dataclass(frozen=True, slots=True)
class Round:
    """One kind of work that comes back; `work` returns whether there may be more at once."""

    name: str
    every_seconds: float
    work: Callable[[], bool]


def rounds_of(house: House, *, sign: Sign, append: Append) -> tuple[Round, ...]:
    """Return the rounds that a clock begins; whatever is here runs, so there is no second list to forget it in."""
    return (
        Round("expire", 30.0, lambda: expire(house) > 0),
        Round("expire consents", 5.0, lambda: expire_consents(house) > 0),  # what rests on one is gone within seconds
        Round("escalate", 60.0, lambda: escalate(house) > 0),
        Round("escalate handovers", 30.0, lambda: escalate_handovers(house) > 0),
        Round("escalate reviews", 60.0, lambda: escalate_reviews(house) > 0),
        Round("apply life notices", 5.0, lambda: apply_notices(house) > 0),  # nobody is told of the dead for longer
        Round("sunset", 60.0, lambda: sunset(house, sign=sign)),
        Round("reconsider", 2.0, Reconsidering(house).round),
        Round("purge archive", 60.0, lambda: purge_archive(house) > 0),
        Round("remind", 60.0, lambda: remind(house) > 0),
        Round("route requests", 5.0, lambda: route_requests(house) > 0),
        Round("remind of requests", 60.0, lambda: remind_of_requests(house) > 0),
        Round("alarm overdue requests", 60.0, lambda: alarm_overdue(house) > 0),
        Round("answer requests", 60.0, lambda: answer_requests(house, sign=sign) > 0),
        Round("export erasures", 1.0, lambda: export_erasures(house, append=append) > 0),  # what a disk may lose
        Round("trim", 600.0, lambda: trim(house) is None),
    )

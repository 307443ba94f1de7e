"""Coverage: say which share of the designated agencies of a municipality takes part (domain rule 23)."""

from datetime import datetime
from typing import Any

from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_one, admitted_event, change_or_refuse, slip_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.policy import Explanation
from gateway.protocol.messages.usefulness import Coverage
from keys.signing import Signed


def coverage_of(municipality: str, house: House, *, now: datetime) -> Coverage:
    """Return how many of the agencies that stand on the trust list for a municipality can register now.

    An agency that is designated and does not take part yet stands there without a key that counts.
    """
    agencies = house.directory.agencies_of(municipality)
    taking_part = sum(house.directory.may_be_told(oin, now=now) for oin in agencies)
    return Coverage(
        municipality=municipality,
        designated=len(agencies),
        taking_part=taking_part,
        why=Explanation(
            nl=f"{taking_part} van {len(agencies)} aangewezen instanties nemen deel. Geen bericht is geen bewijs van"
            " veiligheid.",
            en=f"{taking_part} of {len(agencies)} designated agencies take part. No alert proves no safety.",
        ),
    )


def own_coverage(call: Signed[Any], house: House) -> Coverage:
    """Return the coverage of the caller's municipality; raises Refused for a caller that has none."""

    def work(tx: Tx) -> Recorded[Coverage]:
        admit_one(tx, slip_of(call))
        if not call.caller.municipality:
            raise Refused(Refusal.AGENCY_NOT_ADMITTED)
        answer = coverage_of(call.caller.municipality, house, now=tx.now())
        return Recorded(answer, (admitted_event(call, house, "see coverage"),))

    return change_or_refuse(call, house, "see coverage", work)

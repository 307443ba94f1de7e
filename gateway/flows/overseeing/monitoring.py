"""Hold monitoring to its term: only after an accepted handover of the same agency and person, for 18 months at most."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gateway.core.deadlines import local_date
from gateway.core.handover import checked_monitoring, monitoring_ends_on, runs_as_monitoring
from gateway.core.involvement import Oin, Registration
from gateway.flows.ports.store import Tx
from keys.tokens import IndexToken


@dataclass(frozen=True, slots=True)
class Monitoring:
    """When the monitoring of each agency and person ends, as far as the registrations at hand need to know."""

    ends_on: Mapping[tuple[Oin, IndexToken], date]
    today_on: date

    def end_of(self, registration: Registration, *, valid_until_on: date, term_asked: bool) -> date:
        """Return the end that a registration which runs as monitoring gets.

        Raises:
            Refused: no handover was accepted in the last 18 months, or a later end was asked for.
        """
        ends_on = self.ends_on.get((registration.agency, registration.index_token))
        return checked_monitoring(ends_on, valid_until_on=valid_until_on, term_asked=term_asked, today_on=self.today_on)


def monitoring_of(tx: Tx, registrations: Iterable[Registration]) -> Monitoring:
    """Return what registrations that run as monitoring need to know; for any other nothing is asked of the store.

    It depends on nothing but the caller's own handovers.
    """
    persons = {one.index_token for one in registrations if runs_as_monitoring(one)}
    if not persons:
        return Monitoring({}, date.min)
    accepted = tx.handovers.last_accepted(persons)
    return Monitoring({of: monitoring_ends_on(at) for of, at in accepted.items()}, local_date(tx.now()))

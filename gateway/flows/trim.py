"""Forget nonces that have expired and answers that nobody will ask for again."""

from gateway.core.events import Event, EventKind
from gateway.flows.matching.match import GATEWAY
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx

KEEP_ANSWERS_DAYS = 7


def trim(house: House) -> tuple[int, int]:
    """Trim the call ledger; return how many nonces and answers were forgotten."""

    def work(tx: Tx) -> Recorded[tuple[int, int]]:
        nonces, answers = tx.calls.trim(answers_before_days=KEEP_ANSWERS_DAYS)
        event = Event(house.mint("evt"), EventKind.LEDGER_TRIMMED, GATEWAY, {"nonces": nonces, "answers": answers})
        return Recorded((nonces, answers), (event,))

    return house.store.change("trim", work)

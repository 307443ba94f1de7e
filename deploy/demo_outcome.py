"""Holds what the demo found and decides whether it is as it must be: every figure is counted, none is assumed."""

from collections.abc import Sequence
from dataclasses import dataclass

OK = 0
INTEGRITY = 6
_MILLISECONDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyTally:
    """One agency at the end of the demo, in its own lists.

    `receipts_lost` counts receipts whose registration is not in its list of registrations; `alerts_lost` matches of its
    own of which no alert came.
    """

    name: str
    registrations: int
    refused: int
    matches: int
    alerts: int
    contacts: int
    receipts_lost: int
    alerts_lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTally:
    """What the exports led to. Expected is what a naive count over the same files says."""

    registrations: int
    expected_registrations: int
    refused: int
    expected_refused: int
    matches: int
    expected_matches: int
    alerts: int
    alerts_delivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The whole demo. `pair_seconds`: from the call that registers until both agencies hold their alert.

    `leaks` counts what an agency was sent and may not have.
    """

    imported: ImportTally
    agencies: tuple[AgencyTally, ...]
    live_pairs: int
    pair_seconds: tuple[float, ...]
    holders: int
    threshold: int
    seconds: float
    verify: int
    leaks: int = 0
    live_registrations: int = 0

    @property
    def lost(self) -> int:
        """What was acknowledged or due and is not there: receipts, alerts, and live pairs that nobody heard of."""
        of_agencies = sum(tally.receipts_lost + tally.alerts_lost for tally in self.agencies)
        unmatched = max(0, self.imported.expected_matches - self.imported.matches)
        return of_agencies + 2 * unmatched + 2 * (self.live_pairs - len(self.pair_seconds))

    @property
    def exit_code(self) -> int:
        """0 when all is as it must be, 6 otherwise."""
        imported = self.imported
        sound = (
            imported.matches == imported.expected_matches
            and imported.registrations == imported.expected_registrations
            and imported.refused == imported.expected_refused
            and imported.alerts == imported.alerts_delivered == 2 * imported.matches
            and self.lost == 0
            and self.verify == 0
            and self.leaks == 0
        )
        return OK if sound else INTEGRITY

    def as_json(self) -> dict[str, object]:
        """Return the object that `--json` prints; the figures are of the exports, but for those of `live`."""
        imported = self.imported
        return {
            "registrations": imported.registrations,
            "matches": imported.matches,
            "expected_matches": imported.expected_matches,
            "alerts": imported.alerts,
            "alerts_delivered": imported.alerts_delivered,
            "contacts": sum(tally.contacts for tally in self.agencies),
            "refused": imported.refused,
            "lost": self.lost,
            "p50_alert_ms": _milliseconds(percentile(self.pair_seconds, 50)),
            "p95_alert_ms": _milliseconds(percentile(self.pair_seconds, 95)),
            "live": {
                "registrations": self.live_registrations,
                "pairs": self.live_pairs,
                "both_alerted": len(self.pair_seconds),
            },
            "holders": self.holders,
            "threshold": self.threshold,
            "seconds": round(self.seconds, 1),
            "verify": self.verify,
            "leaks": self.leaks,
        }


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the smallest value that at least so many percent do not exceed (nearest rank); None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else None


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * _MILLISECONDS, 1)

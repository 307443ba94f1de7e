"""Measures what verifying a signed call costs: our one exact shape against the general library, on the same call.

Rounds of both alternate: on a shared machine only neighbors in time can be compared. `load_tests.signatures` says the
same of one run in microseconds.
"""

import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.agency import new_nonce
from keys.general_signature import read_general
from keys.http_signature import single_headers
from keys.parties import Oin, Party, PartyKey, Role
from keys.signing import RawCall, SigningKey, sign_call, verify_call
from keys.trust import TrustList
from load_tests.report import Row, Table
from load_tests.signatures import HEADERS, rate

_ROUNDS: Final = 7
_BODY: Final = b'{"lane": "youth"}' + b" " * 400  # as long as a registration


def measure(*, seed: int, scale: float) -> tuple[Table, ...]:  # noqa: ARG001  # nothing here is left to chance
    """Measure both paths, and signing."""
    key, now = SigningKey.generate(), datetime.now(UTC)
    public = PartyKey.of(key, valid_from_at=now - timedelta(minutes=5))
    agency = Party(oin=Oin("00000000990000000001"), name="Agency", role=Role.AGENCY, kind="school", keys=(public,))
    trust = TrustList(parties=(agency,), threshold=1)
    bare = RawCall("POST", "http://127.0.0.1:8000/v1/registrations", HEADERS, _BODY)
    call = sign_call(bare, key, created_at=now, nonce=new_nonce())

    def general() -> None:
        signature = read_general(call, single_headers(call.headers))
        assert signature.digest_fits()
        assert signature.verifies(public)

    exact, library, signing = _rates(
        lambda: verify_call(call, trust, now=now),
        general,
        lambda: sign_call(bare, key, created_at=now, nonce=new_nonce()),
        seconds=0.2 * scale,
    )
    ratio = statistics.median(one / other for one, other in zip(exact, library, strict=True))
    rows = (
        Row("verify, exact shape", {"calls per CPU-second": statistics.median(exact), "times the library": ratio}),
        Row("verify, general library", {"calls per CPU-second": statistics.median(library), "times the library": 1.0}),
        Row("sign", {"calls per CPU-second": statistics.median(signing)}),
    )
    how = f"one core, a call of {len(_BODY)} bytes signed by Ed25519; {_ROUNDS} rounds of each, alternating; medians."
    return (Table("signatures", "Signatures of calls", how, rows),)


def _rates(*actions: Callable[[], object], seconds: float) -> tuple[list[float], ...]:
    """Return how often each action runs in a CPU-second, round by round."""
    rounds = [[rate(action, seconds) for action in actions] for _ in range(_ROUNDS)]
    return tuple([one[at] for one in rounds] for at in range(len(actions)))

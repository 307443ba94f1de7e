"""Measures how many signed calls one CPU-second verifies: our exact shape against the general path.

`python -m load_tests.signatures` counts CPU-seconds of this process: a busy machine changes wall time, not the rate.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime

from keys import sodium
from keys.general_signature import read_general
from keys.http_signature import single_headers
from keys.parties import Oin
from keys.signing import RawCall, SigningKey, sign_call, verify_call
from keys.trust import Party, PartyKey, Role, TrustList

NOW = datetime(2027, 4, 20, 9, 30, tzinfo=UTC)
HEADERS = (
    ("content-type", "application/json"),
    ("idempotency-key", "V1StGXR8Z5jdHi6BmyT0AA"),
    ("purpose", "youth-coordination"),
    ("user-role", "intake"),
    ("case-reference", "Z-2027-12"),
)


def rate(work: Callable[[], object], seconds: float) -> float:
    """Return how often `work` is done in a CPU-second."""
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for _ in range(50):
            work()
        done += 50
    return done / spent


def main() -> None:
    """Print one line per kind of work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="CPU-seconds for each figure")
    seconds = parser.parse_args().seconds
    key = SigningKey.generate()
    party = Party(Oin("00000000990000000001"), "school", Role.AGENCY, "school", (PartyKey.of(key, valid_from_at=NOW),))
    trust = TrustList((party,))
    raw = RawCall("POST", "https://gateway.example/v1/registrations", HEADERS, b"x" * 600)
    call = sign_call(raw, key, created_at=NOW, nonce="AAECAwQFBgcICQoLDA0ODw")
    headers = single_headers(call.headers)

    def general() -> bool:
        read = read_general(call, headers)
        return read.digest_fits() and read.verifies(party.keys[0])

    signature, message = key.sign(raw.body), raw.body
    figures = {
        "Ed25519 alone (libsodium)": rate(lambda: sodium.ed25519_verify(signature, message, key.public), seconds),
        "verify, exact shape": rate(lambda: verify_call(call, trust, now=NOW), seconds),
        "verify, general path": rate(general, seconds),
        "sign": rate(lambda: sign_call(raw, key, created_at=NOW, nonce="AAECAwQFBgcICQoLDA0ODw"), seconds),
    }
    for name, per_second in figures.items():
        print(f"{name:28} {per_second:8,.0f} per CPU-second {1e6 / per_second:7.1f} us")
    print(f"exact shape against general: {figures['verify, exact shape'] / figures['verify, general path']:.1f} times")


if __name__ == "__main__":
    main()

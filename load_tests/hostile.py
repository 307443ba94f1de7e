"""Measures what the most hostile 64 KB of JSON cost: the promise is at most 250 ms of processor time each (G36)."""

import sys
import time
from contextlib import suppress

from keys.strict_json import MalformedJson, parse

BUDGET_MS = 250.0

BODIES: dict[str, bytes] = {
    "brackets": b"[" * 65_536,
    "objects in objects": b'{"a":' * 13_000,
    "thousands of keys": b"{" + b",".join(b'"%d":1' % i for i in range(7_000)) + b"}",
    "combining marks": b'"' + ("a" + "\u0301\u0316" * 16_000).encode() + b'"',
    "widest ligature": b'"' + "\ufdfa".encode() * 21_000 + b'"',
    "escapes": b'"' + b"\\u0041" * 10_000 + b'"',
    "empty objects": b"[" + b"{}," * 21_000 + b"{}]",
    "a long fraction": b"0." + b"1" * 65_000,
    "minus signs": b"-" * 65_536,
    "backslashes": b'"' + b"\\" * 65_535,
}


def cost_ms(body: bytes) -> float:
    """Return the processor time of this thread that reading a body takes, in milliseconds."""
    started = time.thread_time()
    with suppress(MalformedJson):
        parse(body)
    return (time.thread_time() - started) * 1_000


def main() -> int:
    """Print the cost of each body; return 1 when one is over the budget."""
    costs = {name: min(cost_ms(body) for _ in range(3)) for name, body in BODIES.items()}
    for name, cost in sorted(costs.items(), key=lambda item: -item[1]):
        sys.stdout.write(f"{name:<20} {cost:8.2f} ms  {cost / BUDGET_MS:6.1%} of the budget\n")
    return int(max(costs.values()) > BUDGET_MS)


if __name__ == "__main__":
    raise SystemExit(main())

"""Decides whether a release is that of a demonstration: it says so, or without the keys of one too few signed it."""

from collections.abc import Callable, Collection
from datetime import datetime

from gateway.core.policy.releases.release import Assurance, Release
from gateway.policies.signing import officers_needed, standings
from keys.statements import Standing
from keys.trust import TrustList

DemoKey = tuple[str, str]  # an officer, and the name of the key


def demo_keys(release: Release, before: Callable[[Release], Release | None]) -> frozenset[DemoKey]:
    """Return the keys with which a demonstration was signed among a release and all before it, as far as at hand."""
    keys: set[DemoKey] = set()
    one: Release | None = release
    while one is not None:
        if one.contents.assurance is Assurance.DEMO:
            keys.update((given.officer, given.key_id) for given in one.signatures)
        one = before(one)
    return frozenset(keys)


def is_demonstration(
    release: Release, keys: Collection[DemoKey], trust: TrustList, now: datetime, *, demo: bool
) -> bool:
    """Return whether a release protects nobody: it is a demo release, or it needs the signature of such a key."""
    if release.contents.assurance is Assurance.DEMO:
        return True
    counted = zip(release.signatures, standings(release, trust, now), strict=True)
    others = {
        given.officer
        for given, standing in counted
        if standing is Standing.COUNTS and (given.officer, given.key_id) not in keys
    }
    return len(others) < officers_needed(trust, demo=demo)

"""Reads a folder of releases: which files lie there, what is in one, and whether all before it were released."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gateway.core.policy.releases.faults import ReleaseFault, ReleaseRejected, rejected
from gateway.core.policy.releases.release import NO_RELEASE, Release, file_name
from gateway.policies.in_force import Mark
from gateway.policies.signing import (
    VerifiedRelease,
    counting_officers,
    load_release,
    read_release,
    release_paths,
    verify_release,
)
from keys.trust import TrustList


def files_in(folder: Path) -> dict[str, Mark]:
    """Return what lies in the folder; raises OSError when that cannot be seen."""
    files: dict[str, Mark] = {}
    for path in release_paths(folder):
        with suppress(FileNotFoundError):
            status = path.stat()
            files[path.name] = status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns
    return files


def content_of(path: Path) -> bytes:
    """Return the bytes of a file; raises ReleaseRejected when it cannot be read."""
    try:
        return load_release(path)
    except OSError:
        raise rejected(ReleaseFault.UNREADABLE) from None


def released_before(release: Release, folder: Path, trust: TrustList, now: datetime, *, demo: bool) -> Release | None:
    """Return the release that one follows, which lies beside it; None before the first.

    What it changes counts from what the officers were shown before it, so that must have been released too, and what
    lies before that: each down to the first needs signatures that count now, since whoever holds an expired key writes
    any time of signing. Raises ReleaseRejected when one of them has too few, or is not there.
    """
    try:
        elders = tuple(_elders(release, folder))
        for elder in elders:
            counting_officers(elder, trust, now, demo=demo)
    except ReleaseRejected:
        raise rejected(ReleaseFault.FOLLOWS_ANOTHER, "one before it is not there, or too few signed it") from None
    return elders[0] if elders else None


def beside(release: Release, folder: Path) -> Release | None:
    """Return the release that one follows, if that lies beside it; its signatures are not looked at."""
    try:
        return next(_elders(release, folder), None)
    except ReleaseRejected:
        return None


def _elders(release: Release, folder: Path) -> Iterator[Release]:
    while (follows := release.contents.follows) != NO_RELEASE:
        release = read_release(content_of(folder / file_name(release.number - 1)))
        if release.digest != follows:
            raise rejected(ReleaseFault.FOLLOWS_ANOTHER)
        yield release


def newest_release(folder: Path, trust: TrustList, *, demo: bool) -> VerifiedRelease:
    """Return the release with the highest number that is verified: one that waits for a signature is not in force yet.

    Raises ReleaseRejected with what is wrong with the highest when there is none, and OSError.
    """
    first: ReleaseRejected | None = None
    for path in reversed(release_paths(folder)):
        try:
            return verify_release(content_of(path), trust, datetime.now(UTC), demo=demo, compared=False)
        except ReleaseRejected as refused:
            first = first or refused
    raise first or rejected(ReleaseFault.UNREADABLE, "there is no release")

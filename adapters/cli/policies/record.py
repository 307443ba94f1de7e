"""Decides where a simulation reads: the decisions of a period in a gateway's store, and the release in force there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.policies.bundles import INTEGRITY, rejection_told
from adapters.cli.policies.cards import USAGE
from keys.trust import TrustFile, TrustRejected

if TYPE_CHECKING:
    from gateway.core.policy import PolicySet
    from gateway.core.policy.questions.recorded import RecordedDecision
    from gateway.settings import Settings
    from gateway.store import SqlStore

_HERE: Final = ZoneInfo("Europe/Amsterdam")
_LATER = 5

Record = tuple["Iterator[RecordedDecision]", "PolicySet"]


@contextmanager
def record_of(config: Path, first_on: date, until_on: date, *, as_json: bool) -> Iterator[Record]:
    """Open the store of a gateway for reading; says what stands in the way in plain words."""
    from gateway.core.refusals import Refused  # noqa: PLC0415
    from gateway.flows.deciding.recorded_decisions import recorded_decisions  # noqa: PLC0415
    from gateway.peers.directory import TrustedAgencies  # noqa: PLC0415
    from gateway.store import UnsafeStore, open_store  # noqa: PLC0415

    from_at, until_at = (datetime.combine(on, time(), _HERE) for on in (first_on, until_on))
    settings, trust = _settings(config, as_json=as_json)
    try:
        with open_store(settings.database) as store:
            decisions = recorded_decisions(store, TrustedAgencies(trust), from_at=from_at, until_at=until_at)
            yield decisions, _in_force(store, as_json=as_json)
    except UnsafeStore as unsafe:
        talk.mistakes(unsafe.reasons, as_json=as_json)
        raise typer.Exit(INTEGRITY) from None
    except Refused:
        _away(settings, as_json=as_json)


def _settings(config: Path, *, as_json: bool) -> "tuple[Settings, TrustFile]":
    from gateway.settings import Settings, SettingsRejected  # noqa: PLC0415

    try:
        settings = Settings.load(config)
        return settings, TrustFile(settings.trust_file)
    except (SettingsRejected, TrustRejected) as rejected:
        talk.mistakes(rejected.problems, as_json=as_json)
        raise typer.Exit(USAGE) from None


def _in_force(store: "SqlStore", *, as_json: bool) -> "PolicySet":
    """Return the policies that are in force at the gateway, which refuses everything as long as there are none."""
    from gateway.core.policy import PolicySet  # noqa: PLC0415
    from gateway.core.policy.cards.collection import read_cards  # noqa: PLC0415
    from gateway.core.policy.engine import BUILT  # noqa: PLC0415
    from gateway.policies.signing import read_release  # noqa: PLC0415

    kept = store.view("newest policies", lambda view: view.policies.newest())
    if kept is None:
        return PolicySet((), "")
    with rejection_told(INTEGRITY, as_json=as_json):
        contents = read_release(kept.content).contents
        return read_cards(contents.file_bytes).policies.in_house_with(BUILT & contents.signed_for)


def _away(settings: "Settings", *, as_json: bool) -> None:
    place = settings.database_place
    talk.mistakes(
        [
            words(
                f"de database op {place} antwoordt niet; probeer het later", f"the database at {place} does not answer"
            )
        ],
        as_json=as_json,
    )
    raise typer.Exit(_LATER) from None

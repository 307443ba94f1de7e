"""A gateway's folder with a record of what was asked of its policy, for tests of what reads that record back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from gateway.core.events import Event, EventKind, Value
from gateway.flows.ports.policies import KeptRelease
from gateway.flows.ports.store import Recorded
from gateway.policies.directory import policy_files
from gateway.store import migrate, open_store
from keys.parties import Oin, Party, PartyKey, Role
from keys.signing import SigningKey
from keys.trust import TrustList
from tests.support.records import SCHOOL, add, mint, registration
from tests.support.releases import Officers
from tests.support.stores import hold_clock

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
ASKED: Mapping[str, Value] = {"purpose": "youth-coordination", "rule": "R1", "preconditions": ()}


def gateway_with_a_record(folder: Path, cards: Path, *, registrations: int = 1, at: datetime = NOON) -> Path:
    """Make the folder of a gateway where these cards are in force and a school registered so often; give its settings.

    The folder holds what reading takes: the database, the trust list and the settings.
    """
    folder.mkdir()
    database = f"sqlite:///{folder / 'gateway.db'}"
    migrate(database)
    own = PartyKey.of(SigningKey.generate(), valid_from_at=at)
    TrustList((Party(oin=Oin(SCHOOL), name="School", role=Role.AGENCY, kind="school", keys=(own,)),)).save(
        folder / "trust.json"
    )
    with open_store(database) as store:
        hold_clock(store, at)
        release = Officers().release(policy_files(cards))
        kept = KeptRelease(release.number, release.digest, release.to_bytes())
        store.change("keep", lambda tx: Recorded(tx.policies.keep(kept), (_event(EventKind.POLICY_LOADED),)))
        for _ in range(registrations):
            ours = registration(SCHOOL)
            add(store, ours)
            asked = _event(EventKind.REGISTERED, actor=SCHOOL, registration=ours.id, lane="youth", **ASKED)
            store.change("registered", lambda _tx, asked=asked: Recorded(None, (asked,)))  # type: ignore[misc]
    settings = {
        "public_url": "https://gateway.example",
        "oin": "00000000990000009000",
        "database": database,
        "trust_file": "trust.json",
        "keystore": "gateway.keystore",
        "passphrase_file": "gateway.passphrase",
    }
    lines = (f'{name} = "{value}"\n' for name, value in settings.items())
    (folder / "gateway.toml").write_text("".join(lines), encoding="utf-8")
    return folder / "gateway.toml"


def _event(kind: EventKind, *, actor: str = "gateway", **fields: Value) -> Event:
    return Event(mint("evt"), kind, actor, fields)

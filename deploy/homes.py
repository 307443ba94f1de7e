"""Decides where each party of a local federation lives: a folder of its own with keystore, passphrase and trust list.

Nobody has another's secrets: what the parties share is the public trust list, of which each has its own copy.
"""

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from keys.custody import Cost, Keystore, passphrase_from
from keys.parties import Party, PartyKey
from keys.signing import SigningKey
from keys.trust import TrustList

LOCAL_COST: Final = Cost(memory_kib=1024, iterations=1, lanes=1)
"""What a guess at a passphrase costs here: next to nothing, so that ten keystores open at once. For one machine that
keeps nothing real, and nowhere else: `keys.custody.DEFAULT_COST` is 256 MiB in three passes."""

TRUST_FILE: Final = "trust.json"
KEYSTORE_FILE: Final = "keystore"
PASSPHRASE_FILE: Final = "passphrase"  # noqa: S105  # the name of the file
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_CLOCK_SLACK: Final = timedelta(minutes=5)

Value = str | int | Sequence[str]
Table = Mapping[str, Value | Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Home:
    """One party on this machine; `party` is what the others know of it."""

    folder: Path
    party: Party

    @classmethod
    def make(cls, folder: Path, fill: Callable[[Keystore], Party]) -> Self:
        """Make a folder with a keystore under a fresh passphrase; `fill` puts keys in and says who the party is."""
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True)
        passphrase = secrets.token_urlsafe(24)
        write_private(folder / PASSPHRASE_FILE, passphrase + "\n")
        keystore = Keystore.create(folder / KEYSTORE_FILE, passphrase.encode(), cost=LOCAL_COST)
        return cls(folder, fill(keystore))

    def keystore(self) -> Keystore:
        """Open this party's keystore."""
        return Keystore.open(self.folder / KEYSTORE_FILE, passphrase_from(self.folder / PASSPHRASE_FILE))

    @property
    def trust(self) -> TrustList:
        """This party's own copy of the trust list."""
        return TrustList.load(self.folder / TRUST_FILE)

    def believe(self, trust: TrustList) -> None:
        """Give this party its own copy of the trust list."""
        trust.save(self.folder / TRUST_FILE)

    def configure(self, file: str, settings: Table) -> Path:
        """Write a settings file into the folder, for this party's eyes only; return its path."""
        path = self.folder / file
        write_private(path, _toml(settings))
        return path


def new_key(keystore: Keystore, entry: str) -> PartyKey:
    """Put a fresh signing key in a keystore and return its public half, valid from a moment ago."""
    key = SigningKey.generate()
    keystore.put(entry, key.seed)
    return PartyKey.of(key, valid_from_at=a_moment_ago())


def a_moment_ago() -> datetime:
    """Return since when keys made now are valid: clocks may differ a little."""
    return datetime.now(UTC) - _CLOCK_SLACK


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE), "w", encoding="utf-8") as file:
        file.write(text)


def _toml(table: Table) -> str:
    plain = [f"{name} = {_value(value)}" for name, value in table.items() if not isinstance(value, Mapping)]
    nested = [(name, value) for name, value in table.items() if isinstance(value, Mapping)]
    sections = [
        "\n".join(("", f"[{name}]", *(f"{key} = {_value(one)}" for key, one in value.items())))
        for name, value in nested
    ]
    return "\n".join((*plain, *sections)).lstrip() + "\n"


def _value(value: Value) -> str:
    """Write a value: JSON's strings, numbers and lists of strings are those of TOML too, but for DEL."""
    return json.dumps(value if isinstance(value, str | int) else list(value), ensure_ascii=False)

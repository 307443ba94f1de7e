"""Decides how an agency is set up: one TOML file that is complete and known, or the program does not start.

[gateway]
url = "https://gateway.example"       # ends before /v1
trust = "trust.json"                  # who may be believed; paths are relative to this file
ca = "ca.pem"                         # optional: the authority of the gateway's and holders' certificates

[agency]
oin = "00000000990000000101"
keystore = "agency.keystore"
passphrase = "agency.passphrase"      # a file that only the service may read
purpose = "youth-coordination"
user-role = "reporter"
lane = "youth"                        # optional defaults, as is contact
contact = "cnt_intake"
"""

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from adapters.agency import Agency
from adapters.holder_circle import Lie
from keys.custody import Keystore, KeystoreRefused, passphrase_from
from keys.signing import SigningKey
from keys.trust import TrustFile, TrustRejected

CONFIG_VARIABLE: Final = "SEINHUIS_CONFIG"
DEFAULT_CONFIG: Final = "seinhuis.toml"
SIGNING_KEY_NAME: Final = "signing-key"
_REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "gateway": frozenset({"url", "trust"}),
    "agency": frozenset({"oin", "keystore", "passphrase", "purpose", "user-role"}),
}
_OPTIONAL: Final[Mapping[str, frozenset[str]]] = {
    "gateway": frozenset({"ca"}),
    "agency": frozenset({"lane", "contact", "language"}),
}


class SettingsRefused(ValueError):
    """The settings cannot be used; `mistakes` names all that is wrong, by place and never by a secret."""

    def __init__(self, *mistakes: str) -> None:
        """Keep all mistakes."""
        self.mistakes = mistakes
        super().__init__("; ".join(mistakes))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one agency; all paths are absolute."""

    path: Path
    gateway_url: str
    trust_path: Path
    ca_file: str
    oin: str
    keystore_path: Path
    passphrase_path: Path
    purpose: str
    user_role: str
    lane: str = ""
    contact: str = ""
    language: str = "nl"

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a settings file; raises SettingsRefused with every mistake."""
        file = Path(path).absolute()
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError:
            raise SettingsRefused(f"{file.name}: cannot be read; `seinhuis init` makes one") from None
        except ValueError:
            raise SettingsRefused(f"{file.name}: is not TOML") from None
        mistakes = tuple(_mistakes(content))
        if mistakes:
            raise SettingsRefused(*mistakes)
        gateway, agency = content["gateway"], content["agency"]
        return cls(
            path=file,
            gateway_url=gateway["url"],
            trust_path=file.parent / gateway["trust"],
            ca_file=str(file.parent / gateway["ca"]) if "ca" in gateway else "",
            oin=agency["oin"],
            keystore_path=file.parent / agency["keystore"],
            passphrase_path=file.parent / agency["passphrase"],
            purpose=agency["purpose"],
            user_role=agency["user-role"],
            lane=agency.get("lane", ""),
            contact=agency.get("contact", ""),
            language=agency.get("language", "nl"),
        )

    @classmethod
    def from_env(cls) -> Self:
        """Read the file that SEINHUIS_CONFIG names, or `seinhuis.toml` here; raises SettingsRefused."""
        return cls.load(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)

    def signing_key(self) -> SigningKey:
        """Open the keystore and return the key that this agency signs with; raises SettingsRefused."""
        try:
            keystore = Keystore.open(self.keystore_path, passphrase_from(self.passphrase_path))
            return SigningKey.from_seed(keystore.get(SIGNING_KEY_NAME))
        except OSError:
            raise SettingsRefused("agency.passphrase: the file cannot be read") from None
        except KeystoreRefused as refused:
            raise SettingsRefused(f"agency.keystore: {refused}") from None

    def trust(self) -> TrustFile:
        """Open the trust file, which is followed when it changes; raises SettingsRefused."""
        try:
            return TrustFile(self.trust_path)
        except OSError:
            raise SettingsRefused("gateway.trust: cannot be read; the region sends it") from None
        except TrustRejected as rejected:
            raise SettingsRefused(*(f"gateway.trust: {problem}" for problem in rejected.problems)) from None

    def agency(self, *, on_lie: Callable[[Lie], None] = lambda _: None) -> Agency:
        """Return the agency as a caller; raises SettingsRefused."""
        trust = self.trust()
        return Agency(
            oin=self.oin,
            key=self.signing_key(),
            gateway_url=self.gateway_url,
            trust=lambda: trust.current,
            purpose=self.purpose,
            user_role=self.user_role,
            lane=self.lane,
            contact=self.contact,
            language=self.language,
            on_lie=on_lie,
        )


def _mistakes(content: Mapping[str, Any]) -> Iterator[str]:
    """Name every table and key that is unknown, missing or no text."""
    for table in sorted(content.keys() - _REQUIRED.keys()):
        yield f"[{table}]: unknown"
    for table, required in _REQUIRED.items():
        given = content.get(table, {})
        if not isinstance(given, dict):
            yield f"[{table}]: is not a table"
            continue
        for key in sorted(required - given.keys()):
            yield f"{table}.{key}: missing"
        for key in sorted(given.keys() - required - _OPTIONAL[table]):
            yield f"{table}.{key}: unknown"
        for key, value in given.items():
            if not isinstance(value, str):
                yield f"{table}.{key}: is not a text"

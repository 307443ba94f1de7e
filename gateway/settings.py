"""Holds what an operator sets: one TOML file, read whole before anything starts; an unknown key stops the program."""

import os
import tomllib
from dataclasses import MISSING, dataclass, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

CONFIG_VARIABLE: Final = "SEINHUIS_GATEWAY_CONFIG"
_OIN_DIGITS: Final = 20
_PATHS: Final = (
    "trust_file",
    "keystore",
    "passphrase_file",
    "erasure_journal",
    "policies",
    "tls_certificate",
    "tls_key",
)

_KINDS: Final = {"listen_port": int, "workers": int, "metrics_port": int, "demo": bool}
_POLICIES: Final = "policies"

Network = IPv4Network | IPv6Network


class SettingsRejected(Exception):
    """Settings that cannot be used; `problems` names every one of them, never a value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Carry the problems, at least one."""
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator sets. Relative paths start at the folder of the settings file.

    `public_url` is the address that callers sign, without a trailing slash; `database` a SQLAlchemy URL; `oin` the
    gateway's own number. `erasure_journal` is the file in which erasures are kept beyond the database: without it, one
    beside the keystore. `policies` is the folder in which releases of the policies are put; a release by the officers
    of a demonstration counts only with `demo`. `webhook_networks` are non-public networks to which webhooks may be sent
    all the same (a demonstration on one machine); leave both out otherwise. `metrics_port` 0 serves no figures; each
    process has its own, so it goes with one. `workers` is how many processes serve calls. TLS ends here when both
    `tls_certificate` and `tls_key` are given.
    """

    public_url: str
    oin: str
    database: str
    trust_file: Path
    keystore: Path
    passphrase_file: Path
    erasure_journal: Path | None = None
    policies: Path = Path(_POLICIES)
    demo: bool = False
    listen_host: str = "127.0.0.1"
    listen_port: int = 8443
    workers: int = 1
    metrics_port: int = 0
    log_level: str = "info"
    webhook_networks: tuple[Network, ...] = ()
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    def __repr__(self) -> str:
        """Show where it listens; a database URL may hold a password."""
        return f"Settings({self.public_url})"

    @property
    def journal(self) -> Path:
        """Where erasures are kept beyond the database."""
        return self.erasure_journal or self.keystore.with_name("erasures.ndjson")

    @property
    def database_place(self) -> str:
        """Where the database is, for an operator: a file, or a host with its port; never an account or its password."""
        url = urlsplit(self.database)
        if url.scheme.startswith("sqlite"):
            return url.path[1:] or "memory"
        if "@" in self.database and "@" not in url.netloc:  # a password that is not escaped: its parts are anywhere
            return "the address in the settings"
        host = url.hostname or parse_qs(url.query).get("host", ["a socket of this machine"])[0]
        try:
            return f"{host}:{url.port}" if url.port else host
        except ValueError:
            return host

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read the file given, or the one that SEINHUIS_GATEWAY_CONFIG names.

        Raises:
            SettingsRejected: with everything that is wrong at once.
        """
        named = os.environ.get(CONFIG_VARIABLE) if path is None else path
        if not named:
            raise SettingsRejected((f"no settings: give --config or set {CONFIG_VARIABLE}",))
        try:
            given = tomllib.loads(Path(named).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsRejected((f"the settings file cannot be read ({type(error).__name__})",)) from None
        except tomllib.TOMLDecodeError:
            raise SettingsRejected(("the settings file is not TOML",)) from None
        return cls.of(given, folder=Path(named).parent)

    @classmethod
    def of(cls, given: dict[str, Any], *, folder: Path) -> Self:
        """Make settings of parsed TOML."""
        known = {field.name: field for field in fields(cls)}
        problems = [f"unknown setting: {name}" for name in sorted(given.keys() - known.keys())]
        problems += [
            f"missing setting: {name}"
            for name, field in known.items()
            if field.default is MISSING and name not in given
        ]
        problems += [f"setting {name} is of the wrong kind" for name in known if name in given and _wrong(name, given)]
        if problems:
            raise SettingsRejected(tuple(problems))
        given = {"policies": _POLICIES, **given}
        found = cls(**{name: _value(name, value, folder) for name, value in given.items()})
        if problems := _contradictions(found):
            raise SettingsRejected(tuple(problems))
        return found


def _wrong(name: str, given: dict[str, Any]) -> bool:
    value = given[name]
    if name == "webhook_networks":
        return not (isinstance(value, list) and all(map(_is_network, value)))
    return type(value) is not _KINDS.get(name, str)


def _is_network(value: object) -> bool:
    try:
        ip_network(str(value))
    except ValueError:
        return False
    return True


def _value(name: str, value: Any, folder: Path) -> Any:  # noqa: ANN401 - as TOML gives it, checked above
    if name in _PATHS:
        return folder / value
    return tuple(map(ip_network, value)) if name == "webhook_networks" else value


def _contradictions(found: Settings) -> list[str]:
    url = urlsplit(found.public_url)
    problems = []
    if url.scheme not in {"http", "https"} or not url.netloc or url.path or url.query:
        problems.append("setting public_url is https://host[:port] and nothing behind it")
    if len(found.oin) != _OIN_DIGITS or not (found.oin.isascii() and found.oin.isdigit()):
        problems.append("setting oin is twenty digits")
    if (found.tls_certificate is None) != (found.tls_key is None):
        problems.append("settings tls_certificate and tls_key go together")
    if found.log_level not in {"debug", "info", "warning", "error"}:
        problems.append("setting log_level is debug, info, warning or error")
    if found.workers < 1:
        problems.append("setting workers is at least 1")
    if found.workers > 1 and found.metrics_port:
        problems.append(
            "settings metrics_port and workers: figures are of one process, so metrics_port needs workers = 1; "
            "for more processes run several gateways, each with a metrics_port of its own"
        )
    return problems

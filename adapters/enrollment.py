"""Decides how an agency begins: a key that never leaves it, its settings, and the request to be trusted by a region."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from adapters.settings import DEFAULT_CONFIG, SIGNING_KEY_NAME
from keys import trust_format
from keys.custody import DEFAULT_COST, Cost, Keystore
from keys.parties import Oin, Party, PartyKey, Role
from keys.signing import SigningKey
from keys.trust import TrustList, TrustRejected

KEYSTORE: Final = "agency.keystore"
PASSPHRASE: Final = "agency.passphrase"  # noqa: S105  # the name of a file
TRUST: Final = "trust.json"
REQUEST: Final = "trust-request.json"
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Enrollment:
    """The files that were made: `request` goes to the region, which answers with a trust file; the others stay."""

    config: Path
    keystore: Path
    passphrase: Path
    request: Path
    trust: Path
    key_id: str


def enroll(
    folder: Path,
    *,
    oin: str,
    name: str,
    kind: str,
    gateway_url: str,
    purpose: str,
    user_role: str,
    lane: str,
    on: datetime,
    cost: Cost = DEFAULT_COST,
) -> Enrollment:
    """Make the files of a new agency in a folder; raises FileExistsError when one is there already, and
    TrustRejected when the region could not read the request.

    The request is a trust list with one party on it: this agency and its public key.
    """
    key = SigningKey.generate()
    made = Enrollment(
        config=folder / DEFAULT_CONFIG,
        keystore=folder / KEYSTORE,
        passphrase=folder / PASSPHRASE,
        request=folder / REQUEST,
        trust=folder / TRUST,
        key_id=key.key_id,
    )
    for path in (made.config, made.keystore, made.passphrase, made.request):
        if path.exists():
            raise FileExistsError(17, "is there already", str(path))
    own = PartyKey.of(key, valid_from_at=on)
    request = TrustList((Party(oin=Oin(oin), name=name, role=Role.AGENCY, kind=kind, keys=(own,)),))
    _check(request)
    folder.mkdir(parents=True, exist_ok=True)
    passphrase = secrets.token_urlsafe(32)
    _write_private(made.passphrase, passphrase + "\n")
    Keystore.create(made.keystore, passphrase.encode(), cost=cost).put(SIGNING_KEY_NAME, key.seed)
    request.save(made.request)
    _write_private(made.config, _settings(oin, gateway_url, purpose, user_role, lane))
    return made


def _check(request: TrustList) -> None:
    """Refuse what the region could not read."""
    try:
        trust_format.read(trust_format.write(request.parties, (), request.threshold))
    except ValidationError as invalid:
        found = invalid.errors(include_input=False, include_context=False, include_url=False)
        raise TrustRejected(tuple(f"{one['loc'][-1]}: {one['msg']}" for one in found)) from None


def _settings(oin: str, gateway_url: str, purpose: str, user_role: str, lane: str) -> str:
    return f"""\
[gateway]
url = {_quoted(gateway_url)}
trust = "{TRUST}"

[agency]
oin = {_quoted(oin)}
keystore = "{KEYSTORE}"
passphrase = "{PASSPHRASE}"
purpose = {_quoted(purpose)}
user-role = {_quoted(user_role)}
lane = {_quoted(lane)}
"""


def _quoted(text: str) -> str:
    """Return a TOML basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "w", encoding="utf-8") as file:
        file.write(text)

"""The command with which an officer begins: a key that never leaves the officer, and the request to be trusted."""

import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson
from adapters.settings import SIGNING_KEY_NAME
from keys.custody import DEFAULT_COST, Keystore
from keys.parties import Oin, Party, PartyKey, Role
from keys.signing import SigningKey
from keys.trust import TrustList

KEYSTORE: Final = "officer.keystore"
PASSPHRASE: Final = "officer.passphrase"  # noqa: S105  # the name of a file
REQUEST: Final = "officer-request.json"
COST = DEFAULT_COST
_OIN: Final = re.compile(r"[0-9]{20}")
_PRIVATE: Final = 0o600


def officer(
    *,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
    oin: Annotated[str, typer.Option(help=words("uw OIN, 20 cijfers", "your OIN, 20 digits"))],
    name: Annotated[str, typer.Option(help=words("naam die de regio ziet", "name that the region sees"))],
    as_json: AsJson = False,
) -> None:
    """Make the key of an officer."""
    if not _OIN.fullmatch(oin):
        raise typer.BadParameter(words("een OIN is twintig cijfers", "an OIN is twenty digits"), param_hint="--oin")
    for made in (KEYSTORE, PASSPHRASE, REQUEST):
        if (folder / made).exists():
            raise FileExistsError(17, words("is er al", "is there already"), str(folder / made))
    key = SigningKey.generate()
    own = PartyKey.of(key, valid_from_at=datetime.now(UTC).replace(microsecond=0))
    folder.mkdir(parents=True, exist_ok=True)
    _keep(folder, key)
    TrustList((Party(oin=Oin(oin), name=name, role=Role.OFFICER, keys=(own,)),)).save(folder / REQUEST)
    talk.data(
        {"keystore": str(folder / KEYSTORE), "request": str(folder / REQUEST), "keyId": key.key_id}, as_json=as_json
    )
    talk.say(
        f"Stuur {folder / REQUEST} aan de beheerder van de regio; de rest blijft bij u.",
        f"Send {folder / REQUEST} to the operator of the region; the rest stays with you.",
    )
    key_files = f"--keystore {folder / KEYSTORE} --passphrase-file {folder / PASSPHRASE}"
    talk.next_step(f"seinhuis policy sign RELEASE {key_files} --officer {oin}")


def _keep(folder: Path, key: SigningKey) -> None:
    """Put the key in a keystore whose passphrase lies beside it, for its owner only, until it is moved elsewhere."""
    passphrase = secrets.token_urlsafe(32)
    path = folder / PASSPHRASE
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "w", encoding="utf-8") as file:
        file.write(passphrase + "\n")
    Keystore.create(folder / KEYSTORE, passphrase.encode(), cost=COST).put(SIGNING_KEY_NAME, key.seed)

"""Homes of a local federation: secrets for their owner alone, and a public half that the others can believe."""

import stat
import tomllib
from pathlib import Path

from deploy.homes import KEYSTORE_FILE, PASSPHRASE_FILE, Home, Table, new_key
from keys.custody import Keystore
from keys.parties import Oin, Party, Role
from keys.signing import SigningKey
from keys.trust import TrustList


def new_home(folder: Path) -> Home:
    """Make the home of a gateway."""

    def fill(keystore: Keystore) -> Party:
        key = new_key(keystore, "signing")
        return Party(oin=Oin("00000000990000009100"), name="Gateway", role=Role.GATEWAY, keys=(key,))

    return Home.make(folder, fill)


def test_the_keystore_opens_with_the_passphrase_beside_it(tmp_path: Path) -> None:
    """It holds the secret of the key that the others know."""
    home = new_home(tmp_path / "gateway")
    secret = home.keystore().get("signing")
    assert home.party.keys[0].key_id == SigningKey.from_seed(secret).key_id


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    """Passphrase, keystore and settings have mode 0600, their folder 0700."""
    home = new_home(tmp_path / "gateway")
    settings = home.configure("gateway.toml", {"oin": "1"})
    files = (home.folder / PASSPHRASE_FILE, home.folder / KEYSTORE_FILE, settings)
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in files}
    assert 0o700 == stat.S_IMODE(home.folder.stat().st_mode)


def test_each_party_has_its_own_copy_of_the_trust_list(tmp_path: Path) -> None:
    """What one believes is what it was given."""
    home = new_home(tmp_path / "gateway")
    home.believe(TrustList((home.party,)))
    assert (home.party,) == home.trust.parties


def test_settings_are_toml(tmp_path: Path) -> None:
    """Texts with quotes, backslashes and letters of every kind come back as they were, tables too."""
    settings: Table = {
        "name": 'a "b" \\ é',
        "port": 1,
        "networks": ["10.0.0.0/8"],
        "quota": {"tokens": 5, "who": "all"},
    }
    path = new_home(tmp_path / "gateway").configure("some.toml", settings)
    assert settings == tomllib.loads(path.read_text(encoding="utf-8"))

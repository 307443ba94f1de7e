"""The gateway's command: exit codes and words for an operator, and no value of a setting in them."""

from pathlib import Path

import pytest

from gateway.__main__ import INTEGRITY, OK, USAGE, main
from gateway.api.openapi import document_json
from gateway.peers.converter import DATA, SIGNING, factor_entries, pepper_name
from keys.custody import CHEAP, Keystore
from keys.signing import SigningKey
from keys.trust import TrustList
from tests.support.federation import DATA_KEY, INDEX, PEPPER, SCHOOL, Federation
from tests.support.parties import agency

PASSPHRASE = b"a passphrase of a test"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Return the settings file of a gateway that lacks nothing but a database."""
    keystore = Keystore.create(tmp_path / "keystore", PASSPHRASE, cost=CHEAP)
    entries = {SIGNING: SigningKey.generate().seed, DATA: DATA_KEY, pepper_name(INDEX): PEPPER}
    keystore.put_all(entries | factor_entries([Federation(1, 1).factor(SCHOOL)]))
    (tmp_path / "passphrase").write_bytes(PASSPHRASE + b"\n")
    TrustList((agency(1).party, agency(2).party)).save(tmp_path / "trust.json")
    path = tmp_path / "gateway.toml"
    path.write_text(
        f'public_url = "https://gateway.example"\noin = "00000000990000000900"\n'
        f'database = "sqlite:///{tmp_path}/gateway.db"\ntrust_file = "trust.json"\n'
        'keystore = "keystore"\npassphrase_file = "passphrase"\n',
        encoding="utf-8",
    )
    return path


def test_a_database_must_be_migrated_first(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checking before migrating names what to do; afterwards all is well, and the reconciler finds nothing."""
    assert INTEGRITY == main(["--config", str(settings), "check"])
    assert "seinhuis db migrate" in capsys.readouterr().err

    assert OK == main(["--config", str(settings), "migrate"])
    assert OK == main(["--config", str(settings), "check"])
    assert "2 agencies" in capsys.readouterr().out
    assert OK == main(["--config", str(settings), "verify"])
    assert {"0"} == {line.split()[0] for line in capsys.readouterr().out.splitlines()}


def test_a_wrong_passphrase_is_named_and_not_shown(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The keystore says what is wrong, never a secret."""
    main(["--config", str(settings), "migrate"])
    (settings.parent / "passphrase").write_bytes(b"another passphrase\n")

    assert INTEGRITY == main(["--config", str(settings), "check"])
    said = capsys.readouterr().err
    assert "wrong passphrase" in said
    assert "another passphrase" not in said


def test_unusable_settings_are_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every problem stands on a line of its own."""
    (tmp_path / "gateway.toml").write_text("colour = 'red'\n", encoding="utf-8")

    assert USAGE == main(["--config", str(tmp_path / "gateway.toml"), "check"])
    said = capsys.readouterr().err
    assert "unknown setting: colour" in said
    assert "missing setting: oin" in said
    assert "red" not in said


def test_a_missing_trust_list_is_named(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there is named with its path."""
    (settings.parent / "trust.json").unlink()

    assert USAGE == main(["--config", str(settings), "check"])
    assert "trust.json" in capsys.readouterr().err


def test_the_openapi_document_is_printed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """As it is committed."""
    assert OK == main(["openapi"])
    assert document_json() == capfdbinary.readouterr().out

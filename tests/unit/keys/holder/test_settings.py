"""A key holder starts with settings that are right, and says everything that is wrong with others."""

import subprocess
import sys
from pathlib import Path

import pytest

from keys.holder.settings import Settings, SettingsRejected

GOOD = """
oin = "00000000990000000101"
index = 1
threshold = 2
holders = 3
public_url = "https://holder.example"
port = 8444
keystore = "keystore"
passphrase_file = "/run/credentials/passphrase"
trust_list = "trust.json"
log = "log.sqlite"
[quota]
tokens_per_day = 90
[quota.of_agency]
00000000990000000001 = 900
"""


def load(tmp_path: Path, text: str) -> Settings:
    """Load settings from a file."""
    path = tmp_path / "holder.toml"
    path.write_text(text, encoding="utf-8")
    return Settings.load(path)


def test_paths_are_beside_the_file(tmp_path: Path) -> None:
    """Unless they are absolute."""
    settings = load(tmp_path, GOOD)

    assert (tmp_path / "keystore", Path("/run/credentials/passphrase")) == (settings.keystore, settings.passphrase_file)


def test_the_quota_is_read(tmp_path: Path) -> None:
    """For everybody, and for who has another."""
    allowance = load(tmp_path, GOOD).allowance()

    assert (60, 600) == (allowance.here("00000000990000000009"), allowance.here("00000000990000000001"))


def test_every_problem_is_named_without_its_value(tmp_path: Path) -> None:
    """An unknown key, a missing one, a wrong type: all at once."""
    text = GOOD.replace("port = 8444", 'prot = "CANARY"').replace("index = 1", 'index = "CANARY"')

    with pytest.raises(SettingsRejected) as rejected:
        load(tmp_path, text)

    said = "; ".join(rejected.value.problems)
    assert all(name in said for name in ("prot", "port", "index"))
    assert "CANARY" not in said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("index = 1", "index = 4"),
        ("holders = 3", "holders = 2"),
        ("https://holder.example", "https://a/path"),
        ("=", ""),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """A number beyond the holders, too few holders for the threshold, an address with a path, no TOML."""
    with pytest.raises(SettingsRejected):
        load(tmp_path, GOOD.replace(old, new))


@pytest.mark.parametrize(("flags", "expected"), [((), "passphrase"), (("-O",), "python -O")])
def test_the_process_says_why_it_does_not_start(tmp_path: Path, flags: tuple[str, ...], expected: str) -> None:
    """On standard error, with exit code 2, and without a traceback."""
    (tmp_path / "holder.toml").write_text(GOOD.replace("/run/credentials/", ""), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, *flags, "-m", "keys.holder", str(tmp_path / "holder.toml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[4],
    )

    assert (2, "") == (done.returncode, done.stdout)
    assert expected in done.stderr
    assert "Traceback" not in done.stderr

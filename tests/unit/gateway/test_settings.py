"""Settings: read whole, refused whole, every mistake named and no value repeated."""

from pathlib import Path

import pytest

from gateway.settings import Settings, SettingsRejected

GOOD = """
public_url = "https://gateway.example"
oin = "00000000990000000900"
database = "postgresql://gateway:geheim@db/seinhuis"
trust_file = "trust.json"
keystore = "keystore"
passphrase_file = "passphrase"
"""


def load(folder: Path, text: str) -> Settings:
    """Write a settings file and load it."""
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return Settings.load(path)


def problems_of(folder: Path, text: str) -> tuple[str, ...]:
    """Return everything that is wrong with a settings file."""
    with pytest.raises(SettingsRejected) as caught:
        load(folder, text)
    return caught.value.problems


def test_paths_start_at_the_file(tmp_path: Path) -> None:
    """A relative path is one beside the settings file, wherever the program was started."""
    assert tmp_path / "trust.json" == load(tmp_path, GOOD).trust_file


def test_what_is_set_is_in_force(tmp_path: Path) -> None:
    """Networks, numbers and the rest."""
    settings = load(tmp_path, GOOD + 'webhook_networks = ["127.0.0.0/8"]\nworkers = 2\nlisten_port = 9000\n')

    assert (2, 9000, "127.0.0.0/8") == (settings.workers, settings.listen_port, str(settings.webhook_networks[0]))


def test_settings_do_not_print_a_password() -> None:
    """A database address can hold one."""
    shown = repr(
        Settings(
            public_url="https://gateway.example",
            oin="0" * 20,
            database="postgresql://gateway:geheim@db/seinhuis",
            trust_file=Path("t"),
            keystore=Path("k"),
            passphrase_file=Path("p"),
        )
    )

    assert "geheim" not in shown


def test_an_unknown_key_stops_the_program(tmp_path: Path) -> None:
    """A slip of the pen is not a default."""
    assert ("unknown setting: database_url",) == problems_of(tmp_path, GOOD + 'database_url = "x"\n')


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    """An operator mends a file once, not six times."""
    expected = [f"missing setting: {name}" for name in ("public_url", "oin", "database", "trust_file", "keystore")]

    assert [*expected, "missing setting: passphrase_file"] == list(problems_of(tmp_path, ""))


@pytest.mark.parametrize(
    "line",
    [
        'listen_port = "9000"',
        "workers = true",
        "workers = 0",
        'webhook_networks = ["everywhere"]',
        'webhook_networks = "127.0.0.0/8"',
        'tls_certificate = "cert.pem"',
        'log_level = "loud"',
        "policies = 3",
        "not toml",
    ],
)
def test_a_setting_of_the_wrong_kind_is_refused(tmp_path: Path, line: str) -> None:
    """Types, bounds and pairs are checked before anything starts."""
    assert 1 == len(problems_of(tmp_path, f"{GOOD}{line}\n"))


@pytest.mark.parametrize("url", ["gateway.example", "https://gateway.example/", "https://g.example/v1", "ftp://g"])
def test_the_public_address_is_a_bare_origin(tmp_path: Path, url: str) -> None:
    """It is what callers sign, so it has one spelling."""
    assert 1 == len(problems_of(tmp_path, GOOD.replace("https://gateway.example", url)))


def test_without_a_file_the_program_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By flag or by environment."""
    monkeypatch.delenv("SEINHUIS_GATEWAY_CONFIG", raising=False)

    with pytest.raises(SettingsRejected, match="SEINHUIS_GATEWAY_CONFIG"):
        Settings.load()
    with pytest.raises(SettingsRejected, match="FileNotFoundError"):
        Settings.load(tmp_path / "nowhere.toml")


def test_figures_are_of_one_process(tmp_path: Path) -> None:
    """With several processes the figures of one would be taken for those of all, so it is refused, and says why."""
    [problem] = problems_of(tmp_path, GOOD + "workers = 2\nmetrics_port = 9100\n")

    assert "metrics_port needs workers = 1" in problem
    assert 9100 == load(tmp_path, GOOD + "metrics_port = 9100\n").metrics_port


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("postgresql://gateway:geheim@db.example:5433/seinhuis", "db.example:5433"),
        ("postgresql+psycopg://gateway:geheim@db.example/seinhuis", "db.example"),
        ("postgresql:///seinhuis?host=/run/postgresql&password=geheim", "/run/postgresql"),
        ("postgresql:///seinhuis", "a socket of this machine"),
        ("postgresql://gateway:12345/geheim@db.example/seinhuis", "the address in the settings"),
        ("sqlite:////var/lib/seinhuis/gateway.db", "/var/lib/seinhuis/gateway.db"),
    ],
)
def test_the_place_of_the_database_names_no_account(tmp_path: Path, address: str, place: str) -> None:
    """An operator reads which database is meant, and nobody reads a password."""
    settings = load(tmp_path, GOOD.replace("postgresql://gateway:geheim@db/seinhuis", address))

    assert place == settings.database_place

"""The gateway's command: exit codes and words for an operator, and no value of a setting in them."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.processes import free_port
from gateway.__main__ import INTEGRITY, LATER, OK, USAGE, main
from gateway.api.openapi import document_json
from gateway.core.events import Event, EventKind
from gateway.core.purge import Counts
from gateway.core.subject_request import Journaled, JournalEntry
from gateway.flows.ports.store import Recorded
from gateway.ids import mint
from gateway.peers.converter import DATA, SIGNING, factor_entries, pepper_name
from gateway.peers.erasure_file import ErasureFile
from gateway.policies.directory import policy_files
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.protocol.problems import PROBLEMS
from gateway.store import open_store
from gateway.store.transactions import SqlTx
from keys.custody import CHEAP, Keystore
from keys.purge_receipts import sign_purge
from keys.signing import SigningKey
from keys.trust import Party, PartyKey, Role, TrustList
from tests.support.cards import POLICIES
from tests.support.federation import DATA_KEY, INDEX, PEPPER, SCHOOL, Federation
from tests.support.parties import LONG_AGO, agency, oin
from tests.support.records import add, do, registration
from tests.support.releases import Officers

PASSPHRASE = b"a passphrase of a test"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Return the settings file of a gateway that lacks nothing but a database."""
    keystore = Keystore.create(tmp_path / "keystore", PASSPHRASE, cost=CHEAP)
    entries = {SIGNING: SigningKey.generate().seed, DATA: DATA_KEY, pepper_name(INDEX): PEPPER}
    keystore.put_all(entries | factor_entries([Federation(1, 1).factor(SCHOOL)]))
    (tmp_path / "passphrase").write_bytes(PASSPHRASE + b"\n")
    (tmp_path / "passphrase").chmod(0o600)
    two = Officers()
    two.publish(tmp_path / "policies", policy_files(POLICIES))
    parties = (agency(1), agency(2), *two.members)
    TrustList(tuple(one.party for one in parties)).save(tmp_path / "trust.json")
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
    said = capsys.readouterr().out
    assert "2 agencies" in said
    assert "; release 1 for " in said
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


def test_a_database_that_is_away_is_named(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong, where the database should be, and what to do; without the account and its password."""
    address = f"postgresql://gateway:geheim@127.0.0.1:{free_port()}/seinhuis"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(f"sqlite:///{settings.parent}/gateway.db", address), encoding="utf-8")

    assert LATER == main(["--config", str(settings), "verify"])
    said = capsys.readouterr().err
    assert PROBLEMS["upstream-store-unavailable"].title_en in said
    assert address.partition("@")[2].partition("/")[0] in said
    assert "geheim" not in said


def test_a_port_in_use_is_said(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A clear line, before anything is opened."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with settings.open("a", encoding="utf-8") as file:
            file.write(f"listen_port = {port}\n")

        assert USAGE == main(["--config", str(settings), "serve"])
    assert f"port {port} on 127.0.0.1: is in use by another process" in capsys.readouterr().err


def test_an_officer_sees_what_alarms(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under a heading: when, why, for which purpose, by whom, and in which event; nothing when there is no alarm."""
    main(["--config", str(settings), "migrate"])
    assert (OK, "") == (main(["--config", str(settings), "alarms"]), capsys.readouterr().out)
    said = {"purpose": "screening", "user_role": "intake", "case_reference": "Z-1", "reason": "silent_purpose"}
    alarm = Event(mint("evt"), EventKind.ALARM_RAISED, "00000000990000000001", {**said, "event": "evt_of_the_call"})
    with open_store(f"sqlite:///{settings.parent}/gateway.db") as store:
        store.change("alarm", lambda _: Recorded(None, (alarm,)))

    assert OK == main(["--config", str(settings), "alarms"])
    heading, line = capsys.readouterr().out.splitlines()
    assert ["raised at", "why", "for purpose", "by agency", "about event"] == heading.split("\t")
    at, *told = line.split("\t")
    assert ["silent_purpose", "screening", "00000000990000000001", "evt_of_the_call"] == told
    assert at.endswith("+00:00")


def test_purge_receipts_are_shown_and_weighed(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A receipt that this gateway signed, and one that somebody put there: that is worth an exit code."""
    main(["--config", str(settings), "migrate"])
    ours, trusted = SigningKey.generate(), TrustList.load(settings.parent / "trust.json")
    gateway = Party(oin(900), "Gateway", Role.GATEWAY, keys=(PartyKey.of(ours, valid_from_at=LONG_AGO),))
    replace(trusted, parties=(*trusted.parties, gateway)).save(settings.parent / "trust.json")
    _purged(settings, "prg_1", b'{"lane":"youth"}', ours)

    assert OK == main(["--config", str(settings), "purges"])
    assert capsys.readouterr().out.startswith("signed by this gateway\t")
    _purged(settings, "prg_2", b'{"lane":"adult"}', SigningKey.generate())
    assert INTEGRITY == main(["--config", str(settings), "purges"])
    assert "NOT SIGNED BY THIS GATEWAY" in capsys.readouterr().out


def _purged(settings: Path, receipt: str, statement: bytes, key: SigningKey) -> None:
    def work(tx: SqlTx) -> Recorded[None]:
        tx.purges.advance("youth", receipt, Counts(registrations=1), reached="reg_")
        tx.purges.close(receipt, statement=statement, signature=sign_purge(statement, key=key))
        return Recorded(None, (Event(mint("evt"), EventKind.PURGE_SIGNED, "gateway", {}),))

    with open_store(f"sqlite:///{settings.parent}/gateway.db") as store:
        store.change("purge", work)


def test_what_was_erased_is_erased_again_before_anything_else(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Opening the house replays the journal over a restored database (G17); a journal that is not whole is refused."""
    main(["--config", str(settings), "migrate"])
    with open_store(f"sqlite:///{settings.parent}/gateway.db") as store:
        add(store, one := registration())
    journal = ErasureFile(settings.parent / "erasures.ndjson")
    journal.append((JournalEntry(one.id, Journaled.ENDED, "erasure"),))

    assert OK == main(["--config", str(settings), "check"])
    with open_store(f"sqlite:///{settings.parent}/gateway.db") as store:
        (found,) = store.view("one", lambda view: view.registrations.several((one.id,)))
        entries = store.view("entries", lambda view: view.journal.to_export(limit=9))
        do(store, lambda tx: tx.journal.exported(entries))
    assert (RegistrationStatus.WITHDRAWN, bytes(32)) == (found.status, found.index_token.value)
    journal.append(entries)
    capsys.readouterr()
    assert OK == main(["--config", str(settings), "erasures"])
    assert "3 entries in the journal; 0 registrations erased again" in capsys.readouterr().out

    whole = (settings.parent / "erasures.ndjson").read_bytes()
    for damaged, said in ((b"", "lacks entries"), (b"{}\n" + whole, "line 1")):
        (settings.parent / "erasures.ndjson").write_bytes(damaged)
        assert INTEGRITY == main(["--config", str(settings), "check"])
        assert said in capsys.readouterr().err

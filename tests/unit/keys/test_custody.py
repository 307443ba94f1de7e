"""Secrets lie in one file that gives nothing away, notices every change, and does not grow younger."""

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.custody import CHEAP, DEFAULT_COST, Cost, Keystore, KeystoreRefused, passphrase_from

PASSPHRASE = b"a long passphrase"
SECRET = b"CANARY-SECRET"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A keystore with two entries."""
    path = tmp_path / "keys"
    keystore = Keystore.create(path, PASSPHRASE, cost=CHEAP)
    keystore.put_all({"signing": SECRET, "seed/1": b"another"})
    return path


def refusal(path: Path, passphrase: bytes = PASSPHRASE, *, at_least: int = 0, restored: bool = False) -> str:
    """Return why it is not opened."""
    with pytest.raises(KeystoreRefused) as refused:
        Keystore.open(path, passphrase, at_least=at_least, restored=restored)
    return str(refused.value)


def test_what_was_put_in_comes_out(path: Path) -> None:
    """Entries survive, sorted by name; a removed one does not."""
    keystore = Keystore.open(path, PASSPHRASE)
    keystore.put("third", b"")
    keystore.remove("seed/1")

    again = Keystore.open(path, PASSPHRASE)

    assert ("signing", "third") == again.names()
    assert (SECRET, b"", None) == (again.get("signing"), again.find("third"), again.find("seed/1"))


def test_the_cost_of_a_guess_is_what_the_protocol_says() -> None:
    """Argon2id with 256 MiB, three passes, four lanes, unless somebody says otherwise in writing."""
    assert Cost(memory_kib=256 * 1024, iterations=3, lanes=4) == DEFAULT_COST


def test_the_file_is_ours_alone_and_tells_no_secret(path: Path) -> None:
    """Mode 0600, and neither the file nor the open keystore shows a secret."""
    keystore = Keystore.open(path, PASSPHRASE)

    assert 0o600 == path.stat().st_mode & 0o777
    assert SECRET not in path.read_bytes()
    assert "CANARY" not in f"{keystore!r} {keystore}"
    with pytest.raises(TypeError):
        pickle.dumps(keystore)


def test_a_file_that_others_may_read_is_refused(path: Path) -> None:
    """Whoever loosened the mode has to explain it first."""
    path.chmod(0o640)

    assert "0600" in refusal(path)


@pytest.mark.parametrize("passphrase", [b"", b"a long passphrasE", b"x"])
def test_a_wrong_passphrase_is_refused(path: Path, passphrase: bytes) -> None:
    """And the refusal does not repeat it."""
    said = refusal(path, passphrase)

    assert "passphrase" in said
    assert "CANARY" not in said


def test_an_unknown_entry_is_refused_by_name(path: Path) -> None:
    """Asking for what is not there names it."""
    with pytest.raises(KeystoreRefused, match="'nothing'"):
        Keystore.open(path, PASSPHRASE).get("nothing")


@settings(max_examples=80)
@given(st.data())
def test_every_changed_byte_is_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """One changed byte anywhere, and the keystore does not open."""
    path = tmp_path_factory.mktemp("keystore") / "keys"
    Keystore.create(path, PASSPHRASE, cost=CHEAP).put("signing", SECRET)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 127))
    path.write_bytes(content)

    assert "CANARY" not in refusal(path)


def test_entries_cannot_be_swapped_left_out_or_brought_in(path: Path) -> None:
    """An entry belongs to its name and to this version of the whole file."""
    good = json.loads(path.read_text())
    older = path.read_bytes()
    Keystore.open(path, PASSPHRASE).put("signing", b"newer")
    newer = json.loads(path.read_text())

    swapped = {**good["entries"], "signing": good["entries"]["seed/1"]}
    missing = {name: entry for name, entry in good["entries"].items() if name != "signing"}
    extra = {**newer["entries"], "extra": newer["entries"]["signing"]}
    old_entry = {**newer["entries"], "signing": json.loads(older)["entries"]["signing"]}
    for content, entries in ((good, swapped), (good, missing), (newer, extra), (newer, old_entry)):
        path.write_text(json.dumps({**content, "entries": entries}))
        assert refusal(path)


@pytest.mark.parametrize(("memory", "iterations"), [(10**9, 1), (64, 10**6), (0, 1)])
def test_a_file_cannot_make_us_work_for_hours(path: Path, memory: int, iterations: int) -> None:
    """The cost in a header is bounded before anything is computed."""
    content = json.loads(path.read_text())
    content["header"]["derivation"] |= {"memoryKib": memory, "iterations": iterations}
    path.write_text(json.dumps(content))

    assert "form" in refusal(path)


def test_an_older_file_put_back_is_refused(path: Path) -> None:
    """A rollback is noticed by the version seen before, and accepted only when somebody says it was restored."""
    older = path.read_bytes()
    Keystore.open(path, PASSPHRASE).put("signing", b"newer")
    path.write_bytes(older)

    assert "version 3 was seen" in refusal(path)
    assert SECRET == Keystore.open(path, PASSPHRASE, restored=True).get("signing")
    assert SECRET == Keystore.open(path, PASSPHRASE).get("signing")


def test_both_files_put_back_are_noticed_only_by_who_remembers(path: Path) -> None:
    """What the two files cannot notice: a version kept elsewhere does."""
    version = path.with_name("keys.version")
    older = path.read_bytes(), version.read_bytes()
    keystore = Keystore.open(path, PASSPHRASE)
    keystore.put("signing", b"newer")
    path.write_bytes(older[0])
    version.write_bytes(older[1])

    assert "version 3 was seen" in refusal(path, at_least=keystore.version)
    assert SECRET == Keystore.open(path, PASSPHRASE).get("signing")


def test_a_missing_version_file_is_refused(path: Path) -> None:
    """Taking it away is no way around it."""
    path.with_name("keys.version").unlink()

    assert "version file" in refusal(path)


def test_two_processes_do_not_overwrite_each_other(path: Path) -> None:
    """Whoever opened before the other changed something has to open again."""
    first, second = (Keystore.open(path, PASSPHRASE) for _ in range(2))
    first.put("third", b"3")

    with pytest.raises(KeystoreRefused, match="another process"):
        second.put("fourth", b"4")
    assert first.names() == Keystore.open(path, PASSPHRASE).names()


def test_a_keystore_is_not_made_over_another(path: Path) -> None:
    """Making one where one is would lose every secret in it."""
    with pytest.raises(KeystoreRefused):
        Keystore.create(path, PASSPHRASE, cost=CHEAP)
    assert SECRET == Keystore.open(path, PASSPHRASE).get("signing")


def test_removing_is_all_or_nothing(path: Path) -> None:
    """One name too many removes none."""
    keystore = Keystore.open(path, PASSPHRASE)

    with pytest.raises(KeystoreRefused):
        keystore.remove("signing", "nothing")
    assert SECRET == Keystore.open(path, PASSPHRASE).get("signing")


def test_the_passphrase_comes_from_a_credential_file(tmp_path: Path) -> None:
    """One newline at the end is not part of it; nothing is no passphrase."""
    (tmp_path / "credential").write_bytes(b"word word\n")
    (tmp_path / "empty").write_bytes(b"\n")
    for name in ("credential", "empty"):
        (tmp_path / name).chmod(0o400)

    assert b"word word" == passphrase_from(tmp_path / "credential")
    with pytest.raises(KeystoreRefused):
        passphrase_from(tmp_path / "empty")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602])
def test_a_credential_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    """Like the keystore that it opens; and the refusal does not repeat it."""
    credential = tmp_path / "credential"
    credential.write_bytes(b"CANARY\n")
    credential.chmod(mode)

    with pytest.raises(KeystoreRefused, match="0600") as refused:
        passphrase_from(credential)
    assert "CANARY" not in str(refused.value)

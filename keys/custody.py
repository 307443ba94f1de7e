"""Decides how secrets lie on a disk: one file under a passphrase, each entry sealed, its age noticed (section 10).

The file is JSON: a header (format, version, the cost of Argon2id, its salt, the names of the entries) and one
AES-256-GCM ciphertext per entry, with the header and the entry's name as associated data. So nothing can be changed,
renamed, left out or brought in from an older file without the passphrase.

Rollback: each change raises the version in the header, and the highest version seen lies in a second file beside it.
An old keystore put back alone is refused. Somebody who puts back both files is *not* noticed by them; for that, keep
the version elsewhere and give it to `open` as `at_least`. Removing an entry removes it from the file; what the disk
or a backup still holds of older files stays readable with the passphrase.
"""

import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import Field, ValidationError

from keys.durable import write_atomically
from keys.hidden import Hidden
from keys.labels import lp
from keys.strict_json import FILE, MalformedJson, parse
from keys.wire import Bytes16, Message, Sealed

_PRIVATE: Final = 0o600
_OF_OTHERS: Final = 0o077
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_MOST_ENTRIES: Final = 100_000
_CHECK: Final = ""  # the entry without a name holds nothing: it tells whether passphrase and header fit


class KeystoreRefused(Exception):
    """A keystore that cannot be used; the text says why and holds no secret."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at the passphrase costs: Argon2id (RFC 9106), by default 256 MiB in three passes over four lanes.

    Cheaper is for tests and for the demo, which opens five keystores on one machine.
    """

    memory_kib: int = 256 * 1024
    iterations: int = 3
    lanes: int = 4


DEFAULT_COST: Final = Cost()
CHEAP: Final = Cost(memory_kib=64, iterations=1, lanes=1)


class _Derivation(Message):
    name: Literal["argon2id"] = "argon2id"
    memory_kib: Annotated[int, Field(ge=8, le=4 * 1024 * 1024)]
    iterations: Annotated[int, Field(ge=1, le=16)]
    lanes: Annotated[int, Field(ge=1, le=16)]
    salt: Bytes16


class _Header(Message):
    format: Literal["seinhuis-keystore-1"] = "seinhuis-keystore-1"
    version: Annotated[int, Field(ge=1, lt=2**53)]
    derivation: _Derivation
    names: Annotated[tuple[str, ...], Field(max_length=_MOST_ENTRIES)]


class _File(Message):
    header: _Header
    entries: dict[str, Sealed]


class Keystore(Hidden):
    """An open keystore: the secrets of one party by name. It never prints them and is never pickled."""

    __slots__ = ("_cipher", "_derivation", "_path", "_secrets", "_version")

    _path: Path
    _cipher: AESGCM
    _derivation: _Derivation
    _version: int
    _secrets: dict[str, bytes]

    def __init__(self, path: Path, cipher: AESGCM, derivation: _Derivation) -> None:
        """Use `create` or `open`."""
        self._path = path
        self._cipher = cipher
        self._derivation = derivation
        self._version = 0
        self._secrets = {}

    @classmethod
    def create(cls, path: Path, passphrase: bytes, *, cost: Cost = DEFAULT_COST) -> Self:
        """Make an empty keystore; raises KeystoreRefused when a file is there or the passphrase is empty."""
        if path.exists() or _version_path(path).exists():
            raise KeystoreRefused("a keystore is there already")
        derivation = _Derivation(
            memory_kib=cost.memory_kib, iterations=cost.iterations, lanes=cost.lanes, salt=secrets.token_bytes(16)
        )
        keystore = cls(path, _cipher(passphrase, derivation), derivation)
        keystore._change({})
        return keystore

    @classmethod
    def open(cls, path: Path, passphrase: bytes, *, at_least: int = 0, restored: bool = False) -> Self:
        """Open it; raises KeystoreRefused for a wrong passphrase, a changed file, an older file or an open mode.

        `at_least` is a version that the caller remembers. `restored` accepts an older file on purpose, once: from
        then on its version is the highest seen.
        """
        file = _read(path)
        keystore = cls(path, _cipher(passphrase, file.header.derivation), file.header.derivation)
        keystore._version = file.header.version
        keystore._secrets = keystore._opened(file)
        seen = max(at_least, _seen(path, file.header.version if restored else None))
        if file.header.version < seen:
            raise KeystoreRefused(f"the keystore has version {file.header.version}, but version {seen} was seen before")
        if file.header.version != seen or restored:
            _remember(path, file.header.version)
        return keystore

    @property
    def version(self) -> int:
        """How often it was changed; no secret."""
        return self._version

    def names(self) -> tuple[str, ...]:
        """Return the names of the entries, sorted."""
        return tuple(sorted(self._secrets))

    def get(self, name: str) -> bytes:
        """Return the secret of that name; raises KeystoreRefused when there is none."""
        try:
            return self._secrets[name]
        except KeyError:
            raise KeystoreRefused(f"the keystore has no entry {name!r}") from None

    def find(self, name: str) -> bytes | None:
        """Return the secret of that name, or None."""
        return self._secrets.get(name)

    def put(self, name: str, secret: bytes) -> None:
        """Add or replace one entry; durable when this returns."""
        self.put_all({name: secret})

    def put_all(self, entries: Mapping[str, bytes]) -> None:
        """Add or replace entries, all or none; durable when this returns."""
        if _CHECK in entries:
            raise ValueError("an entry has a name")
        self._change({**self._secrets, **entries})

    def remove(self, *names: str) -> None:
        """Remove entries, all or none; raises KeystoreRefused when one is not there."""
        for name in names:
            self.get(name)
        self._change({name: secret for name, secret in self._secrets.items() if name not in names})

    def _change(self, entries: Mapping[str, bytes]) -> None:
        with _alone(self._path):
            on_disk = _read(self._path).header.version if self._path.exists() else 0
            if on_disk != self._version:
                raise KeystoreRefused("another process changed the keystore: open it again")
            self._write(entries, self._version + 1)
        self._secrets = dict(entries)
        self._version += 1

    def _write(self, entries: Mapping[str, bytes], version: int) -> None:
        header = _Header(version=version, derivation=self._derivation, names=tuple(sorted(entries)))
        digest = _digest(header)
        sealed = {name: self._seal(digest, name, secret) for name, secret in {_CHECK: b"", **entries}.items()}
        # A crash between the two leaves a keystore newer than what was seen, which is no rollback.
        write_atomically(self._path, _File(header=header, entries=sealed).to_json(), mode=_PRIVATE)
        _remember(self._path, version)

    def _seal(self, header: bytes, name: str, secret: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, _bound(header, name))

    def _opened(self, file: _File) -> dict[str, bytes]:
        digest = _digest(file.header)
        opened = {
            name: self._unseal(digest, name, file.entries.get(name, b"")) for name in (_CHECK, *file.header.names)
        }
        if opened.keys() != file.entries.keys():
            raise KeystoreRefused("the keystore holds an entry that its header does not name")
        del opened[_CHECK]
        return opened

    def _unseal(self, header: bytes, name: str, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(header, name))
        except (InvalidTag, ValueError):
            what = f"the entry {name!r} was changed" if name else "wrong passphrase, or the header was changed"
            raise KeystoreRefused(what) from None


def passphrase_from(path: Path) -> bytes:
    """Return the passphrase in a credential file, without the newline at its end.

    Raises KeystoreRefused when it is empty, or when others than its owner may read or write it: a keystore is worth no
    more than what opens it.
    """
    if path.stat().st_mode & _OF_OTHERS:
        raise KeystoreRefused("others may read or write the credential file: its mode must be 0600 or 0400")
    passphrase = path.read_bytes().removesuffix(b"\n")
    if not passphrase:
        raise KeystoreRefused("the credential file is empty")
    return passphrase


def _cipher(passphrase: bytes, derivation: _Derivation) -> AESGCM:
    if not passphrase:
        raise KeystoreRefused("the passphrase is empty")
    argon2 = Argon2id(
        salt=derivation.salt,
        length=_KEY_BYTES,
        iterations=derivation.iterations,
        lanes=derivation.lanes,
        memory_cost=derivation.memory_kib,
    )
    return AESGCM(argon2.derive(passphrase))


def _bound(header: bytes, name: str) -> bytes:
    """Return the associated data of an entry: the digest of the header, and the entry's name."""
    return b"".join(map(lp, (b"hitindex-v1/keystore", header, name.encode("utf-8"))))


def _digest(header: _Header) -> bytes:
    return hashlib.sha256(header.to_json()).digest()


def _read(path: Path) -> _File:
    try:
        status = path.stat()
        content = path.read_bytes()
    except OSError:
        raise KeystoreRefused("the keystore cannot be read") from None
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise KeystoreRefused("others may read or write the keystore: its mode must be 0600")
    try:
        return _File.model_validate(parse(content, FILE))
    except (MalformedJson, ValidationError):
        raise KeystoreRefused("the keystore is not in a form that is known here") from None


def _version_path(path: Path) -> Path:
    return path.with_name(path.name + ".version")


def _seen(path: Path, otherwise: int | None) -> int:
    """Return the highest version seen; `otherwise` when a restored file is accepted whatever was seen."""
    if otherwise is not None:
        return otherwise
    try:
        return int(_version_path(path).read_bytes())
    except (OSError, ValueError):
        raise KeystoreRefused("the version file beside the keystore is missing or unreadable") from None


def _remember(path: Path, version: int) -> None:
    write_atomically(_version_path(path), str(version).encode("ascii"), mode=_PRIVATE)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the same keystore meanwhile."""
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, _PRIVATE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

"""What a release of the policies holds, and the one way in which it is written: canonical bytes, digest, reading back.

A release is one JSON file: the contents, their digest, and the signatures under that digest. Contents are written in
one form only (RFC 8785: members sorted, no space, UTF-8), so that one release has one digest and no byte is idle.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from gateway.core.fingerprint import digest_of
from gateway.core.policy.releases.faults import ReleaseFault, rejected

FORMAT: Final = "seinhuis-policy-release-1"
#: The vocabulary and a card for each of some thirty lanes, each of 64 KiB, with what is told about them.
MOST_BYTES: Final = 4 * 1024 * 1024
MOST_NUMBER: Final = 9_999
NO_RELEASE: Final = ""  # what the first release follows


class Assurance(StrEnum):
    """Who signed: officers who answer for it, or the keys of a demonstration, which protect nobody."""

    OFFICERS = "officers"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A policy file, word for word."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What officers sign. `follows` is the digest of the release before, of which `difference_*` tell what changes.

    `opened` and `closed` count situations; `expected_opened` is what the proposal said before anybody counted.
    `examples` is how many examples of the cards were tried, all of which hold. `mechanisms` are the parts of the house
    that existed then, in order: what is built later opens no lane by itself. A release from before these were named
    was signed for none.
    """

    number: int
    follows: str
    created_on: date
    assurance: Assurance
    title: str
    why: str
    files: tuple[BundledFile, ...]
    difference_nl: str
    difference_en: str
    opened: int
    closed: int
    expected_opened: int
    examples: int
    mechanisms: tuple[str, ...] | None = None

    @property
    def signed_for(self) -> frozenset[str]:
        """The parts of the house that a lane may rely on under this release."""
        return frozenset(self.mechanisms or ())

    @property
    def file_bytes(self) -> Mapping[str, bytes]:
        """The policy files by name, as they were bundled."""
        return {file.name: file.text.encode() for file in self.files}


@dataclass(frozen=True, slots=True)
class ReleaseSignature:
    """An officer's signature as it is written: OIN, name of the key, time in UTC, base64url."""

    officer: str
    key_id: str
    signed_at: str
    signature: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Release:
    """Contents with the signatures under their digest, so far."""

    contents: Contents
    signatures: tuple[ReleaseSignature, ...] = ()

    @property
    def number(self) -> int:
        """Which release it is, from 1."""
        return self.contents.number

    @property
    def digest(self) -> str:
        """The SHA-256 of the contents in their one form, in hex: what officers sign."""
        return digest_of(_canonical(_contents_members(self.contents)))

    @property
    def file_name(self) -> str:
        """What the file of this release is called."""
        return file_name(self.number)

    def with_signature(self, signature: ReleaseSignature) -> "Release":
        """Return it with one more signature."""
        return replace(self, signatures=(*self.signatures, signature))

    def to_bytes(self) -> bytes:
        """Return the file."""
        members = {
            "digest": self.digest,
            "release": _contents_members(self.contents),
            "signatures": [_signature_members(signature) for signature in self.signatures],
        }
        return _canonical(members) + b"\n"


def file_name(number: int) -> str:
    """Name the file of a release."""
    return f"{number:04d}.release.json"


def read_release(content: bytes, parsed: object) -> Release:
    """Return the release that the parsed JSON of a file says; raises ReleaseRejected unless it is in its one form."""
    whole = _Members(parsed, "", ("digest", "release", "signatures"))
    release = Release(
        _contents(_Members(whole.value("release"), "release", _CONTENTS, optional="mechanisms")),
        tuple(
            _signature(_Members(one, f"signatures[{index}]", _SIGNATURE))
            for index, one in enumerate(whole.items("signatures"))
        ),
    )
    if whole.text("digest") != release.digest:
        raise rejected(ReleaseFault.DIGEST_WRONG)
    if release.to_bytes() != content:
        raise rejected(ReleaseFault.MALFORMED, "not in its one form")
    return release


_CONTENTS: Final = (
    *("format", "number", "follows", "createdOn", "assurance", "title", "why", "files"),
    *("difference", "opened", "closed", "expectedOpened", "examples"),
)
_SIGNATURE: Final = ("officer", "keyId", "signedAt", "signature")


def _contents_members(contents: Contents) -> dict[str, object]:
    mechanisms = {} if contents.mechanisms is None else {"mechanisms": list(contents.mechanisms)}
    return mechanisms | {
        "format": FORMAT,
        "number": contents.number,
        "follows": contents.follows,
        "createdOn": contents.created_on.isoformat(),
        "assurance": contents.assurance.value,
        "title": contents.title,
        "why": contents.why,
        "files": [asdict(file) for file in contents.files],
        "difference": {"nl": contents.difference_nl, "en": contents.difference_en},
        "opened": contents.opened,
        "closed": contents.closed,
        "expectedOpened": contents.expected_opened,
        "examples": contents.examples,
    }


def _canonical(members: Mapping[str, object]) -> bytes:
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _contents(members: "_Members") -> Contents:
    if members.text("format") != FORMAT:
        raise rejected(ReleaseFault.MALFORMED, "release.format")
    difference = _Members(members.value("difference"), "release.difference", ("nl", "en"))
    files = (
        _Members(one, f"release.files[{index}]", ("name", "text")) for index, one in enumerate(members.items("files"))
    )
    return Contents(
        number=members.count("number", smallest=1, largest=MOST_NUMBER),
        follows=members.text("follows"),
        created_on=members.day("createdOn"),
        assurance=members.assurance("assurance"),
        title=members.text("title"),
        why=members.text("why"),
        files=tuple(BundledFile(file.text("name"), file.text("text")) for file in files),
        difference_nl=difference.text("nl"),
        difference_en=difference.text("en"),
        opened=members.count("opened"),
        closed=members.count("closed"),
        expected_opened=members.count("expectedOpened"),
        examples=members.count("examples"),
        mechanisms=members.words("mechanisms") if "mechanisms" in members else None,
    )


def _signature_members(signature: ReleaseSignature) -> dict[str, str]:
    said = (signature.officer, signature.key_id, signature.signed_at, signature.signature)
    return dict(zip(_SIGNATURE, said, strict=True))


def _signature(members: "_Members") -> ReleaseSignature:
    return ReleaseSignature(*(members.text(name) for name in _SIGNATURE))


class _Members:
    """One JSON object with exactly these members; each is read as what it must be, or the release is refused."""

    def __init__(self, value: object, place: str, names: tuple[str, ...], *, optional: str = "") -> None:
        self._place = place
        if not isinstance(value, dict) or value.keys() - {optional} != set(names):
            raise rejected(ReleaseFault.MALFORMED, place or "the file")
        self._members: dict[str, Any] = value

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def value(self, name: str) -> object:
        return self._members[name]

    def text(self, name: str) -> str:
        if isinstance(found := self._members[name], str):
            return found
        raise self._malformed(name)

    def items(self, name: str) -> list[object]:
        if isinstance(found := self._members[name], list):
            return found
        raise self._malformed(name)

    def words(self, name: str) -> tuple[str, ...]:
        """Read a list of texts in order, each once."""
        found = [one for one in self.items(name) if isinstance(one, str)]
        if found == self._members[name] == sorted(set(found)):
            return tuple(found)
        raise self._malformed(name)

    def count(self, name: str, *, smallest: int = 0, largest: int = 10**9) -> int:
        found = self._members[name]
        if type(found) is int and smallest <= found <= largest:
            return found
        raise self._malformed(name)

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise self._malformed(name) from None

    def assurance(self, name: str) -> Assurance:
        try:
            return Assurance(self.text(name))
        except ValueError:
            raise self._malformed(name) from None

    def _malformed(self, name: str) -> Exception:
        return rejected(ReleaseFault.MALFORMED, f"{self._place}.{name}" if self._place else name)

"""Decides what a trust list looks like as JSON: a strict shape whose every mistake is named by its place."""

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from keys.group import InvalidElement, decode_element
from keys.labels import MalformedLabel, Oin
from keys.manifest import Assurance, HolderSignature, Manifest
from keys.parties import Algorithm, Party, PartyKey, Role
from keys.strict_json import FILE, MalformedJson, parse
from keys.wire import MOST_HOLDERS, Bytes32, Bytes64, Holder, LabelMessage, Message

#: How many officers sign a release where the list says nothing.
FOUR_EYES: Final = 2
MOST_OFFICERS: Final = 32


class TrustRejected(ValueError):
    """A trust list that may not be used; `problems` names every reason, by place and never by value."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep all reasons."""
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class KeyText(Message):
    """A public key in the file; `key_id` repeats what follows from the JWK, for the people who compare it."""

    key_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    algorithm: Algorithm
    jwk: dict[str, str]
    valid_from_at: AwareDatetime
    valid_until_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None


class PartyText(Message):
    """A party in the file."""

    oin: Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    role: Role
    kind: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_-]{0,39})?$")] = ""
    keys: tuple[KeyText, ...] = ()
    url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s<>]{1,400})?$")] = ""
    holder_index: Holder | None = None
    sealing_key: Bytes32 | None = None
    municipality: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] | None = None
    alias: Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")] | None = None


class SignatureText(Message):
    """A holder's signature on a manifest."""

    holder: Holder
    signature: Bytes64


class ManifestText(Message):
    """A key manifest."""

    label: LabelMessage
    public_key: Bytes32
    holder_public_keys: Annotated[tuple[Bytes32, ...], Field(min_length=1, max_length=MOST_HOLDERS)]
    threshold: Holder
    assurance: Assurance
    signatures: Annotated[tuple[SignatureText, ...], Field(max_length=MOST_HOLDERS)]


class TrustText(Message):
    """The whole file."""

    format: Literal["seinhuis-trust-1"] = "seinhuis-trust-1"
    threshold: Holder
    officers: Annotated[int, Field(strict=True, ge=1, le=MOST_OFFICERS)] = FOUR_EYES
    parties: tuple[PartyText, ...]
    manifests: tuple[ManifestText, ...] = ()


def read(content: bytes) -> tuple[tuple[Party, ...], tuple[Manifest, ...], int, int]:
    """Return the parties, the manifests, and how many holders and officers are enough, of a file.

    Raises TrustRejected with every problem in it.
    """
    try:
        text = TrustText.model_validate(parse(content, FILE))
    except MalformedJson as malformed:
        raise TrustRejected((f"the file: {malformed.reason}",)) from None
    except ValidationError as invalid:
        raise TrustRejected(_named(invalid)) from None
    problems: list[str] = []
    parties = tuple(_party(party, f"parties[{i}]", problems) for i, party in enumerate(text.parties))
    manifests = tuple(
        manifest
        for i, one in enumerate(text.manifests)
        if (manifest := _manifest(one, f"manifests[{i}]", problems)) is not None
    )
    if problems:
        raise TrustRejected(problems)
    return parties, manifests, text.threshold, text.officers


def write(parties: Iterable[Party], manifests: Iterable[Manifest], threshold: int, officers: int = FOUR_EYES) -> bytes:
    """Return the file that `read` reads back."""
    text = TrustText(
        threshold=threshold,
        officers=officers,
        parties=tuple(map(_party_text, parties)),
        manifests=tuple(map(manifest_text, manifests)),
    )
    return text.model_dump_json(by_alias=True, exclude_none=True, indent=2).encode("utf-8") + b"\n"


def _named(invalid: ValidationError) -> tuple[str, ...]:
    """Return place and kind of every mistake; the text of a mistake may hold what stood there, so it stays out."""
    return tuple(
        f"{'.'.join(map(str, error['loc']))}: {error['type'].replace('_', ' ')}"
        for error in invalid.errors(include_url=False, include_context=False, include_input=False)
    )


def _party(text: PartyText, place: str, problems: list[str]) -> Party:
    keys = tuple(
        key for i, one in enumerate(text.keys) if (key := _key(one, f"{place}.keys[{i}]", problems)) is not None
    )
    return Party(
        oin=Oin(text.oin),
        name=text.name,
        role=text.role,
        kind=text.kind,
        keys=keys,
        url=text.url,
        holder_index=text.holder_index,
        sealing_key=text.sealing_key or b"",
        municipality=text.municipality or "",
        alias=text.alias or "",
    )


def _key(text: KeyText, place: str, problems: list[str]) -> PartyKey | None:
    try:
        key = PartyKey(text.algorithm, text.jwk, text.valid_from_at, text.valid_until_at, text.revoked_at)
    except ValueError as invalid:
        problems.append(f"{place}.jwk: {invalid}")
        return None
    if key.key_id != text.key_id:
        problems.append(f"{place}.keyId: not the thumbprint of the key beside it")
    return key


def _manifest(text: ManifestText, place: str, problems: list[str]) -> Manifest | None:
    try:
        manifest = Manifest(
            label=text.label.label(),
            public_key=decode_element(text.public_key),
            holder_public_keys=tuple(map(decode_element, text.holder_public_keys)),
            threshold=text.threshold,
            signatures=tuple(HolderSignature(one.holder, one.signature) for one in text.signatures),
        )
    except (MalformedLabel, InvalidElement) as invalid:
        problems.append(f"{place}: {invalid}")
        return None
    if manifest.assurance is not text.assurance:
        problems.append(f"{place}.assurance: {len(text.holder_public_keys)} holders are {manifest.assurance.value}")
    return manifest


def _party_text(party: Party) -> PartyText:
    keys = tuple(
        KeyText(
            key_id=key.key_id,
            algorithm=key.algorithm,
            jwk=dict(key.jwk),
            valid_from_at=key.valid_from_at,
            valid_until_at=key.valid_until_at,
            revoked_at=key.revoked_at,
        )
        for key in party.keys
    )
    return PartyText(
        oin=party.oin,
        name=party.name,
        role=party.role,
        kind=party.kind,
        keys=keys,
        url=party.url,
        holder_index=party.holder_index,
        sealing_key=party.sealing_key or None,
        municipality=party.municipality or None,
        alias=party.alias or None,
    )


def manifest_text(manifest: Manifest) -> ManifestText:
    """Return a manifest as it is written."""
    return ManifestText(
        label=LabelMessage.of(manifest.label),
        public_key=manifest.public_key,
        holder_public_keys=manifest.holder_public_keys,
        threshold=manifest.threshold,
        assurance=manifest.assurance,
        signatures=tuple(SignatureText(holder=one.holder, signature=one.signature) for one in manifest.signatures),
    )

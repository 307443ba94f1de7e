"""The command with which an officer signs: what it shows is what it signs, and only after the officer says so."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson
from adapters.cli.policies.bundles import (
    INTEGRITY,
    REFUSED,
    Previous,
    ReleaseFile,
    previous_of,
    rejection_told,
    release_at,
)
from adapters.cli.policies.options import InLanguage, chosen
from adapters.cli.policies.output import legible, show_page
from adapters.cli.policies.releasing import summary
from adapters.cli.policies.signer import check_before, checked_officer, refuse_second, trust_at
from adapters.settings import SIGNING_KEY_NAME
from keys.custody import Keystore, KeystoreRefused, passphrase_from
from keys.durable import write_atomically
from keys.signing import SigningKey

if TYPE_CHECKING:
    from gateway.core.policy.releases.release import Release

_TYPED: Final = 8  # characters of the digest: nobody types them over without having had the release before them
_READABLE: Final = 0o644


def sign(
    *,
    path: ReleaseFile,
    keystore: Annotated[Path, typer.Option(help=words("bestand met uw sleutel", "file with your key"))],
    passphrase_file: Annotated[Path, typer.Option(help=words("bestand met de wachtzin", "file with the passphrase"))],
    officer: Annotated[str, typer.Option(metavar="OIN", help=words("uw OIN", "your OIN"))],
    previous: Previous = None,
    trust: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=words(
                "trust-bestand van de regio, om de vorige uitgave na te gaan",
                "region's trust file, to check the release before it",
            ),
        ),
    ] = None,
    yes_i_read: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST",
            help=words("voor scripts: het kenmerk van wat u las", "for scripts: the digest of what you read"),
        ),
    ] = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Show a release, and put a signature under it once the officer confirms by its digest."""
    from gateway.policies.signing import sign_release  # noqa: PLC0415

    known = None if trust is None else trust_at(trust)
    read, before = _read(path, previous, as_json=as_json)
    key = _key(keystore, passphrase_file)
    signer = checked_officer(officer, key, keystore, known)
    refuse_second(read, signer, key, known, as_json=as_json)
    check_before(before, known, as_json=as_json)
    _show(read, language=chosen(language))
    if not _agreed(read, yes_i_read):
        talk.say("Niet getekend; er is niets veranderd.", "Not signed; nothing was changed.")
        raise typer.Exit(REFUSED)
    signed = sign_release(read, signer, key, datetime.now(UTC))
    write_atomically(path, signed.to_bytes(), mode=_READABLE)
    talk.data(summary(signed) | {"file": str(path)}, as_json=as_json)
    talk.next_step(f"seinhuis policy verify {path} --trust {trust or 'trust.json'}")


def _read(path: Path, previous: str | None, *, as_json: bool) -> "tuple[Release, Release | None]":
    """Read the release and the one before it, and recompute what it says of itself: nobody signs what is not so."""
    from gateway.core.policy.releases.releasing import check_contents, check_difference  # noqa: PLC0415

    read = release_at(path, as_json=as_json)
    before = previous_of(read, path, previous, as_json=as_json)
    with rejection_told(INTEGRITY, as_json=as_json):
        check_contents(read.contents)
        check_difference(read.contents, before)
    return read, before


def _key(keystore: Path, passphrase_file: Path) -> SigningKey:
    try:
        opened = Keystore.open(keystore, passphrase_from(passphrase_file))
        return SigningKey.from_seed(opened.get(SIGNING_KEY_NAME))
    except KeystoreRefused as refused:
        raise typer.BadParameter(str(refused), param_hint="--keystore") from None


def _show(read: "Release", *, language: str) -> None:
    """Tell on standard error what the signature will stand under: digest, counts, and the whole difference."""
    told = read.contents
    title, why = legible(told.title), legible(told.why)
    talk.say(f"Uitgave {read.number}: {title}", f"Release {read.number}: {title}")
    talk.say(f"Waarom: {why}", f"Why: {why}")
    if told.assurance.value == "demo":
        talk.say("LET OP: een demonstratie; zij beschermt niemand.", "BEWARE: a demonstration; it protects nobody.")
    talk.say(f"Kenmerk (SHA-256): {read.digest}", f"Digest (SHA-256): {read.digest}")
    talk.say(
        f"{told.opened} geopend (verwacht {told.expected_opened}), {told.closed} gesloten; "
        f"{told.examples} voorbeelden, alle waar.",
        f"{told.opened} opened (expected {told.expected_opened}), {told.closed} closed; "
        f"{told.examples} examples, all true.",
    )
    show_page(told.difference_nl if language == "nl" else told.difference_en, to_talk=True)


def _agreed(read: "Release", digest: str | None) -> bool:
    """Whether the officer names the digest of what was shown."""
    if digest is not None:
        return digest.strip().lower() == read.digest
    asked = words(
        f"Typ de eerste {_TYPED} tekens van het kenmerk om te tekenen, of Enter om niet te tekenen",
        f"Type the first {_TYPED} characters of the digest to sign, or Enter not to sign",
    )
    try:
        typed = str(typer.prompt(asked, default="", show_default=False, err=True))
    except typer.Abort:
        return False
    return typed.strip().lower() == read.digest[:_TYPED]

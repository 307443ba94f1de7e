"""The commands that make a release, and that tell whether enough officers signed it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson
from adapters.cli.policies import cards, faults
from adapters.cli.policies.bundles import INTEGRITY, NONE, REFUSED, Previous, ReleaseFile, previous_of, release_at
from adapters.cli.policies.output import legible
from adapters.cli.policies.signer import trust_at
from adapters.cli.screen import Column, Listing
from keys.trust import TrustList

if TYPE_CHECKING:
    from gateway.core.policy.releases.release import Release

_HERE: Final = ZoneInfo("Europe/Amsterdam")
_SIGNATURES: Final = Listing(
    columns=(
        Column("functionaris", "officer", ("officer",)),
        Column("getekend", "signed", ("signedAt",)),
        Column("", "", ("standing",)),
    ),
    below=Column("", "", ("name",)),
)


def release(
    *,
    folder: Annotated[Path, typer.Argument(metavar="CARDS", help=words("map met kaarten", "folder of cards"))],
    proposal: Annotated[Path, typer.Option(metavar="FILE", help=words("het voorstel (YAML)", "the proposal (YAML)"))],
    previous: Annotated[
        str, typer.Option(metavar="FILE|none", help=words("vorige uitgave, of none", "release before it, or none"))
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help=words("map voor de uitgave", "folder for the release"))],
    as_json: AsJson = False,
) -> None:
    """Bundle cards, words, difference and counts into a release that nobody has signed yet."""
    from gateway.core.policy.releases.faults import ReleaseFault, ReleaseRejected  # noqa: PLC0415
    from gateway.policies.signing import make_release, save_release  # noqa: PLC0415

    before = None if previous == NONE else release_at(Path(previous), as_json=as_json)
    try:
        made = make_release(cards.folder_of(folder), proposal, previous=before, created_on=datetime.now(_HERE).date())
    except ReleaseRejected as rejected:
        if rejected.faults == (ReleaseFault.MALFORMED.value,):
            faults.tell_of_proposal(rejected, as_json=as_json)
            raise typer.Exit(cards.USAGE) from None
        faults.tell(rejected, as_json=as_json)
        if rejected.faults != (ReleaseFault.WIDENING_UNEXPECTED.value,):
            raise typer.Exit(cards.USAGE) from None
        talk.next_step(f"seinhuis policy diff {previous} {folder}")
        raise typer.Exit(REFUSED) from None
    out.mkdir(parents=True, exist_ok=True)
    if (out / made.file_name).exists():
        raise FileExistsError(17, words("is er al", "is there already"), str(out / made.file_name))
    path = save_release(made, out)
    talk.data(summary(made) | {"file": str(path)}, as_json=as_json)
    talk.next_step(f"seinhuis policy sign {path} --keystore FILE --passphrase-file FILE --officer OIN")


def summary(made: "Release") -> dict[str, Any]:
    """Return what is told of a release wherever it is named."""
    contents = made.contents
    return {
        "number": made.number,
        "digest": made.digest,
        "proposal": legible(contents.title),
        "why": legible(contents.why),
        "assurance": contents.assurance.value,
        "opened": contents.opened,
        "closed": contents.closed,
        "examples": contents.examples,
        "signatures": len(made.signatures),
    }


def verify(
    *,
    path: ReleaseFile,
    trust: Annotated[
        Path, typer.Option(metavar="FILE", help=words("trust-bestand van de regio", "region's trust file"))
    ],
    previous: Previous = None,
    as_json: AsJson = False,
) -> None:
    """Tell who signed, whether that is enough, and whether all that the release says of itself is so."""
    from gateway.core.policy.releases.faults import ReleaseRejected  # noqa: PLC0415
    from gateway.policies.signing import officers_needed, standings, verify_release  # noqa: PLC0415

    found, known, now = release_at(path, as_json=as_json), trust_at(trust), datetime.now(UTC)
    signatures = [
        {
            "officer": one.officer,
            "name": _name(one.officer, known),
            "signedAt": one.signed_at,
            "standing": standing.value,
        }
        for one, standing in zip(found.signatures, standings(found, known, now), strict=True)
    ]
    needed = officers_needed(known, demo=False)
    told = {**summary(found), "needed": needed, "signedBy": signatures}
    if as_json:
        talk.data(told, as_json=True)
    else:
        _show(told, signatures)
    before = previous_of(found, path, previous, as_json=as_json)
    try:
        believed = verify_release(found.to_bytes(), known, now, previous=before)
    except ReleaseRejected as rejected:
        faults.tell(rejected, as_json=as_json)
        talk.next_step(f"seinhuis policy sign {path} --keystore FILE --passphrase-file FILE --officer OIN")
        raise typer.Exit(INTEGRITY) from None
    talk.say(*_enough(len(believed.officers), needed))
    talk.next_step("seinhuis policy export --format register")


def _show(told: dict[str, Any], signatures: list[dict[str, str]]) -> None:
    talk.data({name: value for name, value in told.items() if name not in {"signedBy", "signatures"}}, as_json=False)
    shown = [one | {"standing": faults.standing(one["standing"])} for one in signatures]
    talk.data(shown, as_json=False, listing=_SIGNATURES)


def _enough(found: int, needed: int) -> tuple[str, str]:
    return (
        f"In orde: {found} functionarissen tekenden, {needed} is genoeg. Deze uitgave mag gelden.",
        f"All is well: {found} officers signed, {needed} is enough. This release may take effect.",
    )


def _name(oin: str, trust: TrustList) -> str:
    return next((party.name for party in trust.parties if party.oin == oin), "")

"""Decides whether an officer may sign as who it says it is: one mistyped digit and nobody can use the release."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.policies import faults
from adapters.cli.policies.bundles import INTEGRITY, REFUSED, rejection_told
from adapters.cli.policies.officers import REQUEST
from keys.parties import Oin, Party, PartyKey, Role
from keys.signing import SigningKey
from keys.statements import Standing
from keys.trust import TrustList, TrustRejected

if TYPE_CHECKING:
    from gateway.core.policy.releases.release import Release

_OIN: Final = re.compile(r"[0-9]{20}")
_ALWAYS: Final = datetime(2000, 1, 1, tzinfo=UTC)


def trust_at(path: Path) -> TrustList:
    """Read the region's trust file."""
    try:
        return TrustList.load(path)
    except TrustRejected as rejected:
        raise typer.BadParameter("; ".join(rejected.problems), param_hint="--trust") from None


def checked_officer(given: str, key: SigningKey, keystore: Path, trust: TrustList | None) -> Oin:
    """Return the OIN under which this key signs: as the officer's own request says, or the region's trust list."""
    if not _OIN.fullmatch(given):
        _no(words("een OIN is twintig cijfers", "an OIN is twenty digits"))
    request = keystore.with_name(REQUEST)
    asked = TrustList.load(request) if request.is_file() else None
    if trust is None and asked is None:
        _no(
            words(
                f"niet te controleren: geef --trust, of leg {REQUEST} naast uw sleutel",
                f"cannot be checked: give --trust, or put {REQUEST} beside your key",
            )
        )
    for known, name in ((asked, str(request)), (trust, "--trust")):
        if known is not None and not _names(known, Oin(given), key):
            _no(
                words(
                    f"hoort volgens {name} niet bij deze sleutel; kijk het nummer na",
                    f"does not belong to this key, says {name}; check the number",
                )
            )
    return Oin(given)


def _names(known: TrustList, oin: Oin, key: SigningKey) -> bool:
    parties = (party for party in known.parties if party.oin == oin and party.role is Role.OFFICER)
    return any(own.key_id == key.key_id for party in parties for own in party.keys)


def _no(message: str) -> NoReturn:
    raise typer.BadParameter(message, param_hint="--officer")


def refuse_second(read: "Release", officer: Oin, key: SigningKey, trust: TrustList | None, *, as_json: bool) -> None:
    """Stop when this key signed already, or when a signature is there that nobody gave: more would not mend it."""
    from gateway.core.policy.releases.faults import ReleaseFault, rejected  # noqa: PLC0415
    from gateway.policies.signing import standings  # noqa: PLC0415

    own = TrustList((Party(officer, "", Role.OFFICER, keys=(PartyKey.of(key, valid_from_at=_ALWAYS),)),))
    found = standings(read, own, datetime.now(UTC))
    weighed = found if trust is None else (*found, *standings(read, trust, datetime.now(UTC)))
    if Standing.FORGED in weighed:
        faults.tell(rejected(ReleaseFault.SIGNATURE_FORGED), as_json=as_json)
        raise typer.Exit(INTEGRITY)
    if Standing.COUNTS in found:
        talk.say(
            "U tekende deze uitgave al; een tweede handtekening van u telt niet. Laat een ander tekenen.",
            "You signed this release already; a second signature of yours does not count. Have another one sign.",
        )
        raise typer.Exit(REFUSED)


def check_before(before: "Release | None", trust: TrustList | None, *, as_json: bool) -> None:
    """Count the signatures of the release that all is compared with, or say aloud that nobody did."""
    from gateway.policies.signing import counting_officers  # noqa: PLC0415

    if before is None:
        return
    number = before.number
    if trust is None:
        talk.say(
            f"LET OP: wie de vorige uitgave ({number}) tekende, is niet nagegaan. Wat hieronder verandert, klopt "
            "alleen als zij echt geldt. Met --trust wordt het nagegaan.",
            f"BEWARE: nobody checked who signed the release before it ({number}). What changes below is right only if "
            "that one is really in force. With --trust it is checked.",
        )
        return
    with rejection_told(INTEGRITY, as_json=as_json):
        counting_officers(before, trust, datetime.now(UTC))
    talk.say(
        f"De vorige uitgave ({number}) is door genoeg functionarissen getekend.",
        f"The release before it ({number}) was signed by enough officers.",
    )

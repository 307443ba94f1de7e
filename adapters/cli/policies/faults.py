"""Holds what is wrong with a release in plain words, with what to do about it, and what each signature is worth."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.policies.output import legible

if TYPE_CHECKING:
    from gateway.core.policy.releases.faults import Reason, ReleaseRejected

_FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "unreadable": (
        "Het bestand is geen uitgave die te lezen is. Haal het opnieuw op bij wie het maakte.",
        "The file is no release that can be read. Get it again from whoever made it.",
    ),
    "malformed": (
        "Het bestand heeft niet de vorm die het moet hebben. Wijzig een uitgave nooit met de hand; maak een nieuwe.",
        "The file has not the form that it must have. Never change a release by hand; make a new one.",
    ),
    "misnamed": (
        "De naam van het bestand hoort bij een ander nummer. Geef het zijn eigen naam terug.",
        "The name of the file is that of another number. Give it its own name back.",
    ),
    "digest_wrong": (
        "De inhoud is veranderd nadat de uitgave werd gemaakt. Vertrouw haar niet; vraag het origineel.",
        "The contents were changed after the release was made. Do not trust it; ask for the original.",
    ),
    "signature_forged": (
        "Een handtekening past niet bij deze inhoud. Vertrouw de uitgave niet, en meld het.",
        "A signature does not fit these contents. Do not trust the release, and report it.",
    ),
    "too_few_signatures": (
        "Er zijn te weinig geldige handtekeningen. Laat nog een functionaris lezen en tekenen.",
        "There are too few valid signatures. Have another officer read and sign.",
    ),
    "cards_rejected": (
        "Een kaart klopt niet. Zie `seinhuis policy lint`.",
        "A card is not sound. See `seinhuis policy lint`.",
    ),
    "tests_differ": (
        "Het aantal voorbeelden is niet wat de uitgave zegt. Vertrouw haar niet; maak een nieuwe.",
        "The number of examples is not what the release says. Do not trust it; make a new one.",
    ),
    "version_not_raised": (
        "Een kaart is gewijzigd en haar `versie` niet. Verhoog `versie` op die kaart.",
        "A card was changed and its `versie` was not. Raise `versie` on that card.",
    ),
    "difference_differs": (
        "Wat de uitgave zegt dat er verandert, is niet wat er verandert. Teken niet; maak een nieuwe.",
        "What the release says to change is not what changes. Do not sign; make a new one.",
    ),
    "widening_unexpected": (
        "Er gaat meer of minder open dan het voorstel zegt. Verander de kaart, of zeg het in `verwachte-verruiming`.",
        "More or less opens than the proposal says. Change the card, or say so in `verwachte-verruiming`.",
    ),
    "follows_another": (
        "De uitgave volgt op een andere dan de vorige die u noemde. Noem de juiste met --previous.",
        "The release follows another than the previous one you named. Name the right one with --previous.",
    ),
    "older": (
        "De uitgave is ouder dan wat al geldt. Maak een nieuwe die erop volgt.",
        "The release is older than what is in force. Make a new one that follows it.",
    ),
    "number_taken": (
        "Er is al een andere uitgave met dit nummer. Maak een nieuwe die erop volgt.",
        "There is another release with this number already. Make a new one that follows it.",
    ),
    "demo_not_allowed": (
        "Dit is een uitgave van een demonstratie; zij beschermt niemand en geldt hier niet.",
        "This is a release of a demonstration; it protects nobody and does not count here.",
    ),
}

_COUNTS: Final = (
    (re.compile(r"(\d+) situations opened, (\d+) expected"), "geopend: {}; het voorstel zegt {}"),
    (re.compile(r"(\d+) of (\d+) officers .*"), "{} van de {} functionarissen die nodig zijn"),
    (re.compile(r"(\d+) opened, (\d+) closed"), "{} geopend, {} gesloten"),
    (re.compile(r"(\d+), not (\d+)"), "{}, niet {}"),
)
_STANDINGS: Final[Mapping[str, tuple[str, str]]] = {
    "counts": ("telt", "counts"),
    "forged": ("VALS: past niet bij deze inhoud", "FORGED: does not fit these contents"),
    "key_unknown": ("telt niet: sleutel staat niet in het trust-bestand", "does not count: key not in the trust file"),
    "other_role": ("telt niet: geen functionaris", "does not count: no officer"),
    "time_wrong": ("telt niet: getekend in de toekomst", "does not count: signed in the future"),
    "key_not_valid": ("telt niet: sleutel verlopen of ingetrokken", "does not count: key expired or revoked"),
}


def standing(code: str) -> str:
    """Say what a signature is worth."""
    return words(*_STANDINGS.get(code, (code, code)))


def tell(rejected: "ReleaseRejected", *, as_json: bool) -> None:
    """Say why a release is refused: each fault once, with the places under it."""
    talk.mistakes(list(_lines(rejected.reasons)), as_json=as_json)


def tell_of_proposal(rejected: "ReleaseRejected", *, as_json: bool) -> None:
    """Say what is wrong with a proposal, which is written by hand and mended by hand."""
    first = words("Het voorstel is niet goed. Verbeter dit:", "The proposal is not right. Mend this:")
    talk.mistakes([first, *(f"  {_detail(reason)}" for reason in rejected.reasons)], as_json=as_json)


def _lines(reasons: "Iterable[Reason]") -> Iterator[str]:
    said = set()
    for reason in reasons:
        if reason.fault not in said:
            yield words(*_FAULTS.get(reason.fault.value, (reason.fault.value, reason.fault.value)))
            said.add(reason.fault)
        if reason.detail:
            yield f"  {_detail(reason)}"


def _detail(reason: "Reason") -> str:
    """Say counts in the language of the locale; everything else is a place, or already told to those who sign."""
    for form, dutch in _COUNTS:
        if counts := form.fullmatch(reason.detail):
            return words(dutch.format(*counts.groups()), reason.detail)
    return legible(reason.detail)

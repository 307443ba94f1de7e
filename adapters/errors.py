"""Decides which exception a caller meets: one class per family of the catalogue, and the problems that arise here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from gateway.protocol.problems import PROBLEMS, Problem

Fact = str | int | float | bool | tuple[str, ...]

# What can go wrong before a call reaches the gateway, or with what comes back. Status 0: no HTTP answer says this.
LOCAL_PROBLEMS: Final[Mapping[str, Problem]] = MappingProxyType(
    {
        problem.code: problem
        for problem in (
            Problem(
                "upstream-gateway-unreachable",
                0,
                "Het knooppunt is niet bereikbaar.",
                "The gateway cannot be reached.",
                "Controleer de verbinding (`seinhuis doctor`) en probeer het opnieuw; het gebeurt nooit twee keer.",
                "Check the connection (`seinhuis doctor`) and try again; it is never done twice.",
            ),
            Problem(
                "upstream-holders-unreachable",
                0,
                "Er zijn te weinig sleutelhouders bereikbaar.",
                "Too few key holders can be reached.",
                "Probeer het later opnieuw; `holders` noemt wie er niet antwoordde.",
                "Try again later; `holders` names those that did not answer.",
            ),
            Problem(
                "integrity-answer",
                0,
                "Het antwoord is niet aantoonbaar van het knooppunt.",
                "The answer is not provably the gateway's.",
                "Vertrouw het niet. Vergelijk het trust-bestand met de regio en meld het voorval.",
                "Do not trust it. Compare the trust file with the region and report the incident.",
            ),
            Problem(
                "integrity-holder",
                0,
                "Een sleutelhouder gaf een antwoord dat niet bij zijn sleutel past.",
                "A key holder's answer does not fit its pinned key.",
                "Er is niets gebruikt van dit antwoord. Meld het de regio; `holders` noemt de sleutelhouder.",
                "Nothing of that answer was used. Report it to the region; `holders` names the key holder.",
            ),
            Problem(
                "integrity-gateway",
                0,
                "Het trust-bestand zegt niet wie op dit adres het knooppunt is.",
                "The trust file does not say who the gateway at this address is.",
                "Vraag de regio om het trust-bestand waarin het knooppunt met zijn sleutel staat.",
                "Ask the region for the trust file that holds the gateway and its key.",
            ),
            Problem(
                "integrity-manifest",
                0,
                "Er staat geen sleutelmanifest voor deze stroom in het trust-bestand.",
                "The trust file has no key manifest for this lane.",
                "`lanes` noemt de uwe. Vraag de regio om een trust-bestand met uw organisatie in deze stroom.",
                "`lanes` names yours. Ask the region for a trust file in which your agency is onboarded for this lane.",
            ),
        )
    }
)

CATALOGUE: Final[Mapping[str, Problem]] = MappingProxyType({**PROBLEMS, **LOCAL_PROBLEMS})
"""Every problem a caller can meet, by code."""


def in_words(fact: Fact) -> str:
    """Return a fact as people read it."""
    return " | ".join(fact) if isinstance(fact, tuple) else str(fact)


class SeinhuisError(Exception):
    """A problem, by its stable code; `facts` never hold a person number, a token or a key."""

    exit_code: ClassVar[int] = 3

    def __init__(
        self, code: str, *, facts: Mapping[str, Fact] | None = None, detail: str = "", correlation_id: str = ""
    ) -> None:
        """Raise a problem of the catalogue, or one of a newer gateway that this client does not know by name."""
        self.code = code
        self.facts: Mapping[str, Fact] = MappingProxyType(dict(facts or {}))
        self.detail = detail
        self.correlation_id = correlation_id
        super().__init__(code)

    def __str__(self) -> str:
        """Say what is wrong, with the facts, and what mends it."""
        facts = ", ".join(f"{name}={in_words(value)}" for name, value in self.facts.items())
        return " ".join(part for part in (f"{self.code}:", self.title(), facts and f"({facts})", self.fix()) if part)

    def title(self, language: str = "en") -> str:
        """Return what is wrong, in "nl" or "en"."""
        known = CATALOGUE.get(self.code)
        return known.title(language) if known else self.detail

    def fix(self, language: str = "en") -> str:
        """Return what mends it, in "nl" or "en"; empty for a code of a newer gateway."""
        known = CATALOGUE.get(self.code)
        return known.fix(language) if known else ""


class SignatureRefused(SeinhuisError):
    """The gateway does not take the signature: unknown or expired key, a clock that is off (`facts["seconds"]`)."""


class RequestRefused(SeinhuisError):
    """The call itself is wrong."""


class PolicyRefused(SeinhuisError):
    """The lane's policy does not admit this; nothing was looked up.

    `facts` say, as far as the card does: `rule`, `legalBasis` (name, law and article of each), `why`, and in `allowed`
    what would be admitted instead, in code names.
    """


class StateRefused(SeinhuisError):
    """Things no longer, or not yet, stand as the call supposes."""


class NotFound(StateRefused):
    """There is no such registration or match of this agency."""

    exit_code = 4


class TryAgainLater(SeinhuisError):
    """Not now. The same call with the same idempotency key is safe to repeat."""

    exit_code = 5


class IntegrityError(SeinhuisError):
    """An answer that is not from whom it should be from: a holder's proof or the gateway's signature does not fit."""

    exit_code = 6


_FAMILIES: Final[Mapping[str, type[SeinhuisError]]] = MappingProxyType(
    {
        "signature": SignatureRefused,
        "request": RequestRefused,
        "policy": PolicyRefused,
        "state": StateRefused,
        "limit": TryAgainLater,
        "upstream": TryAgainLater,
        "integrity": IntegrityError,
    }
)


def problem_named(
    code: str, *, facts: Mapping[str, Fact] | None = None, detail: str = "", correlation_id: str = ""
) -> SeinhuisError:
    """Return the exception of a code; of an unknown family, the common base."""
    kind = NotFound if code == "state-not-found" else _FAMILIES.get(code.partition("-")[0], SeinhuisError)
    return kind(code, facts=facts, detail=detail, correlation_id=correlation_id)

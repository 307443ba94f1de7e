"""Holds every problem that an agency can meet: the gateway's, its own side's, and those only a key holder has."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.errors import CATALOGUE
from gateway.protocol.problems import Problem
from keys.holder.refusals import Refusal

_FIXES: Final = {
    "request-too-slow": (
        "Stuur de aanroep binnen tien seconden; controleer de verbinding.",
        "Send the call within ten seconds; check the connection.",
    ),
    "request-element-invalid": (
        "Blindeer opnieuw (RFC 9497, ristretto255) en stuur elk element ongewijzigd.",
        "Blind anew (RFC 9497, ristretto255) and send each element unchanged.",
    ),
    "policy-caller-not-admitted": (
        "Tokens zijn voor organisaties, sleutels en factoren voor het knooppunt.",
        "Tokens are for agencies, keys and factors for the gateway.",
    ),
    "policy-label-other-agency": (
        "Gebruik het label van uw eigen organisatie.",
        "Use the label of your own agency.",
    ),
    "policy-ratio-refused": (
        "Vraag alleen de factor van een organisatie naar de index van haar stroom.",
        "Ask only for the factor from an agency to the index of its lane.",
    ),
    "state-label-unknown": (
        "Vraag de beheerder van de regio om uw organisatie aan te sluiten (`seinhuis gateway onboard`).",
        "Ask the region's operator to onboard your agency (`seinhuis gateway onboard`).",
    ),
    "state-label-erased": (
        "Een vernietigde sleutel komt niet terug. Neem voor dezelfde organisatie een volgend tijdperk in gebruik.",
        "An erased key does not come back. Bring the next epoch of the same agency into use.",
    ),
    "state-salts-differ": (
        "Meld het de sleutelhouders: iemand stuurde andere zouten dan eerder.",
        "Tell the key holders: somebody sent other salts than before.",
    ),
    "state-holders-disagree": (
        "Gebruik de sleutel niet. Meld het de regio: een van de houders liegt of is hersteld uit een oude kopie.",
        "Do not use the key. Tell the region: a holder lies, or was restored from an old copy.",
    ),
    "limit-quota-exhausted": (
        "Wacht tot er 24 uur voorbij zijn, of vraag de sleutelhouders om een ander quotum en zeg waarom.",
        "Wait until 24 hours have passed, or ask the key holders for another quota and say why.",
    ),
    "upstream-log-unavailable": (
        "Probeer het later opnieuw; andere sleutelhouders kunnen intussen antwoorden.",
        "Try again later; other key holders can answer meanwhile.",
    ),
}

EVERY_PROBLEM: Final[Mapping[str, Problem]] = MappingProxyType(
    {
        **CATALOGUE,
        **{
            code: Problem(code, refusal.value.status, refusal.value.title_nl, refusal.value.title_en, *_FIXES[code])
            for refusal in Refusal
            if (code := refusal.value.code) not in CATALOGUE
        },
    }
)
"""By code; where gateway and holder use one code it means the same."""

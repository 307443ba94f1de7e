"""The closed list of reasons for which a key holder refuses a call, each with its problem in Dutch and English."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from keys.faults import SignatureFault


class Problem(NamedTuple):
    """One kind of problem (RFC 9457): the same codes as at the gateway where they mean the same."""

    code: str
    status: int
    title_nl: str
    title_en: str


class Refusal(Enum):
    """One reason."""

    SIGNATURE_MISSING = Problem("signature-missing", 401, "De aanroep is niet ondertekend.", "The call is not signed.")
    SIGNATURE_MALFORMED = Problem(
        "signature-malformed", 401, "De handtekening is niet te lezen.", "The signature cannot be read."
    )
    SIGNATURE_INCOMPLETE = Problem(
        "signature-incomplete",
        401,
        "De handtekening dekt niet alles wat zij moet dekken.",
        "The signature does not cover all that it must.",
    )
    SIGNATURE_INVALID = Problem(
        "signature-invalid", 401, "De handtekening klopt niet.", "The signature does not verify."
    )
    SIGNATURE_CLOCK = Problem(
        "signature-clock", 401, "De klok van de afzender loopt niet gelijk.", "The sender's clock is off."
    )
    SIGNATURE_REPLAYED = Problem(
        "signature-replayed",
        401,
        "Deze ondertekende aanroep is al eens ontvangen.",
        "This signed call was received before.",
    )
    KEY_UNKNOWN = Problem(
        "signature-key-unknown",
        401,
        "De sleutel staat niet op de vertrouwenslijst.",
        "The key is not on the trust list.",
    )
    KEY_EXPIRED = Problem(
        "signature-key-expired", 401, "De sleutel is niet (meer) geldig.", "The key is not valid at this time."
    )
    KEY_REVOKED = Problem("signature-key-revoked", 401, "De sleutel is ingetrokken.", "The key was revoked.")
    DIGEST_WRONG = Problem(
        "signature-digest-wrong",
        401,
        "De inhoud past niet bij de ondertekende digest.",
        "The content does not fit the signed digest.",
    )
    TOO_LARGE = Problem("request-too-large", 413, "De aanroep is te groot.", "The call is too large.")
    TOO_SLOW = Problem("request-too-slow", 408, "De aanroep kwam te langzaam.", "The call came too slowly.")
    MALFORMED = Problem("request-malformed", 400, "De aanroep is geen geldige JSON.", "The call is not valid JSON.")
    TOO_DEEP = Problem(
        "request-too-deep",
        400,
        "De aanroep is te diep genest of heeft te veel sleutels.",
        "The call is nested too deeply or has too many keys.",
    )
    MEMBER_INVALID = Problem(
        "request-member-invalid",
        400,
        "Een gegeven ontbreekt, is onbekend of heeft niet de goede vorm.",
        "A member is missing, unknown or has not the right form.",
    )
    ELEMENT_INVALID = Problem(
        "request-element-invalid",
        400,
        "Een van de elementen is geen element van de groep.",
        "One of the elements is no element of the group.",
    )
    CONTENT_TYPE = Problem(
        "request-content-type",
        415,
        "De inhoud heeft een soort die hier niet past.",
        "The content is of a type that does not fit here.",
    )
    METHOD_NOT_ALLOWED = Problem(
        "request-method-not-allowed",
        405,
        "Deze methode past niet bij dit adres.",
        "This method does not fit this address.",
    )
    CALLER_NOT_ADMITTED = Problem(
        "policy-caller-not-admitted",
        403,
        "Deze aanroep is niet aan uw soort organisatie.",
        "This call is not for a party of your role.",
    )
    LABEL_OTHER_AGENCY = Problem(
        "policy-label-other-agency",
        403,
        "Dit label is van een andere organisatie.",
        "This label is another agency's.",
    )
    RATIO_REFUSED = Problem(
        "policy-ratio-refused",
        403,
        "Alleen de verhouding van een sleutel van een organisatie tot de indexsleutel van haar stroom wordt geopend.",
        "Only the ratio of an agency's key to the index key of its lane is opened.",
    )
    NOT_FOUND = Problem("state-not-found", 404, "Dit bestaat hier niet.", "This does not exist here.")
    LABEL_UNKNOWN = Problem(
        "state-label-unknown",
        404,
        "Voor dit label is hier geen sleutel gemaakt.",
        "No key was made here for this label.",
    )
    LABEL_ERASED = Problem(
        "state-label-erased",
        409,
        "De sleutel van dit label is hier vernietigd en wordt niet opnieuw gemaakt; gebruik een volgend tijdperk.",
        "The key of this label was erased here and is not made again; use the next epoch.",
    )
    SALTS_DIFFER = Problem(
        "state-salts-differ",
        409,
        "De zouten ontbreken, zijn niet van de houder die ze kiest, of zijn andere dan eerder.",
        "The salts are missing, not by the holder that chooses them, or others than before.",
    )
    HOLDERS_DISAGREE = Problem(
        "state-holders-disagree",
        409,
        "De sleutelhouders publiceren niet dezelfde sleutel; `holders` noemt wie afwijkt.",
        "The key holders do not publish one key; `holders` names who differs.",
    )
    QUOTA_EXHAUSTED = Problem(
        "limit-quota-exhausted",
        429,
        "Het quotum van uw organisatie bij deze sleutelhouder is op.",
        "Your agency's quota at this key holder is used up.",
    )
    LOG_UNAVAILABLE = Problem(
        "upstream-log-unavailable",
        503,
        "Het logboek kan niet geschreven worden, en zonder logboek gebeurt hier niets.",
        "The log cannot be written, and nothing happens here without it.",
    )
    INTERNAL = Problem("upstream-internal", 500, "Er ging hier iets mis.", "Something went wrong here.")


OF_FAULT: Mapping[SignatureFault, Refusal] = MappingProxyType(
    {
        SignatureFault.MISSING: Refusal.SIGNATURE_MISSING,
        SignatureFault.MALFORMED: Refusal.SIGNATURE_MALFORMED,
        SignatureFault.INCOMPLETE: Refusal.SIGNATURE_INCOMPLETE,
        SignatureFault.INVALID: Refusal.SIGNATURE_INVALID,
        SignatureFault.CLOCK: Refusal.SIGNATURE_CLOCK,
        SignatureFault.KEY_UNKNOWN: Refusal.KEY_UNKNOWN,
        SignatureFault.KEY_EXPIRED: Refusal.KEY_EXPIRED,
        SignatureFault.KEY_REVOKED: Refusal.KEY_REVOKED,
        SignatureFault.DIGEST_WRONG: Refusal.DIGEST_WRONG,
    }
)


class Refused(Exception):
    """A refusal on its way to the caller, with facts that help it and never a value that was sent."""

    def __init__(self, refusal: Refusal, /, **facts: str | int) -> None:
        """Refuse for one reason."""
        super().__init__(refusal.value.code)
        self.refusal = refusal
        self.facts: Mapping[str, str | int] = MappingProxyType(facts)

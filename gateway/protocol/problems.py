"""The catalogue of problems: every way in which the gateway refuses a call, with what mends it, in Dutch and English.

One source for the answers of the API, the pages under `/v1/problems`, the OpenAPI document and the exceptions of the
client. A code never changes its meaning; its family (the word before the first dash) says who can mend it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem (RFC 9457): a stable code, its HTTP status, a title and what mends it in two languages."""

    code: str
    status: int
    title_nl: str
    title_en: str
    fix_nl: str
    fix_en: str

    @property
    def family(self) -> str:
        """Return the word before the first dash: signature, request, policy, state, limit or upstream."""
        return self.code.partition("-")[0]

    def title(self, language: str) -> str:
        """Return the title in a language, "nl" or "en"."""
        return self.title_en if language == "en" else self.title_nl

    def fix(self, language: str) -> str:
        """Return what mends it in a language, "nl" or "en"."""
        return self.fix_en if language == "en" else self.fix_nl


FAMILIES: Final = ("signature", "request", "policy", "state", "limit", "upstream")

_SIGNATURE: Final = (
    Problem(
        "signature-missing",
        401,
        "De aanroep is niet ondertekend.",
        "The call is not signed.",
        "Onderteken elke aanroep (RFC 9421) met de sleutel van uw organisatie.",
        "Sign every call (RFC 9421) with your agency's key.",
    ),
    Problem(
        "signature-malformed",
        401,
        "De handtekening is niet te lezen.",
        "The signature cannot be read.",
        "Stuur één Signature-Input en één Signature met het label sig1, zoals docs/protocol beschrijft.",
        "Send one Signature-Input and one Signature with the label sig1, as docs/protocol describes.",
    ),
    Problem(
        "signature-incomplete",
        401,
        "De handtekening dekt niet alles wat zij moet dekken.",
        "The signature does not cover all that it must.",
        "Dek methode, adres, de inhoud met haar digest en alle kopregels van het protocol.",
        "Cover the method, the address, the content with its digest and every header of the protocol.",
    ),
    Problem(
        "signature-invalid",
        401,
        "De handtekening klopt niet.",
        "The signature does not verify.",
        "Controleer of niets tussen ondertekenen en ontvangen is veranderd, ook het adres niet.",
        "Check that nothing changed between signing and receiving, the address included.",
    ),
    Problem(
        "signature-clock",
        401,
        "De klok van de afzender loopt niet gelijk.",
        "The sender's clock is off.",
        "Zet de klok gelijk (NTP) en onderteken opnieuw; `seconds` zegt hoeveel hij afwijkt.",
        "Set the clock (NTP) and sign again; `seconds` says by how much it is off.",
    ),
    Problem(
        "signature-replayed",
        401,
        "Deze ondertekende aanroep is al eens ontvangen.",
        "This signed call was received before.",
        "Onderteken bij elke poging opnieuw met een nieuwe nonce; houd de Idempotency-Key gelijk.",
        "Sign each attempt anew with a fresh nonce; keep the Idempotency-Key.",
    ),
    Problem(
        "signature-key-unknown",
        401,
        "De sleutel staat niet op de vertrouwenslijst.",
        "The key is not on the trust list.",
        "Vraag de beheerder van de regio de sleutel van uw organisatie op te nemen.",
        "Ask the region's operator to list your agency's key.",
    ),
    Problem(
        "signature-key-expired",
        401,
        "De sleutel is niet (meer) geldig.",
        "The key is not valid at this time.",
        "Onderteken met de sleutel die nu geldt.",
        "Sign with the key that is valid now.",
    ),
    Problem(
        "signature-key-revoked",
        401,
        "De sleutel is ingetrokken.",
        "The key was revoked.",
        "Neem contact op met de beheerder van de regio; gebruik deze sleutel nergens meer.",
        "Contact the region's operator; do not use this key anywhere.",
    ),
    Problem(
        "signature-digest-wrong",
        401,
        "De inhoud past niet bij de ondertekende digest.",
        "The content does not fit the signed digest.",
        "Bereken Content-Digest (RFC 9530, sha-256) over precies de verstuurde bytes.",
        "Compute Content-Digest (RFC 9530, sha-256) over exactly the bytes that are sent.",
    ),
)

_REQUEST: Final = (
    Problem(
        "request-too-large",
        413,
        "De aanroep is te groot.",
        "The call is too large.",
        "Stuur hooguit 64 KB per aanroep, of een reeks regels naar /registration-batches.",
        "Send at most 64 KB a call, or lines to /registration-batches.",
    ),
    Problem(
        "request-malformed",
        400,
        "De aanroep is geen geldige JSON.",
        "The call is not valid JSON.",
        "Stuur één JSON-object in UTF-8 (NFC), zonder dubbele sleutels, NaN of losse surrogaten.",
        "Send one JSON object in UTF-8 (NFC) without duplicate keys, NaN or lone surrogates.",
    ),
    Problem(
        "request-too-deep",
        400,
        "De aanroep is te diep genest of heeft te veel sleutels.",
        "The call is nested too deeply or has too many keys.",
        "Nest hooguit 8 diep en gebruik hooguit 64 sleutels.",
        "Nest at most 8 deep and use at most 64 keys.",
    ),
    Problem(
        "request-member-invalid",
        400,
        "Een gegeven ontbreekt, is onbekend of heeft niet de goede vorm.",
        "A member is missing, unknown or has not the right form.",
        "`member` noemt het gegeven; vergelijk het met het OpenAPI-document.",
        "`member` names it; compare it with the OpenAPI document.",
    ),
    Problem(
        "request-person-number",
        400,
        "Een gegeven lijkt op een burgerservicenummer.",
        "A member looks like a person number.",
        "Stuur nooit een BSN; ook niet in een eigen kenmerk. Er is niets van bewaard.",
        "Never send a BSN, not in a reference of your own either. Nothing of it was kept.",
    ),
    Problem(
        "request-header-missing",
        400,
        "Een verplichte kopregel ontbreekt of heeft niet de goede vorm.",
        "A required header is missing or has not the right form.",
        "`header` noemt de kopregel; zet hem en dek hem met de handtekening.",
        "`header` names it; set it and cover it with the signature.",
    ),
    Problem(
        "request-purpose-differs",
        400,
        "Het doel in de kopregel is niet dat van de inhoud of van de eigen registratie.",
        "The purpose in the header is not that of the content or of your own registration.",
        "Noem het doel waarvoor is geregistreerd.",
        "Name the purpose of the registration.",
    ),
    Problem(
        "request-content-type",
        415,
        "De inhoud heeft een soort die hier niet past.",
        "The content is of a type that does not fit here.",
        "Gebruik application/json, of application/x-ndjson voor /registration-batches.",
        "Use application/json, or application/x-ndjson for /registration-batches.",
    ),
    Problem(
        "request-idempotency-key-missing",
        400,
        "De Idempotency-Key ontbreekt of heeft niet de goede vorm.",
        "The Idempotency-Key is missing or has not the right form.",
        "Geef bij elke wijziging een eigen sleutel van 16 tot 64 tekens uit A-Z, a-z, 0-9, - en _.",
        "Give every change a key of its own, 16 to 64 characters of A-Z, a-z, 0-9, - and _.",
    ),
    Problem(
        "request-too-many-rows",
        413,
        "De reeks heeft te veel regels, of een regel is te lang.",
        "The batch has too many lines, or a line is too long.",
        "Stuur hooguit 10.000 regels van elk hooguit 2 KB.",
        "Send at most 10,000 lines of at most 2 KB each.",
    ),
    Problem(
        "request-address-not-allowed",
        400,
        "Dit adres mag geen webhook zijn.",
        "This address may not be a webhook.",
        "Geef een https-adres dat naar openbare adressen verwijst.",
        "Give an https address that resolves to public addresses.",
    ),
    Problem(
        "request-method-not-allowed",
        405,
        "Deze methode past niet bij dit adres.",
        "This method does not fit this address.",
        "De kopregel Allow noemt de methoden die wel passen.",
        "The Allow header names the methods that fit.",
    ),
    Problem(
        "request-outcome-needs-reason",
        400,
        "Zonder contact is een reden nodig.",
        "Without contact a reason is needed.",
        "Stuur `reason` mee bij de uitkomst `none`.",
        "Send `reason` with the outcome `none`.",
    ),
    Problem(
        "request-token-key-unknown",
        400,
        "Het pseudoniem is met een onbekende of vervallen sleutel gemaakt.",
        "The token was made with a key that is unknown or has lapsed.",
        "Haal de vertrouwenslijst opnieuw op en maak het pseudoniem opnieuw.",
        "Fetch the trust list again and make the token anew.",
    ),
    Problem(
        "request-token-other-agency",
        400,
        "Het pseudoniem is van een andere organisatie.",
        "The token is another agency's.",
        "Maak het pseudoniem met het label van uw eigen organisatie.",
        "Make the token under your own agency's label.",
    ),
    Problem(
        "request-token-other-lane",
        400,
        "Het pseudoniem is voor een andere stroom gemaakt.",
        "The token was made for another lane.",
        "Maak het pseudoniem voor de stroom waarin u registreert.",
        "Make the token for the lane in which you register.",
    ),
    Problem(
        "request-token-invalid",
        400,
        "Het pseudoniem is geen geldig pseudoniem.",
        "The token is not a valid token.",
        "Maak het pseudoniem opnieuw en stuur het ongewijzigd.",
        "Make the token anew and send it unchanged.",
    ),
)

_POLICY: Final = (
    Problem(
        "policy-lane-unknown",
        403,
        "Deze stroom bestaat hier niet.",
        "There is no such lane here.",
        "Gebruik een stroom waarvoor deze regio een regelkaart heeft.",
        "Use a lane for which this region has a rule card.",
    ),
    Problem(
        "policy-lane-not-built",
        403,
        "Dit knooppunt kan deze stroom nog niet uitvoeren.",
        "This gateway cannot run this lane yet.",
        "Gebruik een andere stroom, of vraag de regio wanneer deze opengaat.",
        "Use another lane, or ask the region when this one opens.",
    ),
    Problem(
        "policy-agency-not-admitted",
        403,
        "Dit soort organisatie mag in deze stroom niet registreren.",
        "This kind of agency may not register in this lane.",
        "Vraag de privacy officer van de regio naar de regelkaart van de stroom.",
        "Ask the region's privacy officer for the lane's rule card.",
    ),
    Problem(
        "policy-role-not-admitted",
        403,
        "Deze rol mag dit niet doen.",
        "This role may not do this.",
        "Laat een achtervang (deputy) of de coördinator (coordinator) de match overnemen, onder de eigen rol.",
        "Let a deputy or the coordinator take the match over, under their own role.",
    ),
    Problem(
        "policy-purpose-not-admitted",
        403,
        "Voor dit doel mag in deze stroom niet worden geregistreerd.",
        "Nobody may register for this purpose in this lane.",
        "Gebruik het doel dat de regelkaart noemt, en alleen als het uw doel is.",
        "Use the purpose that the rule card names, and only if it is yours.",
    ),
    Problem(
        "policy-flag-not-admitted",
        403,
        "Deze vlag hoort niet bij deze stroom.",
        "This flag does not belong to this lane.",
        "Gebruik een vlag die de regelkaart noemt.",
        "Use a flag that the rule card names.",
    ),
    Problem(
        "policy-precondition-missing",
        403,
        "Deze regel eist een verklaring die ontbreekt.",
        "This rule requires an attestation that is missing.",
        "Verklaar in `preconditions` wat de regelkaart eist, als het waar is.",
        "Attest in `preconditions` what the rule card requires, if it is true.",
    ),
    Problem(
        "policy-basis-not-in-force",
        403,
        "De wettelijke grondslag geldt nu niet.",
        "The legal basis is not in force now.",
        "Vraag de privacy officer van de regio wanneer de grondslag ingaat of waarom zij is vervallen.",
        "Ask the region's privacy officer when the basis takes effect or why it lapsed.",
    ),
    Problem(
        "policy-expired",
        403,
        "De regelkaart van deze stroom geldt nu niet.",
        "The lane's rule card is not in force now.",
        "Vraag de privacy officer van de regio om een geldige regelkaart.",
        "Ask the region's privacy officer for a rule card in force.",
    ),
    Problem(
        "policy-term-too-long",
        403,
        "De termijn is langer dan de regelkaart toestaat.",
        "The term is longer than the rule card allows.",
        "Kies een eerdere `validUntil`; `latest` noemt de uiterste dag.",
        "Choose an earlier `validUntil`; `latest` names the last day.",
    ),
    Problem(
        "policy-term-past",
        403,
        "De termijn eindigt voordat zij begint.",
        "The term ends before it begins.",
        "Kies een `validUntil` na vandaag.",
        "Choose a `validUntil` after today.",
    ),
    Problem(
        "policy-notice-incomplete",
        403,
        "De mededeling aan de betrokkene is niet volledig.",
        "The notice to the person is incomplete.",
        "Geef de dag van de mededeling, of bij uitstel een reden en een dag van herbeoordeling.",
        "Give the day of the notice, or for a deferral its reason and a review day.",
    ),
    Problem(
        "policy-notice-put-off-too-long",
        403,
        "De mededeling wordt langer uitgesteld dan de stroom toestaat.",
        "The notice is put off for longer than the lane allows.",
        "Kies een dag van herbeoordeling die uiterlijk op `latest` valt.",
        "Choose a review day no later than `latest`.",
    ),
    Problem(
        "policy-ban-undated",
        403,
        "Een huisverbod wordt alleen met zijn dagen vastgelegd.",
        "A home ban is recorded only with its days.",
        "Leg het verbod vast met POST /home-bans.",
        "Record the ban with POST /home-bans.",
    ),
    Problem(
        "policy-ban-term",
        403,
        "Een huisverbod duurt tien dagen en na verlenging hooguit achtentwintig, vanaf de eerste dag geteld.",
        "A home ban lasts ten days and, extended, twenty-eight at most, counted from its first day.",
        "Noem een dag van `earliest` tot en met `latest`; een verbod dat is geëindigd, is niet te verlengen.",
        "Name a day from `earliest` up to and including `latest`; a ban that is over cannot be extended.",
    ),
    Problem(
        "policy-case-missing",
        403,
        "Uw organisatie neemt onder dit kenmerk aan geen aangenomen casus deel.",
        "Your agency takes part in no accepted case under this reference.",
        "Registreer onder het kenmerk van een open casus; GET /cases toont de uwe.",
        "Register under the reference of an open case; GET /cases shows yours.",
    ),
    Problem(
        "policy-case-participant",
        403,
        "Een genoemde deelnemer mag in deze stroom niet registreren.",
        "A participant that is named may not register in this lane.",
        "Noem alleen deelnemers van het eerste lid; `allowed` noemt de soorten.",
        "Name participants of the first paragraph alone; `allowed` names the kinds.",
    ),
    Problem(
        "policy-case-not-kept",
        403,
        "In deze stroom wordt geen casuslijst bijgehouden.",
        "No list of cases is kept in this lane.",
        "Registreer zonder casus, of noem de stroom die erop steunt.",
        "Register without one, or name the lane that relies on it.",
    ),
    Problem(
        "policy-consent-missing",
        403,
        "Uw organisatie heeft voor deze persoon en dit doel geen geldige toestemming vastgelegd.",
        "Your agency has recorded no valid consent of this person for this purpose.",
        "Leg de toestemming eerst vast met POST /consents, als de persoon haar geeft.",
        "First record the consent with POST /consents, if the person gives it.",
    ),
    Problem(
        "policy-consent-scope",
        403,
        "De toestemming noemt niemand, of iemand die in deze stroom nooit kan zijn.",
        "The consent names nobody, or somebody who can never be in this lane.",
        "Noem in `kinds` of `agencies` wie het mag horen; `allowed` noemt de soorten die kunnen.",
        "Name in `kinds` or `agencies` who may hear of it; `allowed` names the kinds that can.",
    ),
    Problem(
        "policy-exclusion-mediator",
        403,
        "Deze instantie kan bij deze afscherming niet bemiddelen.",
        "This agency cannot mediate for this exclusion.",
        "Noem in `mediator` een andere instantie van deze regio, die zelf niet wordt afgeschermd.",
        "Name in `mediator` another agency of this region, which is not excluded itself.",
    ),
    Problem(
        "policy-consent-not-kept",
        403,
        "In deze stroom wordt geen toestemming bijgehouden.",
        "No consent is kept in this lane.",
        "Registreer zonder toestemming, of noem de stroom die erop steunt.",
        "Register without one, or name the lane that relies on it.",
    ),
    Problem(
        "policy-handover-not-admitted",
        403,
        "Aan deze organisatie kan zicht op veiligheid zo niet worden aangeboden.",
        "Safety oversight cannot be offered to this agency in this way.",
        "Bied het aan een wijkteam aan, langs een match waarin u elkaar kent.",
        "Offer it to a local team, through a match in which you know one another.",
    ),
    Problem(
        "policy-monitoring-without-handover",
        403,
        "De monitor loopt alleen na een aanvaarde overdracht, en hooguit 18 maanden.",
        "Monitoring runs only after an accepted handover, for 18 months at most.",
        "Registreer een open melding zolang u zelf zicht op veiligheid houdt; draag daarna over.",
        "Register an open report while you hold safety oversight yourself; then hand it over.",
    ),
)

_STATE: Final = (
    Problem(
        "state-not-found",
        404,
        "Dit bestaat hier niet, of niet voor u.",
        "This does not exist here, or not for you.",
        "Controleer het adres en het kenmerk.",
        "Check the address and the id.",
    ),
    Problem(
        "state-idempotency-key-reused",
        409,
        "Deze Idempotency-Key hoort bij een andere aanroep.",
        "This Idempotency-Key belongs to another call.",
        "Geef een nieuwe wijziging een nieuwe sleutel.",
        "Give a new change a new key.",
    ),
    Problem(
        "state-contact-unknown",
        409,
        "Dit contactpunt is niet bekend.",
        "This contact desk is not known.",
        "Leg het contactpunt eerst vast met PUT /contacts/{id}.",
        "Record the desk first with PUT /contacts/{id}.",
    ),
    Problem(
        "state-not-active",
        409,
        "De registratie is niet meer actief.",
        "The registration is no longer active.",
        "Registreer opnieuw als u nog of weer betrokken bent.",
        "Register anew if you still are, or again are, involved.",
    ),
    Problem(
        "state-not-restricted",
        409,
        "De registratie is niet beperkt.",
        "The registration is not restricted.",
        "Er is niets op te heffen; `status` zegt hoe het met de registratie staat.",
        "There is nothing to lift; `status` says how the registration stands.",
    ),
    Problem(
        "state-mute-needs-contact",
        409,
        "Stilzetten kan pas als u meldde dat u al contact hebt.",
        "A match can be muted only after you reported that you are already in contact.",
        "Meld eerst het contact met uitkomst already_in_contact.",
        "First report contact with the outcome already_in_contact.",
    ),
    Problem(
        "state-match-ended",
        409,
        "De match is beëindigd.",
        "The match has ended.",
        "Er hoeft niets meer te worden gemeld.",
        "Nothing needs to be reported any more.",
    ),
    Problem(
        "state-case-not-yours",
        409,
        "Alleen wie de casus opende of leidt, sluit hem.",
        "Only who opened the case or leads it closes it.",
        "Vraag het de regisseur van de casus.",
        "Ask the coordinator of the case.",
    ),
    Problem(
        "state-case-closed",
        409,
        "De casus is al gesloten.",
        "The case is closed already.",
        "Er is niets meer dat onder deze casus loopt.",
        "Nothing runs under this case any more.",
    ),
    Problem(
        "state-consent-ended",
        409,
        "De toestemming is al geëindigd.",
        "The consent has ended already.",
        "Er is niets meer dat op deze toestemming rust.",
        "Nothing rests on this consent any more.",
    ),
    Problem(
        "state-exclusion-lifted",
        409,
        "De afscherming is al opgeheven.",
        "The exclusion has been lifted already.",
        "Leg een nieuwe afscherming vast als de persoon die nog nodig heeft.",
        "Record another exclusion if the person still needs one.",
    ),
    Problem(
        "state-too-many-webhooks",
        409,
        "Uw organisatie heeft al het hoogste aantal webhookadressen.",
        "Your agency has as many webhook addresses as it may have.",
        "Verwijder eerst een adres met DELETE /webhook-endpoints/{id}.",
        "First remove an address with DELETE /webhook-endpoints/{id}.",
    ),
    Problem(
        "state-oversight-needs-report",
        409,
        "Zicht op veiligheid begint met een eigen open melding in de stroom Veilig Thuis.",
        "Safety oversight begins with an open report of your own in the lane of Veilig Thuis.",
        "Noem een registratie met de vlag `open_report`.",
        "Name a registration with the flag `open_report`.",
    ),
    Problem(
        "state-oversight-held",
        409,
        "Er is al een organisatie die zicht op veiligheid houdt.",
        "An agency holds safety oversight already.",
        "Maak contact langs uw matches; zicht op veiligheid gaat alleen over door een aanvaarde overdracht.",
        "Make contact through your matches; safety oversight moves only by an accepted handover.",
    ),
    Problem(
        "state-oversight-not-yours",
        409,
        "Uw organisatie houdt met deze registratie geen zicht op veiligheid.",
        "Your agency does not hold safety oversight by this registration.",
        "Begin zicht op veiligheid met POST /safety-oversights, of wacht op een overdracht.",
        "Begin safety oversight with POST /safety-oversights, or wait for a handover.",
    ),
    Problem(
        "state-handover-open",
        409,
        "Er staat al een aanbod tot overdracht open.",
        "An offer to hand over is open already.",
        "Wacht het antwoord af, of trek het aanbod eerst in.",
        "Wait for the answer, or withdraw that offer first.",
    ),
    Problem(
        "state-handover-closed",
        409,
        "Dit aanbod staat niet meer open.",
        "This offer is no longer open.",
        "`state` zegt wat ervan kwam; bied zo nodig opnieuw aan.",
        "`state` says what became of it; offer anew if need be.",
    ),
    Problem(
        "state-handover-other-side",
        409,
        "Deze stap is aan de andere partij van de overdracht.",
        "This step is for the other party of the handover.",
        "Wie aanbiedt, kan intrekken; wie het aanbod krijgt, kan aanvaarden of weigeren.",
        "Whoever offers can withdraw; whoever gets the offer can accept or refuse.",
    ),
    Problem(
        "state-handover-conditions-differ",
        409,
        "Dit is niet de versie van de voorwaarden die is aangeboden.",
        "This is not the version of the conditions that was offered.",
        "Vraag de aanbieder om de aangeboden versie, en aanvaard pas die.",
        "Ask for the version that was offered, and accept that one.",
    ),
)

_LIMIT: Final = (
    Problem(
        "limit-overloaded",
        429,
        "Het is nu te druk.",
        "It is too busy now.",
        "Probeer het na `Retry-After` opnieuw met dezelfde Idempotency-Key. Er is niets gebeurd.",
        "Try again after `Retry-After` with the same Idempotency-Key. Nothing was done.",
    ),
)

_UPSTREAM: Final = (
    Problem(
        "upstream-store-unavailable",
        503,
        "De opslag is even niet bereikbaar.",
        "The store cannot be reached at the moment.",
        "Probeer het na `Retry-After` opnieuw met dezelfde Idempotency-Key. Er is niets gebeurd.",
        "Try again after `Retry-After` with the same Idempotency-Key. Nothing was done.",
    ),
    Problem(
        "upstream-outcome-unknown",
        503,
        "Het is niet zeker of de wijziging is vastgelegd.",
        "It is not certain whether the change was recorded.",
        "Vraag het opnieuw met dezelfde Idempotency-Key; het gebeurt nooit twee keer.",
        "Ask again with the same Idempotency-Key; it is never done twice.",
    ),
    Problem(
        "upstream-internal",
        500,
        "Er ging hier iets mis.",
        "Something went wrong here.",
        "Probeer het opnieuw met dezelfde Idempotency-Key; noem de beheerder het `correlationId`.",
        "Try again with the same Idempotency-Key; name the `correlationId` to the operator.",
    ),
)

PROBLEMS: Final[Mapping[str, Problem]] = MappingProxyType(
    {
        problem.code: problem
        for family in (_SIGNATURE, _REQUEST, _POLICY, _STATE, _LIMIT, _UPSTREAM)
        for problem in family
    }
)

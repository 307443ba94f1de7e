"""Holds what a person at a terminal is shown of each kind of thing, and how its members are called."""

from typing import Final

from adapters.cli.screen import Column, Listing

MATCHES: Final = Listing(
    columns=(
        Column("match", "match", ("id",)),
        Column("stand", "state", ("state",)),
        Column("bel voor", "call by", ("dueOn",)),
        Column("eigen zaak", "own case", ("caseReference",)),
    )
)
SUPERVISED: Final = Listing(
    columns=(
        Column("match", "match", ("id",)),
        Column("stand", "state", ("state",)),
        Column("dagen oud", "days old", ("ageDays",)),
        Column("trede", "step", ("step",)),
    ),
    below=Column("", "", ("lane", "dueOn", "sidesReported")),
)
ALERTS: Final = Listing(
    columns=(
        Column("bericht", "alert", ("id",)),
        Column("match", "match", ("matchId",)),
        Column("sinds", "since", ("at",)),
    )
)
REGISTRATIONS: Final = Listing(
    columns=(
        Column("registratie", "registration", ("id",)),
        Column("stand", "status", ("status",)),
        Column("verleng voor", "renew by", ("renewBefore",)),
        Column("eigen zaak", "own case", ("caseReference",)),
    )
)
CASES: Final = Listing(
    columns=(
        Column("casus", "case", ("id",)),
        Column("stand", "status", ("status",)),
        Column("kenmerk", "reference", ("caseReference",)),
        Column("leiding", "led by", ("coordinator",)),
    )
)
_EMERGENCY: Final = (
    Column("noodprocedure", "emergency", ("id",)),
    Column("stand", "status", ("state",)),
    Column("reden", "reason", ("reason",)),
    Column("nakijken voor het eind van", "review by the end of", ("reviewDueOn",)),
    Column("oordeel", "verdict", ("verdict",)),
    Column("kenmerk", "reference", ("caseReference",)),
)
EMERGENCIES: Final = Listing(columns=_EMERGENCY)
EMERGENCIES_TO_REVIEW: Final = Listing(columns=(*_EMERGENCY, Column("instantie", "agency", ("agency",))))
CONSENTS: Final = Listing(
    columns=(
        Column("toestemming", "consent", ("id",)),
        Column("stand", "status", ("status",)),
        Column("geldt tot", "valid until", ("validUntil",)),
        Column("eigen zaak", "own case", ("caseReference",)),
    )
)
EXCLUSIONS: Final = Listing(
    columns=(
        Column("afscherming", "exclusion", ("id",)),
        Column("stand", "status", ("status",)),
        Column("wij zijn", "we are", ("role",)),
        Column("vastgelegd", "recorded", ("recordedAt",)),
    )
)
WITHHELD: Final = Listing(
    columns=(
        Column("sinds", "since", ("withheldAt",)),
        Column("instantie", "agency", ("agency",)),
        Column("telefoon", "phone", ("contact.phone",)),
    )
)
HANDOVERS: Final = Listing(
    columns=(
        Column("overdracht", "handover", ("id",)),
        Column("kant", "side", ("role",)),
        Column("stand", "state", ("state",)),
        Column("antwoord voor", "answer by", ("dueOn",)),
        Column("eigen zaak", "own case", ("caseReference",)),
    )
)
REQUESTS: Final = Listing(
    columns=(
        Column("verzoek", "request", ("id",)),
        Column("recht", "right", ("right",)),
        Column("stand", "state", ("state",)),
        Column("antwoord voor", "answer by", ("dueOn",)),
        Column("eigen zaak", "own case", ("caseReference",)),
    )
)
REQUEST_ITEMS: Final = Listing(
    columns=(
        Column("onderdeel", "item", ("id",)),
        Column("rol", "role", ("role",)),
        Column("recht", "right", ("right",)),
        Column("advies", "advice", ("advice",)),
        Column("beslissing", "decision", ("decision",)),
    ),
    below=Column("", "", ("registrationId", "dueOn")),
)
HINTS: Final = Listing(
    columns=(
        Column("eerder betrokken", "involved before", ("other.agency",)),
        Column("telefoon", "phone", ("other.contact.phone",)),
        Column("verteld", "told", ("givenAt",)),
    ),
    below=Column("", "", ("why",)),
)
DESKS: Final = Listing(
    columns=(Column("loket", "desk", ("id",)), Column("telefoon", "phone", ("phone",))),
    below=Column("", "", ("name", "email", "deputyId")),
)
PROBLEMS: Final = Listing(
    columns=(Column("code", "code", ("code",)), Column("status", "status", ("status",))),
    below=Column("", "", ("title",)),
)
FINDINGS: Final = Listing(
    columns=(Column("wat", "about", ("about",)), Column("hoe", "health", ("health",)), Column("", "", ("found",))),
    below=Column("", "", ("remedy",)),
)

NAMES: Final = {
    "id": ("kenmerk", "id"),
    "answer": ("antwoord", "answer"),
    "code": ("code", "code"),
    "state": ("stand", "state"),
    "status": ("status", "status"),
    "dueOn": ("bel voor", "call by"),
    "step": ("trede", "step"),
    "nextStepOn": ("volgende trede na", "next step after"),
    "handledBy": ("behandeld door", "handled by"),
    "muted": ("stil", "muted"),
    "deskUnconfirmed": ("loket niet bevestigd", "desk not confirmed"),
    "caseCoordinator": ("regie", "leads"),
    "namedByOwn": ("u noemde", "you named"),
    "namedByOther": ("de ander noemde", "the other named"),
    "confirmedOn": ("bevestigd op", "confirmed on"),
    "confirmBefore": ("bevestig voor", "confirm before"),
    "ageDays": ("dagen oud", "days old"),
    "sidesReported": ("gemeld", "reported"),
    "caseReference": ("eigen zaak", "own case"),
    "registrationId": ("eigen registratie", "own registration"),
    "lane": ("stroom", "lane"),
    "permitted": ("toegestaan", "permitted"),
    "other.agency": ("andere instantie", "other agency"),
    "other.flag": ("vlag van de ander", "flag of the other"),
    "other.contact.name": ("loket", "desk"),
    "other.contact.phone": ("telefoon", "phone"),
    "other.contact.email": ("e-mail", "email"),
    "safetyOversight.holder": ("zicht op veiligheid", "safety oversight"),
    "safetyOversight.since": ("zicht sinds", "oversight since"),
    "handover": ("overdracht", "handover"),
    "matchId": ("match", "match"),
    "role": ("kant", "side"),
    "conditionsVersion": ("voorwaarden", "conditions"),
    "offeredAt": ("aangeboden op", "offered at"),
    "escalatedAt": ("geen antwoord sinds", "unanswered since"),
    "decidedAt": ("beslist op", "decided at"),
    "reason": ("reden", "reason"),
    "right": ("recht", "right"),
    "ageClass": ("leeftijd", "age"),
    "receivedOn": ("ontvangen op", "received on"),
    "extension": ("verlengd", "extended"),
    "wrong": ("wat er niet klopt", "what is wrong"),
    "advice": ("advies", "advice"),
    "adviceReason": ("reden van het advies", "reason of the advice"),
    "adviseBy": ("advies voor", "advise by"),
    "decision": ("beslissing", "decision"),
    "decisionReason": ("reden van de beslissing", "reason of the decision"),
    "statement": ("ondertekend", "signed"),
    "signature": ("handtekening", "signature"),
    "since": ("sinds", "since"),
    "why": ("waarom", "why"),
    "rule": ("regel", "rule"),
    "rules": ("regel", "rule"),
    "legalBasis": ("grondslag", "legal basis"),
    "allowed": ("wel toegestaan", "allowed instead"),
    "outcome": ("u meldde", "you reported"),
    "otherReported": ("de ander meldde", "other reported"),
    "openedAt": ("sinds", "since"),
    "validUntil": ("geldt tot", "valid until"),
    "validUntilAtMost": ("hooguit tot", "at most until"),
    "other.fact.through": ("huisverbod tot en met", "home ban through"),
    "other.fact.ledBy": ("leiding", "led by"),
    "givenOn": ("gegeven op", "given on"),
    "replaced": ("vervangt", "replaces"),
    "registrations": ("gewiste registraties", "erased registrations"),
    "reach": ("reikwijdte", "reach"),
    "mediator": ("bemiddelaar", "mediator"),
    "recordedBy": ("vastgelegd door", "recorded by"),
    "recordedAt": ("vastgelegd op", "recorded at"),
    "liftedAt": ("opgeheven op", "lifted at"),
    "contact.name": ("loket", "desk"),
    "contact.phone": ("telefoon", "phone"),
    "contact.email": ("e-mail", "email"),
    "renewBefore": ("verleng voor", "renew by"),
    "givenAt": ("verteld", "told"),
    "title": ("wat er is", "what it is"),
    "fix": ("oplossing", "what to do"),
    "accepted": ("geregistreerd", "registered"),
    "refused": ("teruggegeven", "given back"),
    "errors": ("foute rijen in", "bad rows in"),
    "good": ("goed", "good"),
    "bad": ("fout", "bad"),
    "agency": ("OIN", "OIN"),
    "name": ("naam", "name"),
    "kind": ("soort", "kind"),
    "keyId": ("sleutel", "key"),
    "acknowledged": ("bevestigd", "acknowledged"),
    "unknown": ("onbekend", "unknown"),
    "phone": ("telefoon", "phone"),
    "email": ("e-mail", "email"),
    "nearest": ("dichtstbij", "nearest"),
    "number": ("uitgave", "release"),
    "proposal": ("voorstel", "proposal"),
    "digest": ("kenmerk", "digest"),
    "assurance": ("soort", "kind"),
    "opened": ("geopend", "opened"),
    "closed": ("gesloten", "closed"),
    "examples": ("voorbeelden", "examples"),
    "signatures": ("handtekeningen", "signatures"),
    "needed": ("nodig", "needed"),
    "file": ("bestand", "file"),
    "card": ("kaart", "card"),
    "keystore": ("sleutelbestand", "keystore"),
    "request": ("verzoek aan de regio", "request to the region"),
}
"""How members are called in Dutch and English, in the order in which a card shows them."""

NOT_ON_A_CARD: Final = frozenset(
    {"calendar", "safetyOversight.own", "disclosure", "other.contact.id", "other.contact.deputyId"}
    | {"other.fact.kind", "other.fact.until"}
)

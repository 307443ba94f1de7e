"""The grammar of the policy files: the keys of each table with what they mean, and the fixed words beside a vocabulary.

The readers read by it and the published JSON Schema is made from it, so that an editor and the gateway cannot disagree
about a key. The meanings are in Dutch, as an editor shows them to those who write a card.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.core.policy.card import Span, Told

MAX_TEXT: Final = 1_000
MAX_NUMBER: Final = 9_999
YEARS: Final = range(1800, 2101)

SPANS: Final[Mapping[str, Span]] = {
    **dict.fromkeys(("dag", "dagen"), Span(days=1)),
    **dict.fromkeys(("week", "weken"), Span(days=7)),
    **dict.fromkeys(("maand", "maanden"), Span(months=1)),
    "jaar": Span(months=12),
}
WORKING_DAYS: Final = ("werkdag", "werkdagen")
YES_OR_NO: Final[Mapping[str, str]] = {"ja": "yes", "nee": ""}
DONE: Final[Mapping[str, str]] = {"mag": "yes", "mag-niet": ""}
WITHOUT_RULE: Final[Mapping[str, str]] = {"mag-niet": "refused"}
TOLD: Final[Mapping[str, str]] = {"naar-leeftijd": Told.BY_AGE, "betrokkene": Told.PERSON, "niemand": Told.NOBODY}
PARTICIPANTS: Final = "deelnemers"  # every kind of agency that a rule under `registreren` names
POLICE: Final = "police"  # the code name of the one kind of agency that the law treats apart (Wpg, article 20)
NOTHING_KEPT: Final = "geen"
EVERYWHERE: Final = "alle"
MUNICIPALITY: Final = "[a-z][a-z0-9_-]{0,39}"  # as the trust list writes them
OPEN_END: Final = "onbepaald"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one table: those that must be there and those that may be absent, each with its meaning."""

    must: Mapping[str, str]
    may: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that must be there."""
        return tuple(self.must)

    @property
    def optional(self) -> tuple[str, ...]:
        """The keys that may be absent."""
        return tuple(self.may)


CARD: Final = Keys(
    {
        "stroom": "De stroom waarvan dit de kaart is; een stroom heeft één kaart.",
        "versie": "Het nummer van deze kaart; elke wijziging krijgt een hoger nummer.",
        "geldig": "De eerste en de laatste dag van de kaart; op elke andere dag wordt alles geweigerd.",
        "verantwoordelijken": "Wie voor de verwerking verantwoordelijk is.",
        "doel": "Waar de verwerking voor dient, in één zin.",
        "zonder-regel": "Wat geldt als geen regel iets zegt; er is maar één antwoord.",
        "wederkerig": "Of beide kanten altijd hetzelfde van elkaar horen; klopt dat niet, dan laadt de kaart niet.",
        "altijd-stil": "Doelen die als geen match worden beantwoord; alle altijd stille doelen staan hier opnieuw.",
        "termijn": "Hoe lang een registratie duurt.",
        "contact": "Hoe snel de partijen na een match contact hebben, en wie het hoort als dat uitblijft.",
        "mededeling": "Wie hoort dat er geregistreerd is, en wanneer.",
        "bewaren": "Hoe lang elk soort gegeven blijft.",
        "grondslagen": "De wetsartikelen waarop de regels rusten, elk onder een eigen naam.",
        "registreren": "Wie mag registreren.",
        "vertellen": "Wat de ene kant van de andere hoort.",
        "voorbeelden": "De proeven van de kaart; zij laadt alleen als ze alle kloppen.",
    },
    {
        "leeftijd": "Vanaf en tot welke leeftijd iemand in de stroom hoort.",
        "vergt": "Delen van het knooppunt zonder welke de stroom dicht is.",
        "nooit-registreren": "Wie nooit mag registreren, wat een regel ook zegt.",
        "oudermatch": "Dat twee kinderen met een ouder gemeen mogen matchen; staat dit er niet, dan nooit.",
    },
)
PERIOD: Final = Keys({"van": "De eerste dag.", "tot-en-met": "De laatste dag."})
AGES: Final = Keys(
    {}, {"vanaf": "De leeftijd waarop iemand erbij komt.", "jonger-dan": "De verjaardag waarop iemand eruit gaat."}
)
TERM: Final = Keys(
    {"ten-hoogste": "De langste termijn.", "standaard": "De termijn als niets anders is gezegd."},
    {"bij-overlijden": "Of een registratie eindigt als een bevoegde bron het overlijden meldt; zonder dit woord niet."},
)
ON_DEATH: Final[Mapping[str, str]] = {"eindigt": "ends", "loopt-door": ""}
CONTACT: Final = Keys({"binnen": "Binnen hoeveel werkdagen.", "opschalen": "Wie het wanneer hoort, steeds later."})
LADDER: Final = Keys(
    {"regievoerder": "Na hoeveel werkdagen de regievoerder het hoort."},
    {
        "achtervang": "Na hoeveel werkdagen het vervangende loket het hoort.",
        "coordinator": "Na hoeveel werkdagen de coördinator van de instantie het hoort.",
    },
)
STEPS: Final = ("achtervang", "coordinator", "regievoerder")  # from first to last
NOTICE: Final = Keys(
    {"aan": "Aan wie.", "uitleg": "Waarom zo, in het Nederlands en het Engels."},
    {"binnen": "Binnen hoe lang.", "uitstel": "Hoe lang per keer het uitgesteld mag worden, met een reden."},
)
KEPT: Final = Keys(
    {
        "match": "Hoe lang een match blijft.",
        "archief": "Hoe lang een beëindigde registratie in het archief blijft, of geen.",
        "logboek": "Hoe lang vastligt wie wat deed.",
    }
)
BASIS: Final = Keys(
    {
        "wet": "De naam van de wet.",
        "artikel": "Het artikel, zo nodig met het lid.",
        "van": "De eerste dag waarop het artikel geldt.",
        "tot-en-met": "De laatste dag waarop het artikel geldt, of onbepaald.",
        "herzien-voor": "De dag waarvoor een jurist dit opnieuw bekijkt.",
        "reikt-tot": "De hoogste trede die dit artikel kan dragen.",
        "te-bevestigen": "Wat een jurist nog moet bevestigen.",
    }
)
EXPLANATION: Final = Keys({"nl": "De uitleg in gewoon Nederlands.", "en": "Dezelfde uitleg in het Engels."})
_RULE: Final = {"regel": "De naam van de regel; elke regel heeft een eigen naam."}
_WHY: Final = {"uitleg": "Wat degene die vraagt te lezen krijgt."}
REGISTRATION_RULE: Final = Keys(
    {
        **_RULE,
        "wie": "De soorten instantie die mogen registreren.",
        "doelen": "De doelen waarvoor dat mag.",
        "vlaggen": "De vlaggen waarmee dat mag.",
        "grondslag": "De grondslagen; de regel telt zolang zij alle gelden.",
        **_WHY,
    },
    {"eist": "Wat de instantie moet verklaren voordat zij mag registreren."},
)
BAR: Final = Keys({**_RULE, "wie": "De soorten instantie die nooit mogen registreren.", **_WHY})
PARENT_RULE: Final = Keys(
    {
        **_RULE,
        "gemeenten": "De gemeenten van de instanties waarvoor het geldt, of [alle].",
        "grondslag": "De grondslagen; de regel telt zolang zij alle gelden.",
        **_WHY,
    }
)
DISCLOSURE_RULE: Final = Keys(
    {
        **_RULE,
        "van": "Over wie iets wordt verteld; deelnemers zijn allen die mogen registreren.",
        "aan": "Wie het hoort; deelnemers zijn allen die mogen registreren.",
        "doelen": "De doelen waarvoor dat geldt.",
        **_WHY,
    },
    {
        "mag": "De hoogste trede die hierdoor mag.",
        "mag-niet": "De trede vanaf welke niets mag; weigeren gaat voor.",
        "als": "De vlaggen waarmee beide kanten registreerden; wat hier niet staat, geldt voor elke vlag.",
        "grondslag": "De grondslagen; de regel telt zolang zij alle gelden.",
        "wpg-20-2": "Wat het besluit van de politie vastlegt; moet er staan als de regel iets van de politie vertelt.",
    },
)
POLICE_DECISION: Final = Keys(
    {
        "belang": "Het zwaarwegend algemeen belang.",
        "samenwerkingsverband": "Wie samenwerken, en met welk doel.",
        "gegevens": "Welke gegevens worden verstrekt.",
        "voorwaarden": "Onder welke voorwaarden.",
        "ontvangers": "Aan wie.",
    }
)
_OWN_AND_OTHER: Final = {"eigen": "De vlag van wie het hoort.", "ander": "De vlag van de ander."}
FLAGS_OF_RULE: Final = Keys({}, _OWN_AND_OTHER)
FLAGS_OF_EXAMPLE: Final = Keys(_OWN_AND_OTHER)
EXAMPLES: Final = Keys({"registreren": "Proeven van registreren.", "vertellen": "Proeven van vertellen."})
_OUTCOME: Final = {"doel": "Voor welk doel.", "dan": "Hoe het moet aflopen."}
_SHOWN: Final = {"door": "De regel die dat beslist.", "op": "De dag; anders de eerste dag van de kaart."}
REGISTRATION_EXAMPLE: Final = Keys(
    {"wie": "Wie er registreert.", "vlag": "Met welke vlag.", **_OUTCOME},
    {"eist": "Wat de instantie verklaart.", **_SHOWN},
)
DISCLOSURE_EXAMPLE: Final = Keys(
    {"van": "Over wie.", "aan": "Wie het zou horen.", "wat": "Tot welke trede.", **_OUTCOME},
    {"als": "De vlaggen van beide kanten; nodig als de stroom er meer dan één kent.", **_SHOWN},
)

SECTIONS: Final = {
    "stromen": "De stromen.",
    "soorten-instantie": "De soorten instantie.",
    "doelen": "De doelen.",
    "vlaggen": "De vlaggen waarmee geregistreerd wordt.",
    "voorwaarden": "Wat een instantie kan moeten verklaren.",
    "mechanismen": "De delen van het knooppunt waar een kaart op kan steunen.",
    "treden": "De ladder van wat de ene kant van de andere hoort.",
}
VOCABULARY: Final = Keys({"woordenlijst": "Het nummer van deze lijst.", **SECTIONS})
WORD: Final = Keys(
    {
        "code": "Zo heet het in het programma en op de lijn.",
        "nl": "Het opschrift in het Nederlands.",
        "en": "Het opschrift in het Engels.",
        "betekenis": "Wat het woord betekent.",
        "bron": "Waar het woord vandaan komt.",
    }
)
PURPOSE: Final = Keys(WORD.must, {"altijd-stil": "Of dit doel altijd stil is, wat een kaart ook zegt."})

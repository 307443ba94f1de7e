"""What the law asks to be written down about a lane, read from its card: purposes, people, data, retention."""

from collections.abc import Iterator, Mapping

from gateway.core.policy.card import DisclosureLevel, DisclosureRule, PolicyFile, RegistrationRule
from gateway.reading.voice import Voice


def purposes_of(card: PolicyFile) -> tuple[str, ...]:
    """Give the purposes for which anyone can register or be told."""
    rules: tuple[RegistrationRule | DisclosureRule, ...] = (*card.registration_rules, *card.disclosure_rules)
    return tuple(dict.fromkeys(purpose for rule in rules for purpose in rule.purposes))


def recipients_of(card: PolicyFile) -> tuple[str, ...]:
    """Give the kinds of agency that a rule tells something."""
    allowing = (rule for rule in card.disclosure_rules if not rule.refuses)
    return tuple(dict.fromkeys(kind for rule in allowing for kind in rule.recipients))


def registrars_of(card: PolicyFile) -> tuple[str, ...]:
    """Give the kinds of agency that a rule lets register."""
    return tuple(dict.fromkeys(kind for rule in card.registration_rules for kind in rule.agency_kinds))


def highest_step(card: PolicyFile) -> DisclosureLevel:
    """Give the most that a rule of the card tells."""
    told = (rule.level for rule in card.disclosure_rules if not rule.refuses)
    return max(told, default=DisclosureLevel.SILENT)


def ages(card: PolicyFile, voice: Voice) -> str:
    """Say of which ages the persons in the lane are."""
    if card.from_age is not None and card.under_age is not None:
        return voice.say(
            f"wie {card.from_age} jaar of ouder is en jonger dan {card.under_age}",
            f"whoever is {card.from_age} or older and under {card.under_age}",
        )
    if card.under_age is not None:
        return voice.say(
            f"wie jonger is dan {card.under_age}; het eindigt om 00:00 uur op de dag dat iemand dat wordt",
            f"whoever is under {card.under_age}; it ends at 00:00 on the day on which someone turns {card.under_age}",
        )
    if card.from_age is not None:
        return voice.say(f"wie {card.from_age} jaar of ouder is", f"whoever is {card.from_age} or older")
    return voice.say("personen van elke leeftijd", "persons of any age")


def data_subjects(card: PolicyFile, voice: Voice) -> tuple[str, ...]:
    """Name the categories of persons whose data are held."""
    involved = voice.say("bij wie een instantie betrokken is", "with whom an agency is involved")
    return (
        f"{ages(card, voice)}, {involved}",
        voice.say(
            "medewerkers die namens een instantie registreren of contact opnemen",
            "staff who register or make contact for an agency",
        ),
    )


def personal_data(card: PolicyFile, voice: Voice) -> Iterator[str]:
    """Name the categories of data that are held, and what they can reveal (GDPR, articles 9 and 10)."""
    if card.parent_rule is not None:
        yield voice.say(
            "indexsleutels van hooguit twee ouders, alleen zolang de registratie loopt",
            "index tokens of at most two parents, only while the registration runs",
        )
    flags = voice.each(voice.flag, card.flags)
    yield voice.say(
        "een indexsleutel die geen partij alleen kan herleiden; geen naam, nummer of adres",
        "an index token that no one party can reverse; no name, number or address",
    )
    yield voice.say(
        f"dat een instantie betrokken is, met de vlag: {flags}; de soort instantie kan iets zeggen over gezondheid of "
        "strafbare feiten (AVG, artikelen 9 en 10)",
        f"that an agency is involved, with the flag: {flags}; the kind of agency can reveal something about health or "
        "criminal offenses (GDPR, articles 9 and 10)",
    )
    yield voice.say(
        "zaakkenmerk van de instantie, doel, termijn, mededeling aan de betrokkene of de reden van uitstel",
        "the agency's case reference, purpose, term, the notice to the person or why it was deferred",
    )
    yield voice.say(
        "uitkomst van het contact, en een logboek van alle handelingen",
        "the outcome of the contact, and a log of all that was done",
    )
    if highest_step(card) >= DisclosureLevel.FACT:
        yield voice.say("één gedateerd feit, waar een regel dat toestaat", "one dated fact, where a rule allows it")
    if highest_step(card) >= DisclosureLevel.SEALED_EXCHANGE:
        yield voice.say(
            "inhoud die tussen twee instanties versleuteld is en hier niet te lezen",
            "content that is encrypted between two agencies and cannot be read here",
        )


def retention(card: PolicyFile, voice: Voice) -> Mapping[str, str]:
    """Say how long each kind of record is kept, by the code name of the record."""
    terms = card.terms
    return {
        "registration": voice.say(
            f"ten hoogste {voice.span(terms.maximum)}, standaard {voice.span(terms.default)}",
            f"{voice.span(terms.maximum)} at most, {voice.span(terms.default)} by default",
        ),
        "match": voice.span(terms.match),
        "archive": voice.say("niets", "nothing") if terms.archive is None else voice.span(terms.archive),
        "log": voice.span(terms.log),
    }

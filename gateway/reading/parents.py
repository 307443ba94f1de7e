"""Says where children with a parent in common match in a lane, by which rule and on which bases."""

from collections.abc import Iterator

from gateway.core.policy.card import PolicyFile
from gateway.reading.page import Block, heading, paragraph
from gateway.reading.voice import Voice


def by_parents(card: PolicyFile, voice: Voice) -> Iterator[Block]:
    """Write the section about matches by a parent in common; a card without a rule for them has none."""
    rule = card.parent_rule
    if rule is None:
        return
    yield heading(1, voice.say("Kinderen met een ouder gemeen", "Children with a parent in common"))
    places = ", ".join(rule.municipalities)
    bases = ", ".join(rule.basis)
    yield paragraph(
        voice.say(
            f"Regel {rule.id}: wie bij verschillende kinderen met een ouder gemeen betrokken zijn, horen dat, en van "
            "elkaar hooguit wat zij bij een en hetzelfde kind zouden horen. Nooit voor een geheim adres.",
            f"Rule {rule.id}: those involved with different children with a parent in common are told so, and learn at "
            "most what they would of one and the same child. Never for a confidential address.",
        )
    )
    yield paragraph(
        voice.say(
            f"Waar: instanties met een overeenkomst met {places or 'welke gemeente ook'}. Grondslag: {bases}.",
            f"Where: agencies with an agreement with {places or 'any municipality'}. Basis: {bases}.",
        )
    )
    yield paragraph(voice.say(rule.explanation_nl, rule.explanation_en))

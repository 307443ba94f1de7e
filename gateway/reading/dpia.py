"""The annex to a data protection impact assessment (GDPR, article 35, seventh paragraph): what the cards can answer."""

from collections.abc import Iterable, Iterator
from typing import Final

from gateway.core.policy.card import DisclosureRule, PolicyFile, RegistrationRule
from gateway.core.policy.cards.vocabulary import Term, Vocabulary
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.words import Language
from gateway.reading.bases import law
from gateway.reading.facts import ages, highest_step, purposes_of, recipients_of, registrars_of, retention
from gateway.reading.markdown import markdown
from gateway.reading.page import Block, Line, Page, Run, bullets, heading, line, paragraph
from gateway.reading.voice import Voice

_RISKS: Final = "docs/threat-model.md"
_UNCONFIRMED: Final = "te bevestigen"  # what the vocabulary and the cards write behind a source that is not certain


def dpia_annex(policies: Iterable[LanePolicy], vocabulary: Vocabulary, language: Language) -> str:
    """Write the annex as Markdown."""
    return markdown(dpia_page(policies, vocabulary, language))


def dpia_page(policies: Iterable[LanePolicy], vocabulary: Vocabulary, language: Language) -> Page:
    """Lay the annex out as a page, for any form of print."""
    voice = Voice(vocabulary, language)
    introduction = voice.say(
        "Wat de beleidskaarten zelf zeggen over noodzaak en evenredigheid, en wat juristen nog moeten bevestigen. De "
        f"risico's en de maatregelen staan in {_RISKS}; deze bijlage herhaalt ze niet.",
        "What the policy cards themselves say about necessity and proportionality, and what lawyers must still "
        f"confirm. The risks and the measures are in {_RISKS}; this annex does not repeat them.",
    )
    lanes = (block for policy in policies for block in _lane(policy, voice))
    return Page(
        title=voice.say("Bijlage bij de DPIA", "Annex to the DPIA"),
        language=language,
        blocks=(paragraph(introduction), *lanes),
    )


def _lane(policy: LanePolicy, voice: Voice) -> Iterator[Block]:
    card = policy.card
    yield heading(1, voice.lane(card.lane), voice.say(f", versie {card.version}", f", version {card.version}"))
    yield heading(2, voice.say("Noodzaak", "Necessity"))
    yield bullets(_necessity(policy, voice))
    yield heading(2, voice.say("Evenredigheid", "Proportionality"))
    yield bullets(_proportionality(card, voice))
    yield heading(2, voice.say("Risico's", "Risks"))
    yield bullets(_risks(card, voice))
    yield heading(2, voice.say("Open juridische vragen", "Open legal questions"))
    yield bullets(_open_questions(card, voice))


def _necessity(policy: LanePolicy, voice: Voice) -> Iterator[Line]:
    card = policy.card
    yield line(voice.say("Waarvoor: ", "What for: "), voice.dutch(card.aim))
    yield line(voice.say("Doelen: ", "Purposes: "), voice.each(voice.purpose, purposes_of(card)))
    rules: tuple[RegistrationRule | DisclosureRule, ...] = (*card.registration_rules, *card.disclosure_rules)
    for rule in rules:
        laws = voice.listed([law(policy.bases[name], voice) for name in rule.basis])
        reason = voice.say(rule.explanation_nl, rule.explanation_en)
        rests = voice.say(f", op grond van {laws}: ", f", resting on {laws}: ") if laws else ": "
        yield line(Run(voice.say("Regel ", "Rule ") + rule.id, strong=True), rests, reason)


def _proportionality(card: PolicyFile, voice: Voice) -> Iterator[Line]:
    registrars, recipients, kept = registrars_of(card), recipients_of(card), retention(card, voice)
    highest = voice.level(highest_step(card)).lower()
    attested = tuple(dict.fromkeys(fact for rule in card.registration_rules for fact in rule.preconditions))
    yield line(voice.say("Over wie: ", "About whom: "), ages(card, voice))
    yield line(
        voice.say(
            "Er is geen zoekvraag: alleen wie zelf registreert, hoort iets, en de andere kant ziet dat.",
            "There is no query: only who registers learns anything, and the other side sees that.",
        )
    )
    yield line(
        voice.say(
            f"{len(registrars)} soorten instanties mogen registreren, {len(recipients)} horen iets; het meeste is: "
            f"{highest}.",
            f"{len(registrars)} kinds of agency may register, {len(recipients)} are told something; the most is: "
            f"{highest}.",
        )
    )
    for bar in card.bars:
        yield line(
            voice.say(f"Nooit (regel {bar.id}): ", f"Never (rule {bar.id}): "), voice.each(voice.kind, bar.agency_kinds)
        )
    if attested:
        yield line(
            voice.say("Vooraf te verklaren: ", "To be attested first: "), voice.each(voice.precondition, attested)
        )
    yield line(voice.say("Altijd stil: ", "Always silent: "), voice.each(voice.purpose, card.silent_purposes))
    yield line(voice.say("Registratie: ", "Registration: "), kept["registration"])
    yield line(
        voice.say(
            f"Bewaren: match {kept['match']}; archief {kept['archive']}; logboek {kept['log']}.",
            f"Retention: match {kept['match']}; archive {kept['archive']}; log {kept['log']}.",
        )
    )
    yield line(voice.say("Mededeling: ", "Notice: "), voice.say(card.notice.explanation_nl, card.notice.explanation_en))


def _risks(card: PolicyFile, voice: Voice) -> Iterator[Line]:
    yield line(
        voice.say(
            f"Wie kan aanvallen en wat hij krijgt: {_RISKS}, onder “Who could attack, and what they get”.",
            f"Who could attack and what they get: {_RISKS}, under “Who could attack, and what they get”.",
        )
    )
    yield line(
        voice.say(
            f"Wat niet wordt beloofd: {_RISKS}, onder “What is not promised”.",
            f"What is not promised: {_RISKS}, under “What is not promised”.",
        )
    )
    if card.mechanisms:
        yield line(
            voice.say("Niet te gebruiken zonder: ", "Not to be used without: "),
            voice.each(voice.mechanism, card.mechanisms),
        )


def _open_questions(card: PolicyFile, voice: Voice) -> Iterator[Line]:
    for basis in card.bases:
        yield line(Run(f"{law(basis, voice)} ({basis.name})", strong=True), ": ", voice.dutch(basis.to_confirm))
    for controller in card.controllers:
        if _UNCONFIRMED in controller:
            yield line(voice.say("Verantwoordelijke: ", "Controller: "), voice.dutch(controller))
    for term in _terms_of(card, voice.vocabulary):
        if _UNCONFIRMED in term.source:
            label = voice.say(term.label_nl, term.label_en)
            yield line(voice.say(f"Woord “{label}”: ", f"Word “{label}”: "), voice.dutch(term.source))


def _terms_of(card: PolicyFile, vocabulary: Vocabulary) -> Iterator[Term]:
    """Give the terms of the vocabulary that the card uses."""
    preconditions = (fact for rule in card.registration_rules for fact in rule.preconditions)
    sections = (
        (vocabulary.lanes, {card.lane}),
        (vocabulary.agency_kinds, {*registrars_of(card), *recipients_of(card)}),
        (vocabulary.purposes, {*purposes_of(card), *card.silent_purposes}),
        (vocabulary.flags, set(card.flags)),
        (vocabulary.preconditions, set(preconditions)),
        (vocabulary.mechanisms, set(card.mechanisms)),
    )
    for terms, used in sections:
        yield from (term for term in terms if term.code in used)

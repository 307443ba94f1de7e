"""Tells the rules of a card in sentences: who may register, who never may, and what each side hears of the other."""

from collections.abc import Iterator

from gateway.core.policy.card import Bar, DisclosureRule, PoliceDecision, RegistrationRule
from gateway.core.policy.engine import LanePolicy
from gateway.reading.bases import because, cited
from gateway.reading.page import Block, Line, Run, bullets, heading, line, paragraph
from gateway.reading.voice import Voice


def registering(policy: LanePolicy, voice: Voice) -> Iterator[Block]:
    """Tell who may register, and what they attest."""
    yield heading(1, voice.say("Wie mag registreren", "Who may register"))
    yield paragraph(
        voice.say(
            "Alleen wie hieronder staat. Wie registreert, laat weten dát hij betrokken is, nooit waarom. De instantie "
            "verklaart met een eigen zaakkenmerk dat aan het criterium van de stroom is voldaan. Wie mag registreren, "
            "heet hieronder een deelnemer.",
            "Only those named below. Whoever registers lets it be known that they are involved, never why. The agency "
            "attests, with a case reference of its own, that the criterion of the lane is met. Those who may register "
            "are called participants below.",
        )
    )
    for rule in policy.card.registration_rules:
        yield _rule_heading(rule.id, voice)
        may = _verb(rule.agency_kinds, voice.say("mag", "may"), voice.say("mogen", "may"))
        register = voice.say("registreren", "register")
        yield paragraph(Run(voice.each(voice.kind, rule.agency_kinds), strong=True), f" {may} {register}.")
        yield bullets([*_admission(rule, voice), _explained(rule, voice), *cited(policy, rule.basis, voice)])


def barred(policy: LanePolicy, voice: Voice) -> Iterator[Block]:
    """Tell who never may register, and why."""
    yield heading(1, voice.say("Wie nooit mag registreren, en waarom", "Who may never register, and why"))
    yield paragraph(
        voice.say(
            "Wie onder geen regel valt, mag niet registreren. De kaart noemt ook wie het nooit mag, wat een regel "
            "verder zegt.",
            "Whoever falls under no rule may not register. The card also names those who never may, whatever a rule "
            "says.",
        )
        if policy.card.bars
        else voice.say(
            "De kaart noemt niemand apart: wie onder geen regel valt, mag niet registreren.",
            "The card names nobody apart: whoever falls under no rule may not register.",
        )
    )
    for bar in policy.card.bars:
        yield _rule_heading(bar.id, voice)
        may = _verb(bar.agency_kinds, voice.say("mag", "may"), voice.say("mogen", "may"))
        never = voice.say("nooit registreren", "never register")
        yield paragraph(Run(voice.each(voice.kind, bar.agency_kinds), strong=True), f" {may} {never}.")
        yield bullets([_explained(bar, voice)])


def telling(policy: LanePolicy, voice: Voice) -> Iterator[Block]:
    """Tell what each side hears, rule by rule."""
    yield heading(1, voice.say("Wat elke kant hoort", "What each side hears"))
    for rule in policy.card.disclosure_rules:
        yield _rule_heading(rule.id, voice)
        yield paragraph(*_told(policy, rule, voice))
        yield bullets(_told_details(policy, rule, voice))


def _rule_heading(id_: str, voice: Voice) -> Block:
    return heading(2, voice.say("Regel", "Rule"), f" {id_}")


def _admission(rule: RegistrationRule, voice: Voice) -> Iterator[Line]:
    yield line(
        voice.say("Voor het doel: ", "For the purpose: "),
        voice.each(voice.purpose, rule.purposes),
    )
    yield line(voice.say("Met de vlag: ", "With the flag: "), voice.either(voice.flag, rule.flags))
    for fact in rule.preconditions:
        meaning = voice.meaning(voice.vocabulary.preconditions, fact)
        attested = voice.say("Moet bovendien verklaren: ", "Must attest besides: ")
        yield line(attested, Run(voice.precondition(fact), strong=True), ". ", *meaning)
    if not rule.preconditions:
        yield line(voice.say("Hoeft niets anders te verklaren.", "Need attest nothing else."))


def _told(policy: LanePolicy, rule: DisclosureRule, voice: Voice) -> Line:
    """One sentence: who hears how much of whom, by which rule and because of what."""
    hears = _verb(rule.recipients, voice.say(" hoort van ", " hears of "), voice.say(" horen van ", " hear of "))
    return line(
        Run(_capital(parties(policy, rule.recipients, voice)), strong=True),
        hears,
        Run(_of_whom(policy, rule, voice), strong=True),
        ": ",
        *_how_much(rule, voice),
        f" ({voice.rules([rule.id])})",
        _because(policy, rule, voice),
    )


def _how_much(rule: DisclosureRule, voice: Voice) -> Line:
    level = Run(voice.level(rule.level).lower(), strong=True)
    if rule.refuses:
        return line(
            voice.say("nooit ", "never "), level, voice.say(" en niets wat verder gaat", ", nor anything beyond")
        )
    return line(level)


def _of_whom(policy: LanePolicy, rule: DisclosureRule, voice: Voice) -> str:
    if set(rule.others) == set(rule.recipients) and len(rule.others) > 1:
        return voice.say("elkaar, ook van een instantie van dezelfde soort", "one another, also within one kind")
    return parties(policy, rule.others, voice)


def parties(policy: LanePolicy, kinds: tuple[str, ...], voice: Voice) -> str:
    """Name some kinds of agency, or all participants when it is all of them."""
    participants = {kind for rule in policy.card.registration_rules for kind in rule.agency_kinds}
    if set(kinds) == participants and len(kinds) > 1:
        return voice.say("alle deelnemers", "all participants")
    return voice.each(voice.short_kind, kinds)


def _because(policy: LanePolicy, rule: DisclosureRule, voice: Voice) -> str:
    if rule.refuses:
        return voice.say(", want weigeren gaat voor toestaan.", ", because refuse beats allow.")
    return because(policy, rule.basis, voice)


def _told_details(policy: LanePolicy, rule: DisclosureRule, voice: Voice) -> Iterator[Line]:
    meaning = voice.meaning(voice.vocabulary.levels, rule.level.code)
    yield line(voice.level(rule.level), voice.say(" betekent: ", " means: "), *meaning)
    yield line(voice.say("Voor het doel: ", "For the purpose: "), voice.each(voice.purpose, rule.purposes))
    yield from _flag_conditions(policy, rule, voice)
    yield _explained(rule, voice)
    yield from cited(policy, rule.basis, voice)
    if rule.police is not None:
        yield from _police(rule.police, voice)


def _flag_conditions(policy: LanePolicy, rule: DisclosureRule, voice: Voice) -> Iterator[Line]:
    sides = (
        (rule.own_flags, voice.say("Als de ontvanger registreerde met: ", "If the recipient registered with: ")),
        (rule.other_flags, voice.say("Als de ander registreerde met: ", "If the other registered with: ")),
    )
    for flags, words in sides:
        if set(flags) != set(policy.card.flags):
            yield line(words, voice.either(voice.flag, flags))


def _police(decision: PoliceDecision, voice: Voice) -> Iterator[Line]:
    """The five elements, in the order of the law (Wpg, article 20, second paragraph)."""
    law = voice.say("Wpg, artikel 20, tweede lid, ", "Wpg, article 20(2), ")
    elements = (
        (voice.say("zwaarwegend algemeen belang", "substantial public interest"), decision.interest),
        (voice.say("samenwerkingsverband en doel", "partnership and its purpose"), decision.partnership),
        (voice.say("welke gegevens", "which data"), decision.data),
        (voice.say("voorwaarden", "conditions"), decision.conditions),
        (voice.say("ontvangers", "recipients"), decision.recipients),
    )
    for name, text in elements:
        yield line(law, f"{name}: ", voice.dutch(text))


def _explained(rule: RegistrationRule | Bar | DisclosureRule, voice: Voice) -> Line:
    return line(
        voice.say("Uitleg op het scherm: ", "Explanation on the screen: "),
        voice.say(rule.explanation_nl, rule.explanation_en),
    )


def _verb(subjects: tuple[str, ...], one: str, more: str) -> str:
    return one if len(subjects) == 1 else more


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

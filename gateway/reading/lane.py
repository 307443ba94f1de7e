"""The reading version of a rule card: a page that a lawyer can read from top to bottom, made of the card alone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gateway.core.policy.card import PolicyFile, Told
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import BUILT, LanePolicy
from gateway.core.policy.questions.words import Language
from gateway.reading.bases import basis_table
from gateway.reading.facts import ages
from gateway.reading.markdown import markdown
from gateway.reading.page import Block, Line, Page, Run, bullets, heading, line, paragraph
from gateway.reading.parents import by_parents
from gateway.reading.questions import questions
from gateway.reading.rules import barred, registering, telling
from gateway.reading.sides import sides
from gateway.reading.voice import Voice

LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")


def reading_version(
    policy: LanePolicy, vocabulary: Vocabulary, language: Language, *, built: frozenset[str] = BUILT
) -> str:
    """Write the reading version as Markdown; `built` are the mechanisms that exist."""
    return markdown(reading_page(policy, vocabulary, language, built=built))


def reading_files(
    policies: Iterable[LanePolicy], vocabulary: Vocabulary, *, built: frozenset[str] = BUILT
) -> Mapping[str, str]:
    """Give the text of each file in the folder of reading versions, by its name: the lane's code and the language."""
    return {
        f"{file_stem(policy)}.{language}.md": reading_version(policy, vocabulary, language, built=built)
        for policy in policies
        for language in LANGUAGES
    }


def file_stem(policy: LanePolicy) -> str:
    """Name a file after a lane; raises ValueError for a code that would reach outside the folder."""
    if not (policy.lane.isascii() and policy.lane.replace("_", "").isalnum()):
        raise ValueError("a lane's code consists of letters, digits and underscores")
    return policy.lane


def reading_page(
    policy: LanePolicy, vocabulary: Vocabulary, language: Language, *, built: frozenset[str] = BUILT
) -> Page:
    """Lay the reading version out as a page, for any form of print."""
    voice = Voice(vocabulary, language)
    title = voice.say("Beleidskaart om te lezen: ", "Policy card for reading: ") + voice.lane(policy.lane)
    return Page(
        title=title,
        language=language,
        blocks=(
            *_preface(policy.card, voice),
            *_in_short(policy.card, voice),
            *_waiting(policy.card, voice, built),
            *registering(policy, voice),
            *barred(policy, voice),
            *telling(policy, voice),
            *sides(policy, voice),
            *by_parents(policy.card, voice),
            *_silent(policy.card, voice),
            *_terms(policy.card, voice),
            *_notice(policy.card, voice),
            *_bases(policy.card, voice),
            *questions(policy, voice),
        ),
    )


def _preface(card: PolicyFile, voice: Voice) -> Iterator[Block]:
    yield paragraph(
        voice.say(
            f"Versie {card.version} van de kaart {card.name}. Deze pagina is uit de kaart gemaakt; bij "
            "verschil geldt de kaart. Wat hier niet staat, mag niet.",
            f"Version {card.version} of the card {card.name}. This page was made from the card; where they "
            "differ the card holds. What is not written here is not allowed.",
        )
    )
    yield paragraph(
        voice.say("Vingerafdruk van de kaart (SHA-256): ", "Fingerprint of the card (SHA-256): "), card.digest
    )


def _in_short(card: PolicyFile, voice: Voice) -> Iterator[Block]:
    yield heading(1, voice.say("In het kort", "In short"))
    last = voice.last_day(card.valid_until_on)
    yield bullets(
        [
            line(Run(voice.say("Waarvoor: ", "What for: "), strong=True), voice.dutch(card.aim)),
            line(
                Run(voice.say("Wie ervoor instaat: ", "Who answers for it: "), strong=True), *_controllers(card, voice)
            ),
            line(
                Run(voice.say("Van wanneer tot wanneer: ", "From when to when: "), strong=True),
                voice.say(
                    f"van {voice.day(card.valid_from_on)} tot en met {last}; op elke andere dag mag er niets.",
                    f"from {voice.day(card.valid_from_on)} up to and including {last}; on every other day nothing "
                    "is allowed.",
                ),
            ),
            line(Run(voice.say("Over wie: ", "About whom: "), strong=True), f"{ages(card, voice)}."),
            line(Run(voice.say("Wederkerig: ", "Mutual: "), strong=True), _mutual(card, voice)),
        ]
    )


def _controllers(card: PolicyFile, voice: Voice) -> Iterator[Run]:
    for index, controller in enumerate(card.controllers):
        if index:
            yield Run("; ")
        yield voice.dutch(controller)


def _mutual(card: PolicyFile, voice: Voice) -> str:
    if card.symmetric:
        return voice.say("ja, beide kanten horen altijd hetzelfde van elkaar.", "yes, both sides always hear the same.")
    return voice.say(
        "nee, de ene kant kan meer horen dan de andere.",
        "no, one side can hear more than the other.",
    )


def _waiting(card: PolicyFile, voice: Voice, built: frozenset[str]) -> Iterator[Block]:
    yield heading(1, voice.say("Waar deze stroom op wacht", "What this lane waits for"))
    if not card.mechanisms:
        yield paragraph(voice.say("Op niets.", "Nothing."))
        return
    yield paragraph(
        voice.say(
            "De kaart steunt op deze onderdelen van het knooppunt. Zolang er een ontbreekt, mag hier niets.",
            "The card relies on these parts of the gateway. As long as one is missing nothing is allowed here.",
        )
    )
    yield bullets(_mechanism(code, voice, exists=code in built) for code in card.mechanisms)


def _mechanism(code: str, voice: Voice, *, exists: bool) -> Line:
    state = voice.say("bestaat", "exists") if exists else voice.say("nog niet gebouwd", "not built yet")
    meaning = voice.meaning(voice.vocabulary.mechanisms, code)
    return line(Run(voice.mechanism(code), strong=True), f" ({state}): ", *meaning)


def _silent(card: PolicyFile, voice: Voice) -> Iterator[Block]:
    yield heading(1, voice.say("Wat altijd stil is", "What is always silent"))
    yield paragraph(
        voice.say(
            "Voor deze doelen hoort niemand ooit iets. Wie ernaar vraagt, krijgt hetzelfde antwoord als wanneer er "
            "niets is; het wordt vastgelegd en de functionarissen horen ervan.",
            "For these purposes nobody ever hears anything. Whoever asks gets the answer that is given when there is "
            "nothing; it is recorded, and the officers are told.",
        )
    )
    purposes = voice.vocabulary.purposes
    yield bullets(
        line(Run(voice.purpose(code), strong=True), ": ", *voice.meaning(purposes, code))
        for code in card.silent_purposes
    )


def _terms(card: PolicyFile, voice: Voice) -> Iterator[Block]:
    terms, deadline = card.terms, voice.working_days(card.terms.contact_working_days)
    yield heading(1, voice.say("Termijnen, opschaling en bewaren", "Terms, escalation and retention"))
    kept_nl = "niets wordt gearchiveerd" if terms.archive is None else f"{voice.span(terms.archive)} in het archief"
    kept_en = "nothing is archived" if terms.archive is None else f"{voice.span(terms.archive)} in the archive"
    yield bullets(
        [
            line(
                voice.say(
                    f"Een registratie duurt ten hoogste {voice.span(terms.maximum)}, en {voice.span(terms.default)} "
                    "als de instantie niets anders zegt; nooit langer dan haar grondslag."
                    + (" Zij eindigt ook bij overlijden." if terms.ends_on_death else ""),
                    f"A registration lasts {voice.span(terms.maximum)} at most, and {voice.span(terms.default)} if the "
                    "agency says nothing else; never longer than its legal basis."
                    + (" It ends on death too." if terms.ends_on_death else ""),
                )
            ),
            line(
                voice.say(
                    f"Na een match moeten de partijen elkaar vinden binnen {deadline}.",
                    f"After a match the parties must find each other within {deadline}.",
                )
            ),
            *_ladder(card, voice),
            line(
                voice.say(
                    f"Bewaard wordt: een match {voice.span(terms.match)}; na intrekking {kept_nl}; het logboek "
                    f"{voice.span(terms.log)}.",
                    f"Kept: a match {voice.span(terms.match)}; after withdrawal {kept_en}; the log "
                    f"{voice.span(terms.log)}.",
                )
            ),
        ]
    )


def _ladder(card: PolicyFile, voice: Voice) -> Iterator[Line]:
    ladder = card.terms.ladder
    steps = (
        (ladder.deputy_working_days, voice.say("de achtervang", "the deputy desk")),
        (ladder.coordinator_working_days, voice.say("de coördinator van de instantie", "the agency coordinator")),
        (
            ladder.supervisor_working_days,
            voice.say("de regievoerder", "the match supervisor"),
        ),
    )
    for days, who in steps:
        if days is not None:
            yield line(
                voice.say(
                    f"Zonder contact gaat de match na {voice.working_days(days)} naar {who}.",
                    f"Without contact the match goes to {who} after {voice.working_days(days)}.",
                )
            )


def _notice(card: PolicyFile, voice: Voice) -> Iterator[Block]:
    notice = card.notice
    yield heading(1, voice.say("Wat de betrokkene hoort", "What the person is told"))
    who = {
        Told.BY_AGE: voice.say(
            "Wie het hoort, hangt af van de leeftijd: de ouder, beiden of de jongere zelf.",
            "Who is told depends on age: the parent, both, or the young person.",
        ),
        Told.PERSON: voice.say("De betrokkene hoort het zelf.", "The person is told."),
        Told.NOBODY: voice.say("Niemand wordt ingelicht.", "Nobody is told."),
    }[notice.to]
    told = [line(who)]
    if notice.within is not None and notice.deferral is not None:
        told.append(
            line(
                voice.say(
                    f"Binnen {voice.span(notice.within)}; uitstel telkens ten hoogste {voice.span(notice.deferral)}, "
                    "met een reden.",
                    f"Within {voice.span(notice.within)}; put off by {voice.span(notice.deferral)} at a time at most, "
                    "with a reason.",
                )
            )
        )
    yield bullets([*told, line(voice.say(notice.explanation_nl, notice.explanation_en))])


def _bases(card: PolicyFile, voice: Voice) -> Iterator[Block]:
    yield heading(1, voice.say("De grondslagen bij elkaar", "The legal bases together"))
    yield paragraph(
        voice.say(
            "Een regel telt alleen zolang alle grondslagen gelden die zij noemt.",
            "A rule counts only while all legal bases that it names are in force.",
        )
    )
    yield basis_table(card.bases, voice)

"""The record of processing activities (GDPR, article 30, first paragraph): one record per lane, from its card."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from gateway.core.policy.card import Basis, PolicyFile
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.words import Language
from gateway.reading.bases import basis_table
from gateway.reading.facts import data_subjects, personal_data, purposes_of, recipients_of, retention
from gateway.reading.markdown import markdown
from gateway.reading.page import Block, Line, Page, Run, Table, heading, line, paragraph
from gateway.reading.voice import Voice

#: Where the security measures of article 32 are described; a register refers to them.
SECURITY: Final = ("docs/threat-model.md", "docs/protocol.md", "docs/operating.md")
_ONE_DAY: Final = timedelta(days=1)

Json = dict[str, object]


def register_of_processing(policies: Iterable[LanePolicy], vocabulary: Vocabulary, language: Language) -> Json:
    """Give the records as data for JSON; dates are ISO 8601 and `until` is the last day that counts."""
    voice = Voice(vocabulary, language)
    return {
        "article": "GDPR 30(1)",
        "language": language,
        "records": [_record(policy.card, voice) for policy in policies],
    }


def register_markdown(policies: Iterable[LanePolicy], vocabulary: Vocabulary, language: Language) -> str:
    """Give the same records as Markdown."""
    return markdown(register_page(policies, vocabulary, language))


def register_page(policies: Iterable[LanePolicy], vocabulary: Vocabulary, language: Language) -> Page:
    """Lay the same records out as a page, for any form of print."""
    voice = Voice(vocabulary, language)
    introduction = voice.say(
        "Volgens artikel 30, eerste lid, van de AVG; gemaakt uit de beleidskaarten. De contactgegevens van de "
        "verantwoordelijken en van hun functionarissen vullen zij zelf aan.",
        "Under article 30(1) of the GDPR; made from the policy cards. The contact details of the controllers and of "
        "their data protection officers are theirs to add.",
    )
    lanes = (block for policy in policies for block in _lane(policy.card, voice))
    return Page(
        title=voice.say("Register van verwerkingsactiviteiten", "Record of processing activities"),
        language=language,
        blocks=(paragraph(introduction), *lanes),
    )


def _record(card: PolicyFile, voice: Voice) -> Json:
    return {
        "lane": card.lane,
        "name": voice.lane(card.lane),
        "version": card.version,
        "fingerprint": card.digest,
        "from": card.valid_from_on.isoformat(),
        "until": (card.valid_until_on - _ONE_DAY).isoformat(),
        "controllers": list(card.controllers),
        "aim": card.aim,
        "purposes": [voice.purpose(code) for code in purposes_of(card)],
        "dataSubjects": list(data_subjects(card, voice)),
        "personalData": list(personal_data(card, voice)),
        "recipients": [voice.kind(code) for code in recipients_of(card)],
        "thirdCountries": _third_countries(voice),
        "retention": dict(retention(card, voice)),
        "security": list(SECURITY),
        "legalBases": [_basis(basis) for basis in card.bases],
    }


def _basis(basis: Basis) -> Json:
    until_on = basis.valid_until_on
    return {
        "name": basis.name,
        "law": basis.law,
        "article": basis.article,
        "from": basis.valid_from_on.isoformat(),
        "until": None if until_on is None else (until_on - _ONE_DAY).isoformat(),
        "reviewBefore": basis.review_before_on.isoformat(),
        "toConfirm": basis.to_confirm,
    }


def _lane(card: PolicyFile, voice: Voice) -> Iterator[Block]:
    yield heading(1, voice.lane(card.lane))
    yield Table(
        caption=line(
            voice.say(f"Kaart {card.name}, versie {card.version}", f"Card {card.name}, version {card.version}")
        ),
        columns=(line(voice.say("onderdeel", "item")), line(voice.say("wat", "what"))),
        rows=tuple((line(Run(item, strong=True)), what) for item, what in _items(card, voice)),
    )
    yield basis_table(card.bases, voice)


def _items(card: PolicyFile, voice: Voice) -> Iterator[tuple[str, Line]]:
    yield voice.say("a. verantwoordelijken", "a. controllers"), line(voice.dutch("; ".join(card.controllers)))
    yield voice.say("b. waarvoor", "b. aim"), line(voice.dutch(card.aim))
    yield voice.say("b. doelen", "b. purposes"), line(voice.each(voice.purpose, purposes_of(card)))
    yield voice.say("c. betrokkenen", "c. data subjects"), line("; ".join(data_subjects(card, voice)))
    yield voice.say("c. gegevens", "c. personal data"), line("; ".join(personal_data(card, voice)))
    yield voice.say("d. ontvangers", "d. recipients"), line(voice.each(voice.kind, recipients_of(card)))
    yield voice.say("e. derde landen", "e. third countries"), line(_third_countries(voice))
    yield voice.say("f. bewaren", "f. retention"), line(_kept(retention(card, voice), voice))
    yield voice.say("g. beveiliging", "g. security"), line(voice.say("zie ", "see "), voice.listed(SECURITY))


def _kept(kept: Mapping[str, str], voice: Voice) -> str:
    names = {
        "registration": voice.say("registratie", "registration"),
        "match": "match",
        "archive": voice.say("archief", "archive"),
        "log": voice.say("logboek", "log"),
    }
    return "; ".join(f"{names[kind]}: {how_long}" for kind, how_long in kept.items())


def _third_countries(voice: Voice) -> str:
    return voice.say("geen doorgifte", "no transfers")

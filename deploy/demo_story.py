"""Tells the demo's story live, and measures how soon two agencies know of each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from deploy.demo_members import LivePair, Member, known_by_one, register_pair
from deploy.demo_stage import Stage
from deploy.demo_words import Words
from deploy.region.people import Person, Region
from gateway.protocol.messages.matches import ContactOutcome, MatchView

LIVE_PAIRS: Final = 40
_MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Story:
    """How the story went: `pair` is None when not both were alerted, `leaks` what either was sent and may not have."""

    pair: LivePair | None
    leaks: tuple[str, ...] = ()


def tell_story(region: Region, members: Mapping[str, Member], *, stage: Stage, words: Words) -> Story:
    """Let the police register at night the child whom the school registered last month."""
    police, school = members["police"], members["school"]
    stage.say(words.night)
    stage.say(words.school_knows)
    child = region.story_child()
    pair = register_pair(police, school, child, on=region.on)
    if pair is None:
        return Story(None)
    stage.say(words.receipt.format(receipt=pair.receipt.model_dump_json(by_alias=True)))
    say_alerted(pair, stage=stage, words=words)
    alert = pair.alerts[0].alert
    stage.say(words.alert_content.format(alert=f"{alert.kind} {alert.id} {alert.match_id}"))
    views = [
        member.gateway.matches.show(heard.alert) for member, heard in zip((police, school), pair.alerts, strict=True)
    ]
    for member, view in zip((police, school), views, strict=True):
        say_learned(member, view, stage=stage, words=words)
        state = member.report(view, ContactOutcome.CONTACTED)
        stage.say(words.reports.format(agency=member.agency.name, state=state.value))
    stage.say()
    stage.say(words.not_learned)
    leaks = found_in(child, views, pair)
    stage.say(words.leaked.format(what=", ".join(leaks)) if leaks else words.nothing_leaked)
    stage.say(words.gateway_knows)
    return Story(pair, leaks)


def found_in(child: Person, views: Sequence[MatchView], pair: LivePair) -> tuple[str, ...]:
    """Search all that the agencies were sent for what they may not learn from it; return the names of what is there."""
    texts = [view.model_dump_json() for view in views]
    sent = "\n".join((*texts, *(str(heard.alert) for heard in pair.alerts), pair.receipt.model_dump_json()))
    forbidden = {
        "number": child.person_number,
        "number without zeros": child.person_number.lstrip("0"),
        "name": child.last_name,
        "birth date": child.birth_on.isoformat(),
        "address": child.address,
    }
    crossed = [
        "case reference of the other"
        for text, other in zip(texts, reversed(views), strict=True)
        if other.case_reference is not None and other.case_reference in text
    ]
    return (*(name for name, value in forbidden.items() if value in sent), *crossed)


def measure_pairs(region: Region, members: Sequence[Member], *, count: int) -> tuple[int, list[LivePair]]:
    """Let second agencies register children whom one agency knows; return how many, and of which both heard."""
    random = Random(len(region.people))
    spare = spare_child(region, members)
    candidates = [pair for pair in known_by_one(region, members) if pair[0] is not spare]
    chosen = random.sample(candidates, min(count, len(candidates)))
    pairs = [
        register_pair(random.choice([member for member in members if member is not first]), first, person, on=region.on)
        for person, first in chosen
    ]
    return len(chosen), [pair for pair in pairs if pair is not None]


def spare_child(region: Region, members: Sequence[Member]) -> Person | None:
    """Return a child that only one agency knows, not the police, and that no part of the demo touches."""
    return next((child for child, first in known_by_one(region, members) if first.agency.slug != "police"), None)


def say_alerted(pair: LivePair, *, stage: Stage, words: Words) -> None:
    """Say how soon both had their alert."""
    stage.say(words.both_alerted.format(milliseconds=pair.seconds * _MILLISECONDS))


def say_learned(member: Member, view: MatchView, *, stage: Stage, words: Words) -> None:
    """Say what stands in the match as this agency sees it: the view itself, not what it ought to hold."""
    stage.heading(words.learned.format(agency=member.agency.name))
    stage.say("  - " + words.learned_case.format(case=view.case_reference))
    if view.other is None:
        stage.say("  - " + words.learned_nobody)
    else:
        stage.say("  - " + words.learned_other.format(agency=view.other.agency))
        if view.other.contact is not None:
            desk = view.other.contact
            stage.say("  - " + words.learned_desk.format(desk=desk.name, phone=desk.phone, email=desk.email))
        if view.other.flag is not None:
            stage.say("  - " + words.learned_flag.format(flag=view.other.flag))
    basis, rules = ", ".join(view.legal_basis), ", ".join(view.rules)
    stage.say("  - " + words.learned_rule.format(rules=rules, basis=basis, due=view.due_on))
    stage.say("  - " + words.learned_why.format(why=view.why.nl if words.dutch else view.why.en))

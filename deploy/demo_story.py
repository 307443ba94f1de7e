"""Tells the demo's story live, and measures how soon two agencies know of each other."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from deploy.demo_members import LivePair, Member, known_by_one, register_pair
from deploy.demo_stage import Stage
from deploy.demo_words import Words
from deploy.region.people import Region
from gateway.protocol.messages import ContactOutcome, MatchView

LIVE_PAIRS: Final = 40
_MILLISECONDS: Final = 1_000


def tell_story(region: Region, members: Mapping[str, Member], *, stage: Stage, words: Words) -> LivePair | None:
    """Let the police register at night the child whom the school registered last month; None when it goes wrong."""
    police, school = members["police"], members["school"]
    stage.say(words.night)
    stage.say(words.school_knows)
    pair = register_pair(police, school, region.story_child(), on=region.on)
    if pair is None:
        return None
    stage.say(words.receipt.format(receipt=pair.receipt.model_dump_json(by_alias=True)))
    stage.say(words.both_alerted.format(milliseconds=pair.seconds * _MILLISECONDS))
    for member, heard in zip((police, school), pair.alerts, strict=True):
        view = member.gateway.matches.show(heard.alert)
        _say_learned(member, view, stage=stage, words=words)
        state = member.report(view, ContactOutcome.CONTACTED)
        stage.say(words.reports.format(agency=member.agency.name, state=state.value))
    stage.say()
    stage.say(words.not_learned)
    stage.say(words.gateway_knows)
    return pair


def measure_pairs(region: Region, members: Sequence[Member], *, count: int) -> tuple[int, list[LivePair]]:
    """Let second agencies register children whom one agency knows; return how many, and of which both heard."""
    random = Random(len(region.people))
    candidates = known_by_one(region, members)
    chosen = random.sample(candidates, min(count, len(candidates)))
    pairs = [
        register_pair(random.choice([member for member in members if member is not first]), first, person, on=region.on)
        for person, first in chosen
    ]
    return len(chosen), [pair for pair in pairs if pair is not None]


def _say_learned(member: Member, view: MatchView, *, stage: Stage, words: Words) -> None:
    """Say what stands in the match as this agency sees it: the view itself, not what it ought to hold."""
    stage.heading(words.learned.format(agency=member.agency.name))
    stage.say("  - " + words.learned_case.format(case=view.case_reference))
    if view.other is not None:
        stage.say("  - " + words.learned_other.format(agency=view.other.agency))
        if view.other.contact is not None:
            desk = view.other.contact
            stage.say("  - " + words.learned_desk.format(desk=desk.name, phone=desk.phone, email=desk.email))
    basis, rules = ", ".join(view.legal_basis), ", ".join(view.rules)
    stage.say("  - " + words.learned_rule.format(rules=rules, basis=basis, due=view.due_on))
    stage.say("  - " + words.learned_why.format(why=view.why.nl if words.dutch else view.why.en))

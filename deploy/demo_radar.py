"""Tells the rest of the demo's night: what Veilig Thuis hears of a care report, and what the police hear of it."""

from collections.abc import Mapping
from typing import Final

from deploy.demo_members import Member, Terms, register_pair
from deploy.demo_stage import Stage
from deploy.demo_story import Story, found_in, say_alerted, say_learned
from deploy.demo_words import Words
from deploy.region.people import Region
from gateway.protocol.messages.matches import ContactOutcome, MatchView

LANE: Final = "veilig_thuis"
PURPOSE: Final = "vt-radar"
OPEN_REPORT: Final = Terms(LANE, PURPOSE, "open_report")
CARE_REPORT: Final = Terms(LANE, PURPOSE, "care_report")


def tell_radar(region: Region, members: Mapping[str, Member], *, stage: Stage, words: Words) -> Story:
    """Let the police report concern about the child of the story, of whom Veilig Thuis has a report already."""
    police, veilig_thuis = members["police"], members["veilig-thuis"]
    stage.say(words.radar_report)
    stage.say(words.radar_lanes)
    child = region.story_child()
    veilig_thuis.register(child, on=region.on, terms=OPEN_REPORT)
    pair = register_pair(police, veilig_thuis, child, on=region.on, terms=CARE_REPORT)
    if pair is None:
        return Story(None)
    say_alerted(pair, stage=stage, words=words)
    views = [
        member.gateway.matches.show(heard.alert, purpose=PURPOSE)
        for member, heard in zip((police, veilig_thuis), pair.alerts, strict=True)
    ]
    for member, view in zip((veilig_thuis, police), reversed(views), strict=True):
        say_learned(member, view, stage=stage, words=words)
    state = veilig_thuis.report(views[1], ContactOutcome.CONTACTED)
    stage.say(words.reports.format(agency=veilig_thuis.agency.name, state=state.value))
    leaks = (*found_in(child, views, pair), *_not_as_the_card_says(*views))
    stage.say(words.leaked.format(what=", ".join(leaks)) if leaks else words.radar_held)
    return Story(pair, leaks)


def _not_as_the_card_says(of_police: MatchView, of_veilig_thuis: MatchView) -> tuple[str, ...]:
    """Name what differs from the card: Veilig Thuis is told the flag (V1), the police only that it arrived (V7)."""
    told = of_veilig_thuis.other is not None and of_veilig_thuis.other.flag == CARE_REPORT.flag
    kept = of_police.other is None and of_police.disclosure == "acknowledged"
    return (*(() if told else ("no flag for Veilig Thuis",)), *(() if kept else ("Veilig Thuis, to the police",)))

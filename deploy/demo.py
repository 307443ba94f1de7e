"""Shows the whole house at work on this machine: six agencies, their exports, one night, and what everybody learned.

    seinhuis demo [--people N] [--keep] [--json] [--directory DIR] [--database URL] [--seed N]

Exit codes: 0 when all is as it must be, 2 for a wrong command, 5 when the federation does not come up, 6 when a figure
is not what it must be.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Final
from zoneinfo import ZoneInfo

from adapters import Gateway, Settings
from deploy.demo_ears import Ears
from deploy.demo_import import import_exports
from deploy.demo_members import Member, at_once
from deploy.demo_outcome import ImportTally, Outcome
from deploy.demo_radar import tell_radar
from deploy.demo_report import Kept, show_next, show_outcome
from deploy.demo_stage import Stage
from deploy.demo_story import LIVE_PAIRS, measure_pairs, spare_child, tell_story
from deploy.demo_wishes import Wishes, wishes_in
from deploy.demo_words import Words, words_for
from deploy.homes import write_private
from deploy.lanes import open_lanes
from deploy.local import Federation, require_new
from deploy.processes import StartFailed
from deploy.region.agencies import AGENCIES, RegionAgency
from deploy.region.expected import expected_bad_rows, expected_matches, expected_registrations
from deploy.region.exports import Export, write_exports
from deploy.region.people import Region
from gateway.app import POLICIES
from gateway.protocol.messages.matches import ListedMatch

FEDERATION: Final = "federation"
EXPORTS: Final = "exports"
CHILD: Final = "child.json"
HOLDERS: Final = 3
THRESHOLD: Final = 2
USAGE: Final = 2
LATER: Final = 5
_SECONDS_WITHOUT_NEWS: Final = 10.0
_SECONDS_BETWEEN_LOOKS: Final = 0.02
_ONE_IN: Final = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; return the exit code."""
    wishes = wishes_in(arguments)
    words = words_for(os.environ)
    stage = Stage(sys.stderr if wishes.as_json else sys.stdout)
    try:
        outcome = Demo(wishes, stage, words).run()
    except StartFailed as failed:
        stage.say(str(failed))
        return LATER
    except DatabaseInUse:
        stage.say(words.database_in_use)
        return USAGE
    if wishes.as_json:
        print(json.dumps(outcome.as_json()))
    return outcome.exit_code


class DatabaseInUse(RuntimeError):
    """The database given holds registrations of somebody: nothing was done to them."""


@dataclass(frozen=True, slots=True)
class Demo:
    """One run of the demo: what was asked for, where it is shown and in which words."""

    wishes: Wishes
    stage: Stage
    words: Words

    def run(self) -> Outcome:
        """Do all of it, and leave nothing running unless asked. Raises StartFailed and DatabaseInUse."""
        stage, words = self.stage, self.words
        started = time.monotonic()
        stage.heading(words.opening)
        with _directory(self.wishes) as directory, ExitStack() as open_things:
            for part in (FEDERATION, EXPORTS):  # before anything is written: an earlier demo may have been kept here
                require_new(directory / part)
            stage.heading(words.region)
            region, exports = self._make_region(directory)
            stage.heading(words.federation.format(holders=HOLDERS, threshold=THRESHOLD))
            federation = self._start(directory, open_things)
            members = {agency.slug: _member(agency, federation, open_things) for agency in AGENCIES}
            _refuse_used_database(members)
            outcome = self._play(region, exports, federation, members, started)
            show_outcome(outcome, stage=stage, words=words, logs=federation.logs)
            kept = self._keep(directory, region, federation, members) if self.wishes.keep else None
            show_next(kept, stage=stage, words=words)
            return outcome

    @property
    def _language(self) -> str:
        return "nl" if self.words.dutch else "en"

    def _make_region(self, directory: Path) -> tuple[Region, tuple[Export, ...]]:
        today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
        region = Region.generate(registrations=self.wishes.registrations, seed=self.wishes.seed, on=today)
        exports = write_exports(region, directory / EXPORTS)
        rows, bad = sum(export.rows for export in exports), sum(export.bad_rows for export in exports)
        self.stage.say("  " + self.words.region_made.format(people=len(region.people), rows=rows, bad=bad))
        return region, exports

    def _start(self, directory: Path, open_things: ExitStack) -> Federation:
        with self.stage.step(self.words.federation_up):
            return open_things.enter_context(
                Federation.start(
                    directory / FEDERATION,
                    threshold=THRESHOLD,
                    holders=HOLDERS,
                    database_url=self.wishes.database_url,
                    language=self._language,
                    lanes=open_lanes(POLICIES),
                )
            )

    def _play(
        self,
        region: Region,
        exports: Sequence[Export],
        federation: Federation,
        members: Mapping[str, Member],
        started: float,
    ) -> Outcome:
        stage, words, everybody = self.stage, self.words, tuple(members.values())
        stage.heading(words.importing)
        import_exports(exports, members, on=region.on, language=self._language, stage=stage)
        with stage.step(words.all_matches):
            _wait_for_alerts(everybody, 2 * expected_matches(exports))
        with stage.step(words.contacts):
            seen = dict(zip(members, at_once(everybody, lambda member: member.gateway.matches.list()), strict=True))
            imported = _import_tally(exports, members, seen)
            at_once(everybody, lambda member: member.report_share(seen[member.agency.slug], _ONE_IN))
        stage.heading(words.story)
        story = tell_story(region, members, stage=stage, words=words)
        stage.heading(words.radar)
        radar = tell_radar(region, members, stage=stage, words=words)
        stage.heading(words.pairs.format(count=LIVE_PAIRS))
        count, pairs = measure_pairs(region, everybody, count=LIVE_PAIRS)
        with stage.step(words.verify):
            findings = federation.verify()
        return Outcome(
            imported=imported,
            agencies=tuple(at_once(everybody, Member.tally)),
            live_pairs=2 + count,
            pair_seconds=tuple(pair.seconds for pair in (story.pair, radar.pair, *pairs) if pair is not None),
            holders=HOLDERS,
            threshold=THRESHOLD,
            seconds=time.monotonic() - started,
            verify=findings,
            leaks=len(story.leaks) + len(radar.leaks),
            live_registrations=sum(member.live for member in everybody),
        )

    def _keep(self, directory: Path, region: Region, federation: Federation, members: Mapping[str, Member]) -> Kept:
        """Let the federation live on, with a child in a file that the police may register next."""
        federation.leave()
        child = spare_child(region, tuple(members.values()))
        file = None
        if child is not None:
            file = directory / CHILD
            write_private(file, json.dumps({"bsn": child.person_number}) + "\n")
        own = tuple(directory / name for name in (FEDERATION, EXPORTS, CHILD))
        return Kept(
            federation=federation,
            trash=(directory,) if self.wishes.directory is None else own,
            child=file,
            case=members["police"].next_case(),
            on=region.on,
        )


def _import_tally(
    exports: Sequence[Export], members: Mapping[str, Member], seen: Mapping[str, Sequence[ListedMatch]]
) -> ImportTally:
    """Count what became of the exports, by the receipts and by the matches that every agency has seen."""
    everybody = tuple(members.values())
    matches = {slug: {match.id for match in listed} for slug, listed in seen.items()}
    return ImportTally(
        registrations=sum(len(member.receipts) for member in everybody),
        expected_registrations=expected_registrations(exports),
        refused=sum(member.refused for member in everybody),
        expected_refused=expected_bad_rows(exports),
        matches=len(set().union(*matches.values())),
        expected_matches=expected_matches(exports),
        alerts=sum(map(len, matches.values())),
        alerts_delivered=sum(
            len(matches[slug] & {heard.alert.match_id for heard in member.ears.heard})
            for slug, member in members.items()
        ),
    )


def _member(agency: RegionAgency, federation: Federation, open_things: ExitStack) -> Member:
    """Let one agency open its client, with a second one to listen with: a long poll holds a connection."""
    settings = Settings.load(federation.client_config(agency.slug))
    gateway = open_things.enter_context(Gateway.from_settings(settings))
    ears = open_things.enter_context(Ears(open_things.enter_context(Gateway.from_settings(settings))))
    return Member(agency, gateway, ears)


def _refuse_used_database(members: Mapping[str, Member]) -> None:
    if any(member.gateway.registrations.page(limit=1).registrations for member in members.values()):
        raise DatabaseInUse


def _wait_for_alerts(everybody: Sequence[Member], expected: int) -> None:
    heard, since = -1, time.monotonic()
    while heard < expected and time.monotonic() - since < _SECONDS_WITHOUT_NEWS:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        now_heard = sum(len(member.ears.heard) for member in everybody)
        if now_heard != heard:
            heard, since = now_heard, time.monotonic()


@contextmanager
def _directory(wishes: Wishes) -> Iterator[Path]:
    """Give the directory asked for, or a new one that is thrown away at the end unless it is to be kept."""
    if wishes.directory is not None:
        wishes.directory.mkdir(parents=True, exist_ok=True)
        yield wishes.directory.absolute()
        return
    directory = Path(tempfile.mkdtemp(prefix="seinhuis-demo-"))
    try:
        yield directory
    finally:
        if not wishes.keep:
            rmtree(directory, ignore_errors=True)

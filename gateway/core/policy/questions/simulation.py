"""Makes the recorded decisions of a period again, under the policy that was and under the one proposed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gateway.core.policy.answers import Denial, Denied, Permitted
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import LanePolicy, PolicySet
from gateway.core.policy.questions.boxes import Point, cover, points_of
from gateway.core.policy.questions.changes import Cause, ChangedBox
from gateway.core.policy.questions.difference import Change
from gateway.core.policy.questions.recorded import RecordedDecision, RecordedMeeting, RecordedRegistering
from gateway.core.policy.questions.replay import (
    ask,
    decisions,
    kinds_in,
    outcome_of,
    points_met,
    rules_of,
    told,
    without_attestations,
    words_in,
)
from gateway.core.policy.questions.sentences import Teller
from gateway.core.policy.questions.simulated import Coverage, NotReplayed, Reproduction, Simulation, Unexercised
from gateway.core.policy.questions.situations import (
    ATTESTED,
    NOT_ATTESTED,
    Outcome,
    Period,
    Question,
    World,
)
from gateway.core.policy.questions.words import Words

__all__ = ["RecordedDecision", "Simulation", "simulate"]

_ANY_TIME = Period(None, None)


class _Again(NamedTuple):
    """One decision made again: what was asked, and what the two policies answer."""

    question: Question
    point: Point
    before: Outcome
    after: Outcome


def simulate(
    recorded: Iterable[RecordedDecision], old: PolicySet, new: PolicySet, vocabulary: Vocabulary
) -> Simulation:
    """Make recorded decisions again under both policies; a lane that relies on what is not built refuses, as it would.

    The record is gone through once, and of it only counts are kept.
    """
    trial = _Trial(old, new, vocabulary)
    for decision in recorded:
        trial.add(decision)
    return Simulation(trial.coverage(), trial.reproduction(), tuple(trial.changes()))


class _Trial:
    """The counts of a simulation while the record is gone through."""

    def __init__(self, old: PolicySet, new: PolicySet, vocabulary: Vocabulary) -> None:
        self._old, self._new, self._vocabulary = old, new, vocabulary
        self._kinds = {term.code for term in vocabulary.agency_kinds}
        lanes = dict.fromkeys(policy.lane for policy in (*old.policies, *new.policies))
        self._worlds = {lane: World.of(self._versions(lane), vocabulary) for lane in lanes}
        self._recorded = 0
        self._not_replayed: Counter[NotReplayed] = Counter()
        self._agreed: Counter[bool | None] = Counter()
        self._exercised: set[tuple[str, str]] = set()
        self._met: defaultdict[str, set[Point]] = defaultdict(set)
        self._changed: defaultdict[tuple[str, Cause], Counter[Point]] = defaultdict(Counter)

    def add(self, decision: RecordedDecision) -> None:
        """Make one decision again and count it; a meeting is two, one for what each side is told."""
        weight = 2 if isinstance(decision, RecordedMeeting) else 1
        self._recorded += weight
        if (why := self._in_the_way(decision)) is not None:
            self._not_replayed[why] += weight
            return
        lane = decision.lane or ""
        if isinstance(decision, RecordedMeeting):
            self._agreed[self._meeting_agrees(decision)] += weight
            again = self._meeting(decision)
        else:
            self._agreed[self._registering_agrees(decision)] += weight
            again = iter((self._registering(decision),))
        for one in again:
            self._count(lane, one)

    def _in_the_way(self, decision: RecordedDecision) -> NotReplayed | None:
        if isinstance(decision, RecordedRegistering) and not decision.by_policy:
            return NotReplayed.REFUSED_OTHERWISE
        if decision.lane is None or decision.lane not in self._worlds:
            return NotReplayed.LANE_UNKNOWN
        if not self._kinds.issuperset(kinds_in(decision)):
            return NotReplayed.AGENCY_UNKNOWN
        if isinstance(decision, RecordedRegistering) and not self._says_enough(decision):
            return NotReplayed.NOT_RECORDED
        world, (purposes, flags) = self._worlds[decision.lane], words_in(decision)
        known = purposes <= set(world.purposes) and flags <= set(world.flags)
        return None if known else NotReplayed.WORD_UNKNOWN

    def _says_enough(self, asked: RecordedRegistering) -> bool:
        """Whether all that was asked is known; for a purpose that both policies keep silent, nothing else matters."""
        answers = (ask(policies, asked) for policies in (self._old, self._new))
        silent = all(isinstance(one, Denied) and one.code is Denial.PURPOSE_SILENT for one in answers)
        return silent or (asked.flag is not None and asked.preconditions is not None)

    def _count(self, lane: str, again: _Again) -> None:
        if not again.after.held_back:
            self._exercised |= {(lane, rule) for rule in again.after.rules}
        self._met[lane].add(without_attestations(again.question, again.point))
        if again.before != again.after:
            cause = Cause(again.question, again.before, again.after, _ANY_TIME)
            self._changed[lane, cause][again.point] += 1

    def _registering(self, asked: RecordedRegistering) -> _Again:
        lane = asked.lane or ""
        attested = set(asked.preconditions or ())
        facts = (ATTESTED if fact in attested else NOT_ATTESTED for fact in self._worlds[lane].preconditions)
        before, after = (outcome_of(ask(policies, asked), policies.lane(lane)) for policies in (self._old, self._new))
        point = (asked.agency_kind or "", asked.purpose, asked.flag or "", *facts)
        return _Again(Question.REGISTERING, point, before, after)

    def _registering_agrees(self, asked: RecordedRegistering) -> bool | None:
        """Whether the old policy answers as was recorded; nothing when another version of the card decided it."""
        policy = self._old.lane(asked.lane or "")
        if asked.policy and (policy is None or policy.digest != asked.policy):
            return None
        answer = ask(self._old, asked)
        if isinstance(answer, Permitted):
            return not asked.refusal and answer.rule == asked.rule
        return bool(asked.refusal)

    def _meeting(self, met: RecordedMeeting) -> Iterator[_Again]:
        before, after = (told(policies.open_lane(met.lane), met) for policies in (self._old, self._new))
        for point, old, new in zip(points_met(met), before, after, strict=True):
            yield _Again(Question.TELLING, point, old, new)

    def _meeting_agrees(self, met: RecordedMeeting) -> bool | None:
        policy = self._old.open_lane(met.lane)
        if met.policy != ("" if policy is None else policy.digest):
            return None
        sides = (met.low, met.high)
        return all(
            (decision.level, decision.rules) == (side.level, side.rules)
            for decision, side in zip(decisions(policy, met), sides, strict=True)
        )

    def coverage(self) -> Coverage:
        """Give how far the record reaches, over all lanes of the new policy."""
        rules = [(policy.lane, rule) for policy in self._new.policies for rule in rules_of(policy.card)]
        spoken_of = {policy.lane: self._spoken_of(policy) for policy in self._new.policies}
        return Coverage(
            recorded=self._recorded,
            replayed=self._recorded - self._not_replayed.total(),
            not_replayed={why: self._not_replayed[why] for why in NotReplayed if self._not_replayed[why]},
            rules=len(rules),
            unexercised=tuple(self._unexercised(*rule) for rule in rules if rule not in self._exercised),
            situations=sum(map(len, spoken_of.values())),
            situations_exercised=sum(len(points & self._met[lane]) for lane, points in spoken_of.items()),
        )

    def _spoken_of(self, policy: LanePolicy) -> set[Point]:
        world = self._worlds[policy.lane]
        return {
            without_attestations(question, tuple(side[0] for side in box))
            for question in Question
            for box in world.spoken_of(question, [policy.card])
        }

    def _unexercised(self, lane: str, rule: str) -> Unexercised:
        return Unexercised(lane, rule, *(Words(self._vocabulary, language).lane(lane) for language in ("nl", "en")))

    def reproduction(self) -> Reproduction:
        """Give whether the old policy answers what was recorded."""
        return Reproduction(self._agreed[True], self._agreed[False], self._agreed[None])

    def changes(self) -> Iterator[Change]:
        """Tell what would have been decided otherwise, each group of decisions in a sentence."""
        for lane, world in self._worlds.items():
            teller = Teller.of(lane, world, self._old.lane(lane), self._new.lane(lane))
            causes = sorted((cause for of, cause in self._changed if of == lane), key=Cause.place)
            for cause in causes:
                counts = self._changed[lane, cause]
                for box in cover(counts, world.dimensions(cause.question)):
                    yield self._change(ChangedBox(cause, box), counts, teller)

    def _change(self, found: ChangedBox, counts: Counter[Point], teller: Teller) -> Change:
        number = sum(counts[point] for point in points_of(found.box))
        dutch, english = Words(self._vocabulary, "nl"), Words(self._vocabulary, "en")
        return Change(
            lane=teller.lane,
            rules=found.cause.rules,
            opened=number if found.opened else 0,
            closed=number if found.closed else 0,
            sentence_nl=teller.sentence(found, dutch, counted=dutch.decisions(number)),
            sentence_en=teller.sentence(found, english, counted=english.decisions(number)),
            other=0 if found.opened or found.closed else number,
        )

    def _versions(self, lane: str) -> list[LanePolicy]:
        found = (policies.lane(lane) for policies in (self._old, self._new))
        return [policy for policy in found if policy is not None]

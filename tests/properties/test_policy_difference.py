"""What is told of two versions of a policy is what changes, all of it and nothing else, however they differ."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import chain, combinations, groupby, product
from typing import Any, Final, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.policy import DisclosureLevel, LanePolicy, Permitted, PolicySet, Situation, compile_policy
from gateway.core.policy.card import Bar, Basis, DisclosureRule, PolicyFile, RegistrationRule
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.questions.boxes import Point, cover, points_of
from gateway.core.policy.questions.changes import changes_between
from gateway.core.policy.questions.difference import compare
from gateway.core.policy.questions.situations import ATTESTED, Question
from tests.support.cards import POLICIES, VOCABULARY, load

pytestmark = pytest.mark.timeout(900)  # the thorough profile compares thousands of pairs

T = TypeVar("T")
Answer = tuple[int, tuple[object, ...]]  # how much, and why

SMALL: Final = replace(
    VOCABULARY,
    agency_kinds=VOCABULARY.agency_kinds[:3],
    purposes=(*VOCABULARY.purposes[:2], *VOCABULARY.always_silent[:1]),
    preconditions=VOCABULARY.preconditions[:2],
)
KINDS, OPEN = ([term.code for term in terms] for terms in (SMALL.agency_kinds, SMALL.purposes[:2]))
FLAGS = [term.code for term in VOCABULARY.flags[:2]]
FACTS = [term.code for term in SMALL.preconditions]
REAL = [load(path.read_bytes()) for path in sorted(POLICIES.glob("*.yaml")) if path.name != "vocabulary.yaml"]
BASES = ("A", "B", "C")
FIRST_ON, ONE_DAY = date(2026, 1, 1), timedelta(days=1)


def some(values: Sequence[T], *, least: int = 1) -> st.SearchStrategy[tuple[T, ...]]:
    """Choose some of these values."""
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True).map(tuple)


def days() -> st.SearchStrategy[date]:
    """Choose a day of few, so that versions often share an edge."""
    return st.integers(0, 6).map(lambda months: FIRST_ON + months * timedelta(days=30))


def basis(name: str, article: str, from_on: date, length: int | None) -> Basis:
    """Give a basis."""
    until_on = None if length is None else from_on + timedelta(days=30 * length)
    return replace(REAL[0].bases[0], name=name, article=article, valid_from_on=from_on, valid_until_on=until_on)


def why() -> dict[str, Any]:
    """Give what every rule says."""
    return {"explanation_nl": "Omdat.", "explanation_en": "Because."}


def bases() -> st.SearchStrategy[tuple[Basis, ...]]:
    """Choose the dates of the three bases, and the articles that they stand for."""
    one = partial(
        st.builds, basis, article=st.sampled_from("123"), from_on=days(), length=st.none() | st.integers(1, 4)
    )
    return st.tuples(*(one(name=st.just(name)) for name in BASES))


def registering() -> st.SearchStrategy[RegistrationRule]:
    """Make up a rule of who may register."""
    return st.builds(
        partial(RegistrationRule, **why()),
        id=st.sampled_from(("R1", "R2", "R3")),
        agency_kinds=some(KINDS),
        purposes=some(OPEN),
        flags=some(FLAGS),
        preconditions=some(FACTS, least=0),
        basis=some(BASES),
    )


def telling() -> st.SearchStrategy[DisclosureRule]:
    """Make up a rule of what is told, or not told."""
    return st.builds(
        partial(DisclosureRule, police=None, **why()),
        id=st.sampled_from(("V1", "V2", "V3")),
        others=some(KINDS),
        recipients=some(KINDS),
        purposes=some(OPEN),
        own_flags=some(FLAGS),
        other_flags=some(FLAGS),
        level=st.sampled_from(list(DisclosureLevel)[1:]),
        refuses=st.booleans(),
        basis=some(BASES),
    )


def small_cards() -> st.SearchStrategy[PolicyFile]:
    """Make up a small card."""
    return st.builds(
        lambda from_on, months, **parts: replace(
            REAL[0],
            valid_from_on=from_on,
            valid_until_on=from_on + timedelta(days=30 * months),
            silent_purposes=(SMALL.purposes[2].code,),
            **parts,
        ),
        from_on=days(),
        months=st.integers(1, 6),
        bases=bases(),
        registration_rules=st.lists(registering(), max_size=3).map(tuple),
        bars=some(KINDS, least=0).map(lambda kinds: (Bar("N1", kinds, "Omdat.", "Because."),) if kinds else ()),
        disclosure_rules=st.lists(telling(), max_size=4).map(tuple),
    )


def without(rules: tuple[T, ...], index: int) -> tuple[T, ...]:
    """Take one rule away, unless there is none at this place."""
    return rules[:index] + rules[index + 1 :]


def narrowed(card: PolicyFile) -> tuple[PolicyFile, Vocabulary]:
    """Keep few kinds of agency and purposes of a card, so that everything can be asked one by one."""
    rules = card.registration_rules
    named = dict.fromkeys(kind for rule in rules for kind in rule.agency_kinds)
    kinds = (*list(named)[:4], *list(dict.fromkeys(kind for bar in card.bars for kind in bar.agency_kinds))[:1])
    purposes = {*rules[0].purposes, card.silent_purposes[0]}

    def kept(rule: Any) -> Any:
        sides = ("agency_kinds", "recipients", "others")
        return replace(rule, **{s: tuple(k for k in getattr(rule, s) if k in kinds) for s in sides if hasattr(rule, s)})

    small = replace(
        VOCABULARY,
        agency_kinds=tuple(term for term in VOCABULARY.agency_kinds if term.code in kinds),
        purposes=tuple(term for term in VOCABULARY.purposes if term.code in purposes),
    )
    parts = ("registration_rules", "bars", "disclosure_rules")
    few: dict[str, Any] = {part: tuple(map(kept, getattr(card, part))) for part in parts}
    return replace(card, silent_purposes=card.silent_purposes[:1], **few), small


def mutated(card: PolicyFile) -> st.SearchStrategy[PolicyFile]:
    """Change a card as an officer might: a rule gone, a rule with another step, a basis that ends, another last day."""
    first, ends = card.disclosure_rules[0], [card.valid_until_on, date(2027, 7, 1), date(2030, 1, 1)]
    ended = (replace(card.bases[0], valid_until_on=date(2027, 2, 1)), *card.bases[1:])
    changes: list[st.SearchStrategy[dict[str, Any]]] = [
        st.integers(0, 9).map(lambda at: {"registration_rules": without(card.registration_rules, at)}),
        st.integers(0, 9).map(lambda at: {"disclosure_rules": without(card.disclosure_rules, at)}),
        st.sampled_from(list(DisclosureLevel)[1:]).map(
            lambda level: {"disclosure_rules": (replace(first, level=level), *card.disclosure_rules[1:])}
        ),
        st.just({"bases": ended}),
        st.just({"bars": ()}),
    ]
    return st.builds(
        lambda parts, end: replace(card, valid_until_on=end, **parts), st.one_of(changes), st.sampled_from(ends)
    )


def answers_registering(policy: LanePolicy | None, point: Point, facts: frozenset[str], on: date) -> Answer:
    """Ask who may register."""
    if policy is None:
        return 0, ()
    kind, purpose, flag = point
    found = policy.may_register(agency_kind=kind, purpose=purpose, flag=flag, preconditions=facts, on=on)
    if isinstance(found, Permitted):
        return 1, (found.rule, articles(policy, found.basis))
    return 0, () if found.rule is None else (found.rule, articles(policy, found.basis), found.code)


def answers_telling(policy: LanePolicy | None, point: Point, on: date, sides: set[Point]) -> Answer:
    """Ask what a match of two sides would tell the first of them: nothing, where the second would hear nothing."""
    recipient, other, purpose, of_other, own_flag, other_flag = point
    if policy is None or not {(recipient, purpose, own_flag), (other, of_other, other_flag)} <= sides:
        return 0, ()
    found = policy.decide(Situation(recipient, other, purpose, own_flag, other_flag), on=on)
    back = policy.decide(Situation(other, recipient, of_other, other_flag, own_flag), on=on)
    why = (found.rules, articles(policy, found.basis)) if found.rules else ()
    if found.level and not back.level:
        return 0, (*why, "held back")
    return found.level, why


def can_register(policy: LanePolicy | None, every: Sequence[Point], asked_on: Sequence[date]) -> set[Point]:
    """Ask of each kind, purpose and flag whether it may register on any day, whatever it has to attest.

    Where the house brings one message to somebody, a kind that never registers takes part as well.
    """
    facts = frozenset(FACTS) | {term.code for term in VOCABULARY.preconditions}
    found = {point for point in every for on in asked_on if answers_registering(policy, point, facts, on)[0]}
    if policy is None or "one_shot_message" not in policy.card.mechanisms:
        return found
    card = policy.card
    named = {kind for rule in card.disclosure_rules for kind in rule.recipients + rule.others}
    told = named - {kind for rule in card.registration_rules for kind in rule.agency_kinds}
    purposes = {purpose for rule in card.registration_rules for purpose in rule.purposes}
    return found | {point for point in every if point[0] in told and point[1] in purposes and point[2] in card.flags}


def articles(policy: LanePolicy, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Name articles as the law does."""
    return [(policy.bases[name].law, policy.bases[name].article) for name in names]


def days_to_ask(cards: Sequence[PolicyFile]) -> list[date]:
    """Give every day on which anything can begin or end, and the day before each of them."""
    edges = {card.valid_from_on for card in cards} | {card.valid_until_on for card in cards}
    edges |= {edge for card in cards for b in card.bases for edge in (b.valid_from_on, b.valid_until_on) if edge}
    return sorted(edges | {edge - ONE_DAY for edge in edges})


Asked = tuple[Question, Point]
Seen = dict[Asked, list[tuple[date, Answer, Answer]]]


def everything(old: PolicyFile | None, new: PolicyFile | None, vocabulary: Vocabulary) -> Seen:
    """Ask both versions everything on every day, one by one."""
    cards = [card for card in (old, new) if card is not None]
    before, after = (None if card is None else compile_policy(card) for card in (old, new))
    kinds, purposes = ([term.code for term in terms] for terms in (vocabulary.agency_kinds, vocabulary.purposes))
    flags = {flag for card in cards for flag in card.flags}
    flags |= {flag for card in cards for r in card.disclosure_rules for flag in (*r.own_flags, *r.other_flags)}
    facts = sorted({fact for card in cards for rule in card.registration_rules for fact in rule.preconditions})
    seen: Seen = {}
    asked_on = days_to_ask(cards)
    for asking in product(kinds, purposes, flags):
        for attested in chain.from_iterable(combinations(facts, size) for size in range(len(facts) + 1)):
            ask = partial(answers_registering, point=asking, facts=frozenset(attested))
            seen[Question.REGISTERING, (*asking, *attested)] = [
                (on, ask(before, on=on), ask(after, on=on)) for on in asked_on
            ]
    every = list(product(kinds, purposes, flags))
    were, are = (can_register(policy, every, asked_on) for policy in (before, after))
    are |= were  # who registered under the old version is still there
    for (kind, purpose, flag), (other, of_other, other_flag) in product(sorted(are), repeat=2):
        point = (kind, other, purpose, of_other, flag, other_flag)
        seen[Question.TELLING, point] = [
            (on, answers_telling(before, point, on, were), answers_telling(after, point, on, are)) for on in asked_on
        ]
    return seen


def told(old: PolicyFile | None, new: PolicyFile | None, vocabulary: Vocabulary) -> Iterator[tuple[Asked, date, int]]:
    """Give every situation and day of every box, and whether it says more, less or neither."""
    before, after = (None if card is None else compile_policy(card) for card in (old, new))
    found = changes_between(before, after, vocabulary)
    asked_on = days_to_ask([card for card in (old, new) if card is not None])
    for change in found.boxes:
        sign = (change.opened > 0) - (change.closed > 0)
        start, end = change.cause.period
        within = [on for on in asked_on if (start is None or start <= on) and (end is None or on < end)]
        for point in points_of(change.box):
            place = point
            if change.cause.question is Question.REGISTERING:
                stated = zip(found.world.preconditions, point[3:], strict=True)
                place = (*point[:3], *sorted(fact for fact, state in stated if state == ATTESTED))
            yield from (((change.cause.question, place), on, sign) for on in within)


def policies(card: PolicyFile | None) -> PolicySet:
    """Give the set with this card, or the empty one, in a house that has all that any card relies on."""
    every = frozenset(term.code for term in VOCABULARY.mechanisms)
    return PolicySet(() if card is None else (compile_policy(card),), "", every)


def check_all(old: PolicyFile | None, new: PolicyFile | None, vocabulary: Vocabulary) -> None:
    """Hold the difference against asking everything: the same situations on the same days, and the same counts."""
    seen = everything(old, new, vocabulary)
    expected = {
        (asked, on): (after[0] > before[0]) - (after[0] < before[0])
        for asked, answers in seen.items()
        for on, before, after in answers
        if before != after
    }
    found = [((asked, on), sign) for asked, on, sign in told(old, new, vocabulary)]
    assert expected == dict(found)
    assert len(expected) == len(found)  # the boxes do not overlap
    counts: Counter[int] = Counter()
    for answers in seen.values():
        for (before, after), _ in groupby(answers, key=lambda one: one[1:]):
            counts[(after[0] > before[0]) - (after[0] < before[0])] += before != after
    difference = compare(policies(old), policies(new), vocabulary)
    assert (counts[1], counts[-1], counts[0]) == (difference.opened, difference.closed, difference.other)
    assert difference.opened == sum(change.opened for change in difference.changes)
    assert difference.closed == sum(change.closed for change in difference.changes)
    assert len(seen) == difference.situations
    nothing = not (difference.changes or difference.particulars or difference.examples)
    assert nothing == ("Er verandert niets" in difference.text("nl"))


@given(old=small_cards(), new=small_cards())
def test_all_changes_are_told_and_nothing_else(old: PolicyFile, new: PolicyFile) -> None:
    """Two cards that have nothing to do with one another, asked everything on every day."""
    check_all(old, new, SMALL)


@given(old=small_cards(), data=st.data())
def test_a_lane_that_comes_or_goes_is_told(old: PolicyFile, data: st.DataObject) -> None:
    """The lane that is not there refuses everything."""
    pair = data.draw(st.permutations((old, None)))
    check_all(pair[0], pair[1], SMALL)


@given(data=st.data())
def test_all_changes_of_a_real_card_are_told(data: st.DataObject) -> None:
    """A card of the house, changed as an officer might."""
    card, vocabulary = narrowed(data.draw(st.sampled_from(REAL)))
    check_all(card, data.draw(mutated(card)), vocabulary)


@given(old=small_cards(), new=small_cards())
def test_what_opens_one_way_closes_the_other_way(old: PolicyFile, new: PolicyFile) -> None:
    """Nothing is counted by one direction only, as long as the same may register: their registrations stay."""
    new = replace(new, registration_rules=old.registration_rules, bars=old.bars, bases=old.bases)
    new = replace(new, valid_from_on=old.valid_from_on, valid_until_on=old.valid_until_on)
    there, back = compare(policies(old), policies(new), SMALL), compare(policies(new), policies(old), SMALL)
    assert (there.opened, there.closed, there.other) == (back.closed, back.opened, back.other)


@given(
    points=st.sets(st.tuples(*(st.sampled_from(tuple("abcd")[:size]) for size in (4, 3, 3, 2))), max_size=72),
)
def test_boxes_hold_exactly_the_points(points: set[Point]) -> None:
    """Each point once, and no other."""
    boxes = cover(points, [tuple("abcd")[:size] for size in (4, 3, 3, 2)])
    held = [point for box in boxes for point in points_of(box)]
    assert sorted(points) == sorted(held)

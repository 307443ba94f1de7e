"""Who learns what of whom on one day, and who may register: the tables of a lane, without the empty parts."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product

from gateway.core.policy.answers import Permitted, Situation
from gateway.core.policy.boxes import Box, Point, cover
from gateway.core.policy.card import DisclosureLevel
from gateway.core.policy.engine import LanePolicy, askings_of


@dataclass(frozen=True, slots=True)
class Cell:
    """How much a recipient learns of another, and by which rules; silent without a rule where nothing is said."""

    level: DisclosureLevel
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: it holds for every combination of its purposes and flags.

    `rows[i][j]` is what `recipients[i]` learns of `others[j]`. `silent_recipients` and `silent_others` are how many
    kinds of agency that the lane knows are left out: they learn nothing, or nothing is learned of them.
    """

    purposes: tuple[str, ...]
    own_flags: tuple[str, ...]
    other_flags: tuple[str, ...]
    recipients: tuple[str, ...]
    others: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    silent_recipients: int
    silent_others: int


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may register by one rule: every combination of its words; `preconditions` must all be attested."""

    rule: str
    agency_kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    flags: tuple[str, ...]
    preconditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All that a lane's policy allows on a day.

    `kinds` are the kinds of agency of which its card speaks. `silent_conditions` is how many combinations of purpose
    and flags in which registering is possible tell nobody anything, and therefore have no sheet.
    """

    lane: str
    version: int
    on: date
    kinds: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    silent_conditions: int
    admissions: tuple[Admission, ...]


_Table = tuple[tuple[str, str, Cell], ...]  # recipient, other and what is told, where anything is


def matrix(policy: LanePolicy, *, on: date) -> Matrix:
    """Lay out what the policy allows on a day; conditions in which exactly the same is told share their sheet."""
    kinds, purposes = _kinds(policy), _purposes(policy)
    dimensions = (purposes, policy.card.flags, policy.card.flags)
    alike: defaultdict[_Table, list[Point]] = defaultdict(list)
    for condition in product(*dimensions):
        alike[_table(policy, condition, kinds, on)].append(condition)
    silent = alike.pop((), [])
    sheets = [_sheet(table, box, kinds) for table, conditions in alike.items() for box in cover(conditions, dimensions)]
    return Matrix(
        lane=policy.lane,
        version=policy.version,
        on=on,
        kinds=kinds,
        sheets=tuple(sheets),
        silent_conditions=len(silent),
        admissions=tuple(_admissions(policy, kinds, on)),
    )


def _table(policy: LanePolicy, condition: Point, kinds: tuple[str, ...], on: date) -> _Table:
    decided = (
        (recipient, other, policy.decide(Situation(recipient, other, *condition), on=on))
        for recipient, other in product(kinds, kinds)
    )
    return tuple(
        (recipient, other, Cell(decision.level, decision.rules))
        for recipient, other, decision in decided
        if decision.level > DisclosureLevel.SILENT
    )


def _sheet(table: _Table, box: Box, kinds: tuple[str, ...]) -> Sheet:
    told = {(recipient, other): cell for recipient, other, cell in table}
    recipients = tuple(kind for kind in kinds if any(kind == recipient for recipient, _ in told))
    others = tuple(kind for kind in kinds if any(kind == other for _, other in told))
    nothing = Cell(DisclosureLevel.SILENT, ())
    purposes, own_flags, other_flags = box
    return Sheet(
        purposes=purposes,
        own_flags=own_flags,
        other_flags=other_flags,
        recipients=recipients,
        others=others,
        rows=tuple(tuple(told.get((recipient, other), nothing) for other in others) for recipient in recipients),
        silent_recipients=len(kinds) - len(recipients),
        silent_others=len(kinds) - len(others),
    )


def _admissions(policy: LanePolicy, kinds: tuple[str, ...], on: date) -> Iterator[Admission]:
    """Ask for each rule what it permits itself: a bar or an earlier rule may leave it less than it names."""
    for rule in policy.card.registration_rules:
        attested = frozenset(rule.preconditions)
        permitted = [
            tuple(asking)
            for asking in askings_of(rule)
            if isinstance(answer := policy.may_register(**asking._asdict(), preconditions=attested, on=on), Permitted)
            and answer.rule == rule.id
        ]
        for who, purposes, flags in cover(permitted, (kinds, rule.purposes, rule.flags)) if permitted else ():
            yield Admission(rule.id, who, purposes, flags, rule.preconditions)


def _kinds(policy: LanePolicy) -> tuple[str, ...]:
    card = policy.card
    registering = [kind for rule in card.registration_rules for kind in rule.agency_kinds]
    told = [kind for rule in card.disclosure_rules for kind in (*rule.recipients, *rule.others)]
    barred = [kind for bar in card.bars for kind in bar.agency_kinds]
    return tuple(dict.fromkeys((*registering, *told, *barred)))


def _purposes(policy: LanePolicy) -> tuple[str, ...]:
    card = policy.card
    registering = [purpose for rule in card.registration_rules for purpose in rule.purposes]
    told = [purpose for rule in card.disclosure_rules for purpose in rule.purposes]
    return tuple(dict.fromkeys((*registering, *told)))

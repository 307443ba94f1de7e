"""Decides what a year is full of: children, reports of violence, consents, bans and cases, each with its own course."""

import random
from collections import deque
from datetime import date, time, timedelta
from functools import partial
from typing import Final

from gateway.protocol.messages.registrations import WithdrawalReason
from load_tests.year_calls import Calls
from load_tests.year_days import Act, Days, at, working_day
from load_tests.year_region import YEAR, Mix
from tests.support.house import TestAgency

_FIRST_ON: Final = date(YEAR, 1, 1)
_DAYS: Final = 365
_MORNING, _NOON, _NIGHT = time(9), time(14), time(3, 30)
_YOUTH_KINDS: Final = ("school", "local_team", "police", "mental_health", "youth_protection", "veilig_thuis")
_SHARES: Final = (40, 25, 12, 10, 8, 5)
_KNOWN_ALREADY: Final = 0.37  # so many of the children who are registered are somebody's already
_REMEMBERED: Final = 4_000  # children among whom those are: who was registered lately is registered again


class Life:
    """A year on the agenda of its agencies."""

    def __init__(self, days: Days, calls: Calls, chance: random.Random) -> None:
        """Write into an agenda."""
        self._days = days
        self._calls = calls
        self._chance = chance
        self._children: deque[str] = deque(maxlen=_REMEMBERED)
        self._lanes: dict[str, str] = {}
        self._of: dict[str, list[TestAgency]] = {}
        for one in calls.small.parties:
            self._of.setdefault(one.kind, []).append(one)
        days.on_renewal = self._maybe_renews

    def plan(self, mix: Mix) -> None:
        """Put a year of a region on the agenda."""
        for number in range(mix.youth):
            self._at_work(partial(self._child, f"child {number}"))
        for number in range(mix.reports):
            self._days.later(at(self._any_day(), _MORNING), partial(self._report, f"family {number}"))
        for number in range(mix.consents):
            self._at_work(partial(self._consent, f"adult {number}"))
        for number in range(mix.bans):
            self._days.later(at(self._any_day(), _NIGHT), partial(self._ban, f"banned {number}"))
        for number in range(mix.cases):
            self._at_work(partial(self._case, number))
        for agencies in self._of.values():
            for agency in agencies:
                self._confirms(agency, _FIRST_ON)

    def _child(self, name: str, on: date) -> None:
        """Register a child in the lane of youth; its term, its end and its agency's regret are drawn."""
        known = bool(self._children) and self._chance.random() < _KNOWN_ALREADY
        child = self._chance.choice(self._children) if known else name
        if not known:
            self._children.append(child)
        agency = self._one_of(self._chance.choices(_YOUTH_KINDS, _SHARES)[0])
        days = self._chance.choices((120, 240, 365, 700), (15, 25, 40, 20))[0]
        grown = self._chance.random() < 0.06  # turns 23 within the year
        until = on + timedelta(days=self._chance.randrange(30, 330) if grown else days)
        keep_until = until.replace(day=1) if grown else date(YEAR + 1 + self._chance.randrange(1, 15), 3, 1)
        changes: dict[str, object] = {"valid_until": until, "archive_until": keep_until}
        self._days.asks((agency, "youth", child, changes), partial(self._ends, agency, "youth"))

    def _ends(self, agency: TestAgency, lane: str, registration: str, on: date) -> None:
        """Draw whether and why a registration is withdrawn before its term is over."""
        self._lanes[registration] = lane
        drawn = self._chance.random()
        if drawn < 0.002:  # somebody fishes: it looks, and is gone within the day
            self._days.later(at(on, time(16)), self._gone(agency, lane, registration, WithdrawalReason.RISK_GONE))
        elif drawn < 0.012:
            self._leaves(agency, lane, registration, WithdrawalReason.REGISTERED_IN_ERROR, on + timedelta(days=3))
        elif drawn < 0.017:
            self._leaves(agency, lane, registration, WithdrawalReason.OBJECTION_UPHELD, on + timedelta(days=40))
        elif drawn < 0.25:
            later = timedelta(days=self._chance.randrange(30, 200))
            self._leaves(agency, lane, registration, WithdrawalReason.RISK_GONE, on + later)

    def _report(self, family: str, _: date) -> None:
        """Let a report come in at Veilig Thuis: of the police four times in five, and a local team knows the family."""
        (veilig_thuis,) = self._of["veilig_thuis"]
        team = self._one_of("local_team")
        if self._chance.random() < 0.8:
            police = self._one_of("police")
            self._days.asks(
                (police, "veilig_thuis", family, {"flag": "care_report"}), partial(self._ends, police, "veilig_thuis")
            )
        if self._chance.random() < 0.6:
            self._days.asks((team, "veilig_thuis", family, {}), lambda *_: None)
        self._days.asks(
            (veilig_thuis, "veilig_thuis", family, {"flag": "open_report"}),
            partial(self._opened, veilig_thuis, team, family),
        )

    def _opened(self, vt: TestAgency, team: TestAgency, family: str, report: str, on: date) -> None:
        next_on = on + timedelta(days=1)
        self._days.later(at(next_on, _MORNING), lambda _: self._begins(vt, team, family, report, next_on))
        self._leaves(vt, "veilig_thuis", report, WithdrawalReason.RISK_GONE, on + timedelta(days=120))

    def _begins(self, vt: TestAgency, team: TestAgency, family: str, report: str, on: date) -> None:
        if self._calls.begins(vt, report) and self._chance.random() < 0.4:
            offered_on = working_day(on + timedelta(days=self._chance.randrange(5, 40)), 0)
            self._days.later(at(offered_on, _MORNING), partial(self._offers, vt, team, family, report))

    def _offers(self, vt: TestAgency, team: TestAgency, family: str, report: str, on: date) -> None:
        standing = self._days.store.view("standing", lambda view: view.matches.standing_of([report]))
        match = next((match for match, other in standing if other == team.oin), None)
        handover = None if match is None else self._calls.offers(vt, report, match)
        drawn = self._chance.random()
        if handover is None or drawn < 0.08:  # an offer that nobody answers is told to both
            return
        answered_on = working_day(on, self._chance.randrange(1, 8))
        if drawn < 0.15:
            self._days.later(at(answered_on, _NOON), lambda _: self._calls.refuses(team, handover))
        else:
            self._days.later(at(answered_on, _NOON), partial(self._accepts, vt, team, family, handover, report))

    def _accepts(self, vt: TestAgency, team: TestAgency, family: str, handover: str, report: str, _: date) -> None:
        if self._calls.accepts(team, handover):
            self._days.asks((vt, "veilig_thuis", family, {"flag": "monitoring"}), lambda *_: None)
            self._calls.withdraws(vt, "veilig_thuis", report, WithdrawalReason.RISK_GONE)

    def _consent(self, person: str, on: date) -> None:
        team, care = self._one_of("local_team"), self._one_of("mental_health")
        given = [
            self._calls.consents(team, person, care.kind, on=on),
            self._calls.consents(care, person, team.kind, on=on),
        ]
        for agency in (team, care):
            self._days.asks((agency, "adult", person, {"preconditions": ("consent_valid",)}), lambda *_: None)
        if given[0] and self._chance.random() < 0.2:
            consent, back_on = given[0], on + timedelta(days=self._chance.randrange(10, 150))
            self._days.later(at(back_on, _MORNING), lambda _: self._calls.withdraws_consent(team, consent))

    def _ban(self, person: str, on: date) -> None:
        (desk,) = self._of["ban_desk"]
        ban = self._calls.imposes(desk, person, on=on)
        police = self._one_of("police")
        role: dict[str, object] = {"preconditions": ("role_in_ban",), "valid_until": on + timedelta(days=20)}
        self._days.asks((police, "home_ban", person, role), lambda *_: None)
        if ban is not None and self._chance.random() < 0.3:
            extended_on, until = on + timedelta(days=8), on + timedelta(days=28)
            renewed = partial(self._calls.renews, desk, "home_ban", ban.id, until=until)
            self._days.later(at(extended_on, _NOON), lambda today_on: renewed(on=today_on))

    def _case(self, number: int, on: date) -> None:
        police, (prosecution,) = self._one_of("police"), self._of["public_prosecution"]
        reference = f"ZVH-{number}"
        case = self._calls.opens_case(police, reference, prosecution, on=on)
        members: dict[str, object] = {"preconditions": ("intake_accepted",), "case_reference": reference}
        for agency in (police, prosecution):
            self._days.asks((agency, "safety_house", f"case {number}", members), lambda *_: None)
        if case is not None:
            closed_on = on + timedelta(days=self._chance.randrange(60, 180))
            self._days.later(at(closed_on, _NOON), lambda _: self._calls.closes_case(police, case))

    def _maybe_renews(self, agency: TestAgency, registration: str, on: date) -> None:
        if self._lanes.get(registration) == "youth" and self._chance.random() < 0.3:
            self._calls.renews(agency, "youth", registration, on=on, until=on + timedelta(days=180))

    def _confirms(self, agency: TestAgency, on: date) -> None:
        """Confirm the desk every eighty days, but for one agency in ten, which forgets."""
        if agency.kind and self._chance.random() < 0.9:
            for days in range(80, _DAYS, 80):
                self._days.later(at(on + timedelta(days=days), _NOON), lambda _: self._calls.confirms_desk(agency))

    def _leaves(self, agency: TestAgency, lane: str, id_: str, reason: WithdrawalReason, on: date) -> None:
        self._days.later(at(on, _NOON), self._gone(agency, lane, id_, reason))

    def _gone(self, agency: TestAgency, lane: str, id_: str, reason: WithdrawalReason) -> Act:
        return lambda _: self._calls.withdraws(agency, lane, id_, reason)

    def _at_work(self, act: Act) -> None:
        hours = (_MORNING, time(11), _NOON, time(16))
        self._days.later(at(working_day(self._any_day(), 0), self._chance.choice(hours)), act)

    def _any_day(self) -> date:
        return _FIRST_ON + timedelta(days=self._chance.randrange(_DAYS))

    def _one_of(self, kind: str) -> TestAgency:
        return self._chance.choice(self._of[kind])

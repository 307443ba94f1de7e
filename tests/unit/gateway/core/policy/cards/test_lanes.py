"""The seven lanes as their cards say them: who may register, who never may, and what each side hears of the other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Final

import pytest

from gateway.core.policy import Denial, Denied, DisclosureLevel, LanePolicy, Permitted, Situation
from gateway.core.policy.card import Span, Told
from gateway.policies.directory import load_policies
from tests.support.cards import POLICIES, VOCABULARY

TODAY: Final = date(2027, 4, 20)
AFTER: Final = date(2029, 1, 1)  # the day after every card has ended
KINDS: Final = tuple(term.code for term in VOCABULARY.agency_kinds)
SILENT: Final = {
    "criminal-investigation",
    "migration-control",
    "fraud-detection",
    "insurance",
    "employment",
    "screening",
    "bulk-analytics",
}
ALL: Final = load_policies(POLICIES)

# What a side hears, least to most.
ARRIVED, CONTACT, FLAG, FACT = (
    *(DisclosureLevel.ACKNOWLEDGED, DisclosureLevel.CONTACT),
    *(DisclosureLevel.FLAG, DisclosureLevel.FACT),
)
YOUTH_DESKS: Final = {
    *("police", "veilig_thuis", "local_team", "school", "school_attendance", "mental_health", "youth_care"),
    *("youth_protection", "child_protection_board", "youth_health", "hospital_emergency", "shelter"),
}
SAFETY_CHAIN: Final = {"child_protection_board", "youth_protection", "local_team", "crisis_team"}
CARERS: Final = {
    *("mental_health", "youth_care", "youth_health", "hospital_emergency", "sexual_assault_center", "shelter"),
    *("school", "school_attendance"),
}
CONSENTED: Final = {"mental_health", "hospital_emergency", "shelter", "sexual_assault_center"}
TOWN: Final = {"local_team", "municipal_executive"}
FIRST_PARAGRAPH: Final = {
    *("child_protection_board", "custodial_institutions", "police", "public_prosecution", "mayor"),
    *("municipal_executive", "municipal_health"),
}
BAN_HELPERS: Final = {
    "veilig_thuis",
    "local_team",
    "crisis_team",
    "youth_protection",
    "child_protection_board",
    "shelter",
}
ON_CALL: Final = {
    *("police", "veilig_thuis", "crisis_team", "youth_protection", "child_protection_board", "mental_health"),
    *("hospital_emergency", "sexual_assault_center", "shelter"),
}


@dataclass(frozen=True, slots=True)
class May:
    """Who may register with which flags, once these facts are attested."""

    kinds: set[str]
    flags: set[str]
    attesting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hears:
    """Who hears how much of whom; with any flag unless one is named."""

    recipients: set[str]
    others: set[str]
    level: DisclosureLevel
    own_flag: str | None = None
    other_flag: str | None = None

    def of(self, situation: Situation) -> bool:
        """Whether this line speaks of a situation."""
        return (
            situation.recipient_kind in self.recipients
            and situation.other_kind in self.others
            and self.own_flag in {None, situation.own_flag}
            and self.other_flag in {None, situation.other_flag}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What must hold of one lane."""

    purpose: str
    may: tuple[May, ...]
    never: set[str]
    hears: tuple[Hears, ...]
    symmetric: bool
    terms: tuple[Span, Span]  # at most, and when nothing else is said
    contact_working_days: int = 5
    ages: tuple[int | None, int | None] = (None, None)
    notice: Told = Told.BY_AGE
    archive: Span | None = None
    relies_on: tuple[str, ...] = ()


VT: Final = {"veilig_thuis"}
POLICE: Final = {"police"}
DESK: Final = {"ban_desk"}
SCHOOL: Final = {"school"}
LANES: Final = {
    "youth": Lane(
        purpose="youth-coordination",
        may=(May(YOUTH_DESKS, {"involved"}),),
        never={
            *("childcare", "public_prosecution", "adult_probation", "custodial_institutions", "housing_corporation"),
            "hospital",
        },
        hears=(Hears(YOUTH_DESKS, YOUTH_DESKS, CONTACT),),
        symmetric=True,
        terms=(Span(months=24), Span(months=18)),
        ages=(None, 23),
        archive=Span(months=60),
    ),
    "veilig_thuis": Lane(
        purpose="vt-radar",
        may=(May(VT, {"open_report", "monitoring"}), May(POLICE | SAFETY_CHAIN | CARERS, {"involved", "care_report"})),
        never={"public_prosecution", "custodial_institutions", "childcare", "housing_corporation"},
        hears=(
            Hears(VT, VT | POLICE | SAFETY_CHAIN | CARERS, FLAG),
            Hears(SAFETY_CHAIN, VT, CONTACT),
            Hears(CARERS, VT, CONTACT, own_flag="care_report"),
            Hears(CARERS, VT, ARRIVED, own_flag="involved"),
            Hears(POLICE, VT, ARRIVED),
        ),
        symmetric=False,
        terms=(Span(months=18), Span(months=18)),
    ),
    "adult": Lane(
        purpose="adult-coordination",
        may=(May(CONSENTED | TOWN, {"involved"}, frozenset({"consent_valid"})),),
        never={
            *("police", "public_prosecution", "custodial_institutions", "adult_probation", "school"),
            *("school_attendance", "youth_care", "youth_protection", "child_protection_board", "youth_health"),
            "childcare",
        },
        hears=(Hears(CONSENTED | TOWN, CONSENTED | TOWN, CONTACT),),
        symmetric=True,
        terms=(Span(months=12), Span(months=6)),
        ages=(23, None),
        notice=Told.PERSON,
        relies_on=("consent_register",),
    ),
    "safety_house": Lane(
        purpose="case-conference",
        may=(May(FIRST_PARAGRAPH, {"involved"}, frozenset({"intake_accepted"})),),
        never={"veilig_thuis", "youth_protection", "mental_health", "adult_probation"},
        hears=(Hears(FIRST_PARAGRAPH, FIRST_PARAGRAPH, CONTACT),),
        symmetric=True,
        terms=(Span(months=12), Span(months=6)),
        relies_on=("case_list",),
    ),
    "home_ban": Lane(
        purpose="home-ban-support",
        may=(
            May(DESK, {"ban_in_force"}, frozenset({"ban_imposed"})),
            May(BAN_HELPERS | POLICE, {"involved"}, frozenset({"role_in_ban"})),
        ),
        never={"school", "school_attendance", "childcare", "housing_corporation"},
        hears=(
            Hears(BAN_HELPERS | POLICE, DESK, FACT, other_flag="ban_in_force"),
            Hears(DESK, BAN_HELPERS | POLICE, CONTACT),
        ),
        symmetric=False,
        terms=(Span(days=28), Span(days=10)),
        contact_working_days=1,
        relies_on=("ban_clock",),
    ),
    "handle_with_care": Lane(
        purpose="support-at-school",
        may=(May(VT | POLICE, {"code_word"}),),
        never={"school"},
        hears=(Hears(SCHOOL, VT | POLICE, FLAG), Hears(VT | POLICE, SCHOOL, ARRIVED)),
        symmetric=False,
        terms=(Span(days=3), Span(days=1)),
        contact_working_days=1,
        ages=(None, 18),
        relies_on=("one_shot_message",),
    ),
    "emergency": Lane(
        purpose="emergency-help",
        may=(May(ON_CALL, {"immediate_danger"}, frozenset({"reason_recorded", "two_reviewers"})),),
        never={"public_prosecution", "custodial_institutions", "housing_corporation", "childcare"},
        hears=(Hears(ON_CALL, ON_CALL, CONTACT),),
        symmetric=True,
        terms=(Span(days=3), Span(days=1)),
        contact_working_days=1,
        relies_on=("emergency_procedure",),
    ),
}
WAITING: Final = [name for name, lane in LANES.items() if lane.relies_on]
every_lane: Final = pytest.mark.parametrize("name", LANES)


def policy(name: str) -> LanePolicy:
    """Give the policy of a lane."""
    found = ALL.lane(name)
    assert found is not None
    return found


def register(
    name: str,
    kind: str,
    flag: str,
    attesting: frozenset[str] = frozenset(),
    *,
    purpose: str = "",
    on: date = TODAY,
) -> Permitted | Denied:
    """Ask the card of a lane whether a registration may be made; for the purpose of the lane unless told otherwise."""
    asked = purpose or LANES[name].purpose
    return policy(name).may_register(agency_kind=kind, purpose=asked, flag=flag, preconditions=attesting, on=on)


def denial(answer: Permitted | Denied) -> Denial:
    """Give the reason of a denial."""
    assert isinstance(answer, Denied)
    return answer.code


def situations(name: str, *, purpose: str = "") -> Iterator[Situation]:
    """Give every meeting of two kinds of agency under every two flags of the lane."""
    flags = policy(name).card.flags
    for recipient, other, own, others in product(KINDS, KINDS, flags, flags):
        yield Situation(recipient, other, purpose or LANES[name].purpose, own, others)


def heard(name: str, situation: Situation, *, on: date = TODAY) -> DisclosureLevel:
    """Give how much is heard."""
    return policy(name).decide(situation, on=on).level


def first_may(name: str) -> tuple[str, str, frozenset[str]]:
    """Give somebody who may register in a lane, with a flag and what must be attested."""
    may = LANES[name].may[0]
    return min(may.kinds), min(may.flags), may.attesting


class TestEveryLane:
    """What the table above says of each lane."""

    def test_there_are_seven(self) -> None:
        """Neither more nor fewer."""
        assert set(LANES) == {lane.lane for lane in ALL.policies} == {term.code for term in VOCABULARY.lanes}

    @every_lane
    def test_exactly_these_may_register(self, name: str) -> None:
        """With exactly these flags, for the one purpose of the lane; all others are refused (domain rule 5)."""
        everything = frozenset(term.code for term in VOCABULARY.preconditions)
        flags = [term.code for term in VOCABULARY.flags]
        admitted = {pair for may in LANES[name].may for pair in product(may.kinds, may.flags)}
        asked = {pair: register(name, *pair, everything) for pair in product(KINDS, flags)}
        assert admitted == {pair for pair, answer in asked.items() if isinstance(answer, Permitted)}

    @every_lane
    def test_nothing_that_must_be_attested_may_be_left_out(self, name: str) -> None:
        """Attesting all of it permits; leaving out any one refuses and says what is missing (domain rule 6)."""
        for may in LANES[name].may:
            kind, flag = min(may.kinds), min(may.flags)
            assert isinstance(register(name, kind, flag, may.attesting), Permitted)
            for fact in may.attesting:
                answer = register(name, kind, flag, may.attesting - {fact})
                assert isinstance(answer, Denied)
                assert (Denial.PRECONDITION_MISSING, (fact,)) == (answer.code, answer.allowed)

    @every_lane
    def test_exactly_these_never_may_and_are_told_why(self, name: str) -> None:
        """A rule says so, whatever is attested."""
        barred = {kind for bar in policy(name).card.bars for kind in bar.agency_kinds}
        assert LANES[name].never == barred
        _, flag, attesting = first_may(name)
        answers = {kind: register(name, kind, flag, attesting) for kind in barred}
        assert {Denial.AGENCY_KIND_NOT_ADMITTED} == {denial(answer) for answer in answers.values()}
        assert [] == [kind for kind, answer in answers.items() if isinstance(answer, Denied) and answer.rule is None]

    @every_lane
    def test_each_side_hears_exactly_this(self, name: str) -> None:
        """In both directions, for every two kinds of agency and all flags; what the table leaves out is silent."""
        wrong = {
            situation: heard(name, situation)
            for situation in situations(name)
            if heard(name, situation)
            != max((line.level for line in LANES[name].hears if line.of(situation)), default=DisclosureLevel.SILENT)
        }
        assert {} == wrong

    @every_lane
    def test_both_are_told_or_neither(self, name: str) -> None:
        """Whoever may hear something is heard of as well, under flags that both can register with (domain rule 3)."""
        flags: dict[str, set[str]] = {}
        for may in LANES[name].may:
            flags |= dict.fromkeys(may.kinds, may.flags)
        met = [at for at in situations(name) if at.own_flag in flags.get(at.recipient_kind, ())]
        met = [at for at in met if at.other_flag in flags.get(at.other_kind, ())]
        assert [] == [at for at in met if (heard(name, at) > 0) != (heard(name, at.mirrored) > 0)]

    @every_lane
    def test_its_particulars(self, name: str) -> None:
        """Symmetry, terms, ages, deadline, notice, archive and what it waits for."""
        card, lane = policy(name).card, LANES[name]
        assert lane.symmetric == card.symmetric
        assert lane.terms == (card.terms.maximum, card.terms.default)
        assert lane.contact_working_days == card.terms.contact_working_days
        assert lane.ages == (card.from_age, card.under_age)
        assert (lane.notice, lane.archive) == (card.notice.to, card.terms.archive)
        assert lane.relies_on == card.mechanisms

    @every_lane
    def test_a_match_without_contact_ends_with_the_match_supervisor(self, name: str) -> None:
        """No lane lets a match be forgotten (domain rule 14)."""
        terms = policy(name).card.terms
        assert terms.ladder.supervisor_working_days is not None
        assert terms.ladder.supervisor_working_days > terms.contact_working_days

    @every_lane
    def test_every_basis_has_a_line_for_the_lawyer(self, name: str) -> None:
        """And a day before which it is looked at again, within the life of the card."""
        card = policy(name).card
        assert [] == [basis.name for basis in card.bases if not basis.to_confirm.endswith(".")]
        assert all(card.valid_from_on < basis.review_before_on < card.valid_until_on for basis in card.bases)

    @every_lane
    def test_every_controller_is_for_a_lawyer_to_confirm(self, name: str) -> None:
        """Who answers for the processing is not for the software to settle."""
        controllers = policy(name).card.controllers
        assert [] == [controller for controller in controllers if "te bevestigen door een jurist" not in controller]

    @every_lane
    def test_whatever_is_told_of_the_police_rests_on_a_decision(self, name: str) -> None:
        """With the five elements of the Wpg, article 20, second paragraph; and only then."""
        rules = policy(name).card.disclosure_rules
        of_police = {rule.id for rule in rules if "police" in rule.others and not rule.refuses}
        assert of_police == {rule.id for rule in rules if rule.police is not None}

    @every_lane
    def test_nothing_is_allowed_on_the_day_after_the_card(self, name: str) -> None:
        """Nobody registers and nobody hears anything."""
        assert Denial.POLICY_EXPIRED == denial(register(name, *first_may(name), on=AFTER))
        assert {DisclosureLevel.SILENT} == {heard(name, situation, on=AFTER) for situation in situations(name)}
        assert isinstance(register(name, *first_may(name), on=AFTER - timedelta(days=1)), Permitted)


class TestSilentPurposes:
    """Investigation, migration control, fraud, insurers, employers, screening, bulk analytics."""

    @every_lane
    def test_every_lane_names_all_seven(self, name: str) -> None:
        """Whoever signs the card has read them."""
        assert SILENT == set(policy(name).card.silent_purposes)

    @every_lane
    def test_nobody_registers_or_hears_anything_for_them(self, name: str) -> None:
        """Whoever asks, with whatever attested."""
        _, flag, attesting = first_may(name)
        asked = [register(name, kind, flag, attesting, purpose=purpose) for kind, purpose in product(KINDS, SILENT)]
        assert {Denial.PURPOSE_SILENT} == set(map(denial, asked))
        told = {heard(name, at) for purpose in SILENT for at in situations(name, purpose=purpose)}
        assert {DisclosureLevel.SILENT} == told


class TestNoBridges:
    """Registrations never match across lanes."""

    def test_a_purpose_belongs_to_one_lane(self) -> None:
        """No registration can be meant for two lanes."""
        purposes = [
            {purpose for rule in lane.card.registration_rules for purpose in rule.purposes} for lane in ALL.policies
        ]
        assert sorted(lane.purpose for lane in LANES.values()) == sorted(p for found in purposes for p in found)

    @pytest.mark.parametrize(("name", "other"), [(a, b) for a, b in product(LANES, LANES) if a != b])
    def test_no_lane_admits_the_purpose_of_another(self, name: str, other: str) -> None:
        """Neither to register nor to hear."""
        kind, flag, attesting = first_may(name)
        answer = register(name, kind, flag, attesting, purpose=LANES[other].purpose)
        assert Denial.PURPOSE_NOT_ADMITTED == denial(answer)
        meeting = Situation(kind, kind, LANES[other].purpose, flag, flag)
        assert DisclosureLevel.SILENT is heard(name, meeting)


class TestLanesThatWait:
    """A lane whose card relies on a part of the house that does not exist yet."""

    @pytest.mark.parametrize("name", WAITING)
    def test_it_is_refused_until_that_part_is_built(self, name: str) -> None:
        """What the card promises could not be kept."""
        kind, flag, attesting = first_may(name)
        none_built = replace(ALL, mechanisms=frozenset())
        all_built = replace(ALL, mechanisms=frozenset(LANES[name].relies_on))
        answers = [
            policies.may_register(
                lane=name,
                agency_kind=kind,
                purpose=LANES[name].purpose,
                flag=flag,
                preconditions=attesting,
                on=TODAY,
            )
            for policies in (none_built, all_built)
        ]
        assert Denial.LANE_NOT_BUILT == denial(answers[0])
        assert isinstance(answers[1], Permitted)

    @pytest.mark.parametrize("name", ["youth", "veilig_thuis"])
    def test_two_lanes_wait_for_nothing(self, name: str) -> None:
        """Youth and Veilig Thuis can be used now."""
        assert () == policy(name).card.mechanisms


class TestWhatMattersMost:
    """The promises that are made to people, one by one."""

    def test_youth_tells_a_contact_and_no_flag(self) -> None:
        """A closed list: contact, and never a flag or a reason (Jeugdwet, article 7.1.4.3)."""
        assert {0, 2} == {heard("youth", situation) for situation in situations("youth")}
        assert {CONTACT} == {basis.reaches for basis in policy("youth").card.bases}

    def test_the_police_never_learn_more_than_an_acknowledgement_of_veilig_thuis(self) -> None:
        """Whatever flags the two registered with, on any day; and a rule of its own sees to that."""
        met = [at for at in situations("veilig_thuis") if at[:2] == ("police", "veilig_thuis")]
        days = policy("veilig_thuis").starts_on
        assert {ARRIVED} == {heard("veilig_thuis", situation, on=on) for situation, on in product(met, days)}
        refusing = {rule.id for rule in policy("veilig_thuis").card.disclosure_rules if rule.refuses}
        assert refusing <= set(policy("veilig_thuis").decide(met[0], on=TODAY).rules)

    def test_veilig_thuis_hears_the_flag_and_tells_none_but_another_veilig_thuis(self) -> None:
        """The lane is asymmetric, and it is Veilig Thuis that sees most."""
        of_vt = [at for at in situations("veilig_thuis") if at.other_kind == "veilig_thuis" != at.recipient_kind]
        assert CONTACT == max(heard("veilig_thuis", situation) for situation in of_vt)

    def test_without_a_report_or_monitoring_veilig_thuis_does_not_register(self) -> None:
        """An involvement of any other sort does not open the radar."""
        assert Denial.FLAG_NOT_ADMITTED == denial(register("veilig_thuis", "veilig_thuis", "involved"))

    def test_two_others_learn_nothing_of_one_another_in_the_lane_of_veilig_thuis(self) -> None:
        """Police and school meet in the youth lane or not at all."""
        met = [at for at in situations("veilig_thuis") if "veilig_thuis" not in at[:2]]
        assert {DisclosureLevel.SILENT} == {heard("veilig_thuis", situation) for situation in met}

    def test_monitoring_ends_after_eighteen_months(self) -> None:
        """At most, whatever is asked (domain rule 13)."""
        answer = register("veilig_thuis", "veilig_thuis", "monitoring")
        assert isinstance(answer, Permitted)
        assert date(2028, 10, 20) == answer.latest_valid_until_on

    def test_a_ban_lapses_after_ten_days_and_never_lasts_longer_than_twenty_eight(self) -> None:
        """Calendar days that no holiday shifts (domain rule 13)."""
        answer = register("home_ban", "ban_desk", "ban_in_force", frozenset({"ban_imposed"}))
        assert isinstance(answer, Permitted)
        assert (date(2027, 4, 30), date(2027, 5, 18)) == (answer.default_valid_until_on, answer.latest_valid_until_on)

    def test_a_school_hears_the_code_word_and_nothing_stays(self) -> None:
        """One shot: it lapses within a weekend, nothing goes to an archive, and the school tells nothing back."""
        terms = policy("handle_with_care").card.terms
        assert (Span(days=1), None) == (terms.match, terms.archive)
        code_word = Situation("school", "police", "support-at-school", "code_word", "code_word")
        assert (FLAG, ARRIVED) == (heard("handle_with_care", code_word), heard("handle_with_care", code_word.mirrored))

    def test_a_lane_keeps_an_archive_only_for_the_young(self) -> None:
        """Elsewhere what is withdrawn is gone (domain rule 12)."""
        assert ["youth"] == [lane.lane for lane in ALL.policies if lane.card.terms.archive is not None]

    def test_consent_reaches_no_one_who_can_compel(self) -> None:
        """Police, prosecution, prison and probation have no use for the consent of an adult."""
        for kind in ("police", "public_prosecution", "custodial_institutions", "adult_probation"):
            answer = register("adult", kind, "involved", frozenset({"consent_valid"}))
            assert isinstance(answer, Denied)
            assert "N1" == answer.rule


class TestTheVocabulary:
    """The closed list of words."""

    def test_no_word_is_idle(self) -> None:
        """Every word is used by a card; only the ladder is whole by itself, whichever of its steps the cards use."""
        cards = [lane.card for lane in ALL.policies]
        rules = [rule for card in cards for rule in card.registration_rules]
        barred = {kind for card in cards for bar in card.bars for kind in bar.agency_kinds}
        purposes = {purpose for rule in rules for purpose in rule.purposes}
        used = {
            "lanes": {card.lane for card in cards},
            "agency_kinds": barred | {kind for rule in rules for kind in rule.agency_kinds},
            "purposes": purposes | {purpose for card in cards for purpose in card.silent_purposes},
            "flags": {flag for rule in rules for flag in rule.flags},
            "preconditions": {fact for rule in rules for fact in rule.preconditions},
            "mechanisms": {part for card in cards for part in card.mechanisms},
        }
        assert used == {name: {term.code for term in getattr(VOCABULARY, name)} for name in used}

    def test_exactly_seven_purposes_are_silent_everywhere(self) -> None:
        """The list of the design, no more and no fewer."""
        assert SILENT == {term.code for term in VOCABULARY.always_silent}

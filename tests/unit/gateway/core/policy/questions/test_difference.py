"""What an officer reads of a change: counts first, one true sentence for each cause, and nothing left out."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from gateway.core.policy import LanePolicy, PolicySet, compile_policy
from gateway.core.policy.cards.vocabulary import load_vocabulary
from gateway.core.policy.questions.difference import Change, Difference, compare
from tests.support.cards import VOCABULARY, VOCABULARY_TEXT, basis_until, changed, load, policy, telling
from tests.support.cards import Change as CardChange

OLD = policy()
EVERYONE = 12 * 12
PURPOSE = "voor doel Afstemming van hulp aan een jeugdige"
LANE = "(Jeugd (verwijsindex risicojongeren, SISA))"


def sets(*policies: LanePolicy) -> PolicySet:
    """Give a set of policies."""
    return PolicySet(policies, "")


def after(*changes: CardChange) -> Difference:
    """Compare the youth card with a changed one."""
    return compare(sets(OLD), sets(policy(*changes)), VOCABULARY)


def only(found: Difference) -> Change:
    """Give the one change that there is."""
    (change,) = found.changes
    return change


def told_to(*kinds: str) -> CardChange:
    """Make a change that leaves the rule of telling these recipients, and the same as others."""

    def change(content: dict[str, Any]) -> None:
        content["wederkerig"] = "ja"
        content["vertellen"][0] |= {"aan": list(kinds), "van": list(kinds)}
        shown = {"van": kinds[0], "aan": kinds[1], "doel": "jeugd-afstemming", "wat": "contact"}
        content["voorbeelden"]["vertellen"] = [{**shown, "dan": "mag", "door": "V1"}]

    return change


def until(last_day: str) -> CardChange:
    """Make a change that gives the card another last day."""

    def change(content: dict[str, Any]) -> None:
        content["geldig"]["tot-en-met"] = last_day
        for examples in content["voorbeelden"].values():
            examples[:] = [example for example in examples if "op" not in example]

    return change


def put(*path: str | int, value: object) -> CardChange:
    """Make a change that puts something at a place of the card."""

    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


class TestNothingChanges:
    """The same policy twice."""

    @pytest.mark.parametrize(("language", "said"), [("nl", "Er verandert niets:"), ("en", "Nothing changes:")])
    def test_it_is_said_that_nothing_changes(self, language: Any, said: str) -> None:
        """An empty page would leave room for doubt."""
        found = after()
        assert (0, 0, 0, (), ()) == (found.opened, found.closed, found.other, found.changes, found.particulars)
        assert said in found.text(language)

    def test_it_says_how_much_was_compared(self) -> None:
        """All kinds, purposes and flags, and everyone who can register meeting everyone, in each of three periods."""
        kinds, purposes = len(VOCABULARY.agency_kinds), len(VOCABULARY.purposes)
        found = after()
        assert kinds * purposes + EVERYONE == found.situations
        assert 3 * found.situations == found.comparisons


class TestOneChange:
    """A change is told once, exactly, with its cause."""

    def test_a_rule_that_tells_fewer_closes(self) -> None:
        """Two sentences hold all that closes, and the counts are those of the pairs."""
        found = after(told_to("politie", "school"))
        assert (0, EVERYONE - 4) == (found.opened, found.closed)
        assert [("V1",)] * 2 == [change.rules for change in found.changes]
        assert EVERYONE - 4 == sum(change.closed for change in found.changes)
        first = found.changes[0].sentence_nl
        assert first.startswith(f"Regel V1 {LANE}: alle deelnemers horen van alle deelnemers behalve Politie en School")
        assert first.endswith("(was: Contact, door regel V1; Jeugdwet 7.1.4.3). 120 situaties.")

    def test_a_refusal_is_told_as_its_cause(self) -> None:
        """Both rules are named, and what the recipient hears now and heard before."""
        found = after(
            telling("W1", {"van": ["ggz"], "aan": ["ggz"], "mag-niet": "bevestigd"}),
            lambda content: content["voorbeelden"]["vertellen"].pop(2),
        )
        change = only(found)
        expected = (
            f"Regels W1 en V1 {LANE}: Geestelijke gezondheidszorg hoort van Geestelijke gezondheidszorg, {PURPOSE}, "
            "voortaan minder: niets, door regel W1 (was: Contact, door regel V1; Jeugdwet 7.1.4.3). 1 situatie."
        )
        assert (0, 1, expected) == (change.opened, change.closed, change.sentence_nl)
        assert "Mental health care learns of Mental health care" in change.sentence_en
        assert change.sentence_en.endswith("(it was: Contact, by rule V1; Jeugdwet 7.1.4.3). 1 situation.")

    def test_a_precondition_closes_only_for_who_does_not_attest_it(self) -> None:
        """What stays the same is not told."""

        def change(content: dict[str, Any]) -> None:
            content["registreren"][0]["eist"] = ["toestemming-geldig"]
            for example in content["voorbeelden"]["registreren"]:
                example["eist"] = ["toestemming-geldig"]

        told = only(after(change))
        assert (0, 12) == (told.opened, told.closed)
        assert "alle deelnemers mogen voortaan niet meer registreren" in told.sentence_nl
        assert "als niet is verklaard: Geldige toestemming" in told.sentence_nl
        assert "regel R1 eist dat er meer wordt verklaard" in told.sentence_nl

    def test_another_basis_is_told_as_neither(self) -> None:
        """The same may be done, on another article."""
        found = after(put("registreren", 0, "grondslag", value=["jeugdwet-7.1.4.3"]))
        assert (0, 0, 12) == (found.opened, found.closed, found.other)
        assert "mogen nog steeds registreren" in only(found).sentence_nl
        assert "Jeugdwet 7.1.4.3 (was: mag, door regel R1; Jeugdwet 7.1.4.1)" in only(found).sentence_nl

    def test_a_change_that_holds_from_a_date_names_it(self) -> None:
        """What ends a year earlier closes in that year only, whatever lies before and after."""
        found = after(until("2027-12-31"))
        assert 0 == found.opened
        assert 12 + EVERYONE == found.closed
        assert all("vanaf 1 januari 2028" in change.sentence_nl for change in found.changes)
        assert all("from 1 January 2028" in change.sentence_en for change in found.changes)
        assert not any("tot en met" in change.sentence_nl for change in found.changes)

    def test_a_change_within_the_period_names_both_its_ends(self) -> None:
        """The days included: what a basis carries for half a year only."""
        half = {"van": date(2026, 7, 1), "tot-en-met": date(2026, 12, 31)}

        def change(content: dict[str, Any]) -> None:
            content["grondslagen"]["jeugdwet-7.1.4.1"] |= half
            shown = {"wie": "school", "doel": "jeugd-afstemming", "vlag": "betrokken", "dan": "mag", "door": "R1"}
            barred = [("kinderopvang", "N1"), ("ziekenhuis", "N2")]
            content["voorbeelden"]["registreren"] = [
                {**shown, "op": date(2026, 7, 1)},
                *({**shown, "wie": kind, "dan": "mag-niet", "door": rule} for kind, rule in barred),
            ]

        there = compare(sets(policy(change)), sets(), VOCABULARY)
        (registering,) = [one for one in there.changes if "R1" in one.rules and one.closed]
        assert "registreren, vanaf 1 juli 2026 tot en met 31 december 2026, voor doel" in registering.sentence_nl
        assert "register, from 1 July 2026 up to and including 31 December 2026, for" in registering.sentence_en
        assert 24 == after(change).closed  # twelve kinds before it, and twelve after it

    def test_what_goes_on_while_something_else_changes_is_one_change(self) -> None:
        """A basis of registering ends midway: what is told opens once, for all of the time."""
        found = compare(sets(), sets(policy(basis_until("jeugdwet-7.1.4.1", "2026-06-30"))), VOCABULARY)
        registering, told = (next(one for one in found.changes if one.rules == (rule,)) for rule in ("R1", "V1"))
        assert (12, EVERYONE) == (registering.opened, told.opened)
        assert "registreren, tot en met 30 juni 2026, voor doel" in registering.sentence_nl
        assert "alle deelnemers horen van alle deelnemers, voor doel" in told.sentence_nl


class TestBothOrNeither:
    """A match is told to both or to neither, and so is its change."""

    def test_a_rule_one_way_opens_nothing_and_says_so(self) -> None:
        """The recipient would hear, the other would not: neither does."""
        one_way = telling("V2", {"van": ["school"], "aan": ["ggz"], "mag": "contact", "grondslag": [BASIS]})
        found = compare(sets(policy(only_police)), sets(policy(only_police, one_way)), VOCABULARY)
        assert (0, 0, 1) == (found.opened, found.closed, found.other)
        assert "Regel V2" in only(found).sentence_nl
        assert "niets, want de ander hoort niets" in only(found).sentence_nl
        assert "nothing, because the other learns nothing" in only(found).sentence_en

    def test_a_rule_back_opens_both_ways(self) -> None:
        """What one rule lets the one hear, the other rule lets both hear."""
        there, back = (
            telling(rule, {"van": [one], "aan": [other], "mag": "contact", "grondslag": [BASIS]})
            for rule, one, other in (("V2", "school", "ggz"), ("V3", "ggz", "school"))
        )
        found = compare(sets(policy(only_police, there)), sets(policy(only_police, there, back)), VOCABULARY)
        assert (2, 0, 0) == (found.opened, found.closed, found.other)
        assert {("V2",), ("V3",)} == {change.rules for change in found.changes}

    def test_a_refusal_one_way_closes_both_ways(self) -> None:
        """The other is told nothing any more either, though its own rule still stands."""
        refusal = telling("W1", {"van": ["ggz"], "aan": ["school"], "mag-niet": "bevestigd"})
        found = after(put("wederkerig", value="nee"), refusal)
        assert (0, 2) == (found.opened, found.closed)
        assert "Geestelijke gezondheidszorg hoort van School" in found.text("nl")

    def test_who_cannot_register_meets_nobody(self) -> None:
        """A rule about those who register nothing in the lane opens nothing."""
        idle = telling("V2", {"van": ["kinderopvang"], "aan": ["kinderopvang"], "mag": "contact", "grondslag": [BASIS]})
        found = after(idle)
        assert ((0, 0, 0), ()) == ((found.opened, found.closed, found.other), found.changes)

    def test_who_may_register_now_opens_what_the_rules_already_said(self) -> None:
        """The rule was there before anybody could be told by it."""
        idle = telling("V2", {"van": ["kinderopvang"], "aan": ["kinderopvang"], "mag": "contact", "grondslag": [BASIS]})
        found = compare(sets(policy(idle)), sets(policy(idle, childcare_registers)), VOCABULARY)
        told = [change for change in found.changes if change.rules == ("V2",)]
        assert [1] == [change.opened for change in told]


BASIS = "jeugdwet-7.1.4.3"


def only_police(content: dict[str, Any]) -> None:
    """Leave the one rule of telling to the police among themselves."""
    content["wederkerig"] = "nee"
    content["vertellen"][0] |= {"van": ["politie"], "aan": ["politie"]}
    shown = {"van": "politie", "aan": "politie", "doel": "jeugd-afstemming", "wat": "contact", "dan": "mag"}
    content["voorbeelden"]["vertellen"] = [{**shown, "door": "V1"}]


def childcare_registers(content: dict[str, Any]) -> None:
    """Let childcare register by a rule of its own, which names nobody as a participant of the telling before it."""
    content["nooit-registreren"][0]["wie"].remove("kinderopvang")
    rule = content["registreren"][0]
    content["vertellen"][0] |= {"van": list(rule["wie"]), "aan": list(rule["wie"])}
    content["registreren"].append(deepcopy({**rule, "regel": "R2", "wie": ["kinderopvang"]}))
    shown = content["voorbeelden"]["registreren"]
    for example in shown:
        if example["wie"] == "kinderopvang":
            example |= {"dan": "mag", "door": "R2"}
        if example.get("door") == "N1":
            example["wie"] = content["nooit-registreren"][0]["wie"][0]


class TestLanes:
    """A lane comes or goes."""

    def test_a_new_lane_opens_all_that_it_allows(self) -> None:
        """Before it, everything was refused."""
        found = compare(sets(), sets(OLD), VOCABULARY)
        assert (12 + EVERYONE, 0) == (found.opened, found.closed)
        assert [f"De stroom {LANE[1:-1]} is nieuw."] == [one.sentence_nl for one in found.particulars]

    def test_a_lane_that_goes_closes_all_that_it_allowed(self) -> None:
        """After it, everything is refused."""
        found = compare(sets(OLD), sets(), VOCABULARY)
        assert (0, 12 + EVERYONE) == (found.opened, found.closed)
        assert "The lane Youth (referral index for young people at risk) ceases to exist." in found.text("en")


def relying_on(*mechanisms: str) -> LanePolicy:
    """Give the youth card that relies on these."""
    return policy(put("vergt", value=list(mechanisms)))


class TestShutLanes:
    """A lane whose card relies on what does not exist answers nothing, whatever its rules say."""

    def test_a_card_that_no_longer_relies_on_what_is_not_there_opens_its_lane(self) -> None:
        """All that it allows opens, so that a proposal has to expect it."""
        found = compare(sets(relying_on("eenmalig-bericht")), sets(OLD), VOCABULARY)
        assert (12 + EVERYONE, 0, 0) == (found.opened, found.closed, found.shut)
        assert f"De stroom {LANE[1:-1]} gaat open." in found.text("nl")
        assert "opens." in found.text("en")

    def test_a_card_that_comes_to_rely_on_what_is_not_there_shuts_its_lane(self) -> None:
        """All that it allowed closes."""
        found = compare(sets(OLD), sets(relying_on("eenmalig-bericht")), VOCABULARY)
        assert (0, 12 + EVERYONE, 0) == (found.opened, found.closed, found.shut)
        assert f"De stroom {LANE[1:-1]} is dicht: er ontbreekt nog Eenmalig bericht" in found.text("nl")

    def test_what_changes_in_a_lane_that_stays_shut_is_told_apart(self) -> None:
        """It opens and closes nothing, and yet it is read before it is signed."""
        shut = relying_on("eenmalig-bericht")
        fewer = policy(put("vergt", value=["eenmalig-bericht"]), told_to("politie", "school"))
        found = compare(sets(shut), sets(fewer), VOCABULARY)
        assert (0, 0, 0, EVERYONE - 4) == (found.opened, found.closed, found.other, found.shut)
        assert all(one.sentence_nl.startswith("Pas als de stroom opengaat: Regel V1") for one in found.changes)
        assert "## In een stroom die dicht is en blijft" in found.text("nl")
        assert "In lanes that are and stay shut: **140**" in found.text("en")

    def test_a_lane_that_comes_shut_opens_nothing(self) -> None:
        """What it will allow is told all the same."""
        found, were_it_open = (
            compare(sets(), sets(card), VOCABULARY) for card in (relying_on("eenmalig-bericht"), OLD)
        )
        assert (0, 0, 0) == (found.opened, found.closed, found.other)
        assert were_it_open.opened + were_it_open.other == found.shut

    def test_a_set_says_which_mechanisms_exist(self) -> None:
        """The same card is open in a house that has what it relies on."""
        able = PolicySet((relying_on("eenmalig-bericht"),), "", frozenset({"one_shot_message"}))
        assert (0, 0, 0) == ((found := compare(sets(OLD), able, VOCABULARY)).opened, found.closed, found.shut)


class TestBesides:
    """What no situation shows is told too: nothing that is signed changes unseen."""

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (put("termijn", "standaard", value="6 maanden"), "termijn, standaard: 6 maanden (was: 18 maanden)."),
            (put("bewaren", "archief", value="geen"), "bewaren, archief: niet (was: 60 maanden)."),
            (put("contact", "binnen", value="3 werkdagen"), "contact binnen (werkdagen): 3 (was: 5)."),
            (put("vergt", value=["toestemmingsregister"]), "steunt op: Toestemmingsregister (was: niets bijzonders)."),
            (put("vertellen", 0, "uitleg", "nl", value="Kort."), "regel V1, uitleg (nl): Kort. (was: U bent beiden"),
            (put("vertellen", 0, "wpg-20-2", "belang", value="Anders."), "regel V1, Wpg 20(2): belang: Anders.;"),
            (put("grondslagen", "jeugdwet-7.1.4.1", "reikt-tot", value="vlag"), "reikt tot Vlag, te bevestigen"),
        ],
    )
    def test_a_particular_of_the_card_is_told(self, change: CardChange, said: str) -> None:
        """One line for each, and no situation changes."""
        found = after(change)
        (one,) = found.particulars
        assert () == found.changes
        assert said in one.sentence_nl
        assert "Geen situatie verandert" in found.text("nl")
        assert "Er verandert niets" not in found.text("nl")

    def test_a_card_cannot_hide_a_part_of_the_page(self) -> None:
        """What a card says stands in the text as it was written, on its own line, as text."""
        text = after(put("doel", value="Goed.\n\n# Er verandert niets <!-- [x](y)")).text("nl")
        assert "Goed. \\# Er verandert niets \\<!-- \\[x\\](y)" in text
        assert ["# Wat verandert er"] == [line for line in text.splitlines() if line.startswith("# ")]


class TestExamples:
    """The tests of a card are signed too: one that goes, or says the opposite, is told and counted."""

    def test_an_example_that_is_gone_is_told(self) -> None:
        """Nothing else changes, and yet nobody is told that nothing does."""
        found = after(lambda content: content["voorbeelden"]["registreren"].pop())
        (one,) = found.examples
        assert ((), ()) == (found.changes, found.particulars)
        assert (1, 0) == (found.examples_removed, found.examples_reversed)
        assert "Voorbeelden: **1** weg, **0** zeggen het omgekeerde." in found.text("nl")
        assert "Examples: **1** gone, **0** say the opposite." in found.text("en")
        assert "weg is “Mag " in one.sentence_nl
        assert one.sentence_nl in found.text("nl")
        assert one.sentence_en in found.text("en")
        assert "Er verandert niets" not in found.text("nl")

    def test_an_example_that_says_the_opposite_is_told(self) -> None:
        """With the rule that answers it now."""
        refusal = telling("W1", {"van": ["ggz"], "aan": ["ggz"], "mag-niet": "bevestigd"}, example=False)

        def turned(content: dict[str, Any]) -> None:
            content["voorbeelden"]["vertellen"][2] |= {"dan": "mag-niet", "door": "W1"}

        found = after(refusal, turned)
        (one,) = found.examples
        assert (0, 1) == (found.examples_removed, found.examples_reversed)
        assert "is nu nee, door regel W1; het was het omgekeerde." in one.sentence_nl
        assert "is now no, by rule W1; it was the opposite." in one.sentence_en

    def test_another_first_day_is_no_other_example(self) -> None:
        """An example without a day is of the first day of its card."""
        found = after(put("geldig", "van", value=date(2026, 3, 1)))
        assert (0, 0) == (found.examples_removed, found.examples_reversed)

    def test_the_examples_of_a_lane_that_goes_are_counted(self) -> None:
        """In one sentence: its whole card goes."""
        found = compare(sets(OLD), sets(), VOCABULARY)
        every = len(OLD.card.registration_examples) + len(OLD.card.disclosure_examples)
        assert [every] == [one.removed for one in found.examples]
        assert f"all {every} examples go with the lane" in found.text("en")


def test_a_word_that_the_vocabulary_lost_is_said_as_it_is() -> None:
    """An old card may speak of what no longer has a label."""
    lost = VOCABULARY_TEXT.replace("    code: childcare\n", "    code: nursery\n")
    vocabulary = load_vocabulary(lost, name="vocabulary.yaml")
    found = compare(sets(compile_policy(load(changed()))), sets(), vocabulary)
    assert "childcare" in found.text("nl")

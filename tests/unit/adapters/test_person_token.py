"""A token comes from t honest holders, and from nobody else."""

from collections.abc import Callable

import pytest

from adapters import IntegrityError, Lie, Person, RequestRefused, TryAgainLater
from adapters.person_token import Derived, derive_tokens
from adapters.transport import BlockingLine
from keys.labels import KeyLabel
from tests.support import wire as misbehavior
from tests.support.federation import Federation, person_numbers
from tests.support.wire import LANE, Misbehavior, Wire

BSNS = person_numbers(3)
PERSONS = [Person(bsn) for bsn in BSNS]
LIES = [
    misbehavior.returns_the_question,
    misbehavior.uses_another_key,
    misbehavior.spoils_one_element,
    misbehavior.talks_nonsense,
]


def derive(wire: Wire, persons: list[Person] = PERSONS, on_lie: Callable[[Lie], None] = lambda _: None) -> Derived:
    """Derive tokens for the first agency."""
    agency = wire.caller(on_lie=on_lie)
    line = BlockingLine(wire.transport())
    try:
        return line.run(derive_tokens(agency, agency.circle(LANE), persons))
    finally:
        line.close()


@pytest.mark.parametrize(("t", "n"), [(1, 1), (2, 3), (3, 5)])
def test_the_token_is_that_of_the_whole_key(t: int, n: int) -> None:
    """Whichever t holders answer, one person has one token under one agency's key."""
    wire = Wire(Federation(t, n))
    expected = wire.federation.tokens(wire.label(wire.agencies[0]), BSNS)
    assert tuple(expected) == derive(wire).tokens == derive(wire).tokens


def test_a_call_asks_no_more_holders_than_needed() -> None:
    """Each evaluation counts against a quota, so a third holder is not asked for nothing."""
    wire = Wire()
    derive(wire)
    assert [1, 1] == list(wire.holder_calls.values())


def test_all_holders_get_their_share_of_the_calls() -> None:
    """Over many calls nobody's quota is used up first."""
    wire = Wire()
    for _ in range(30):
        derive(wire, PERSONS[:1])
    assert {1, 2, 3} == set(wire.holder_calls)


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("liar", [1, 2, 3])
def test_a_holder_that_lies_is_named_and_not_used(liar: int, lie: Misbehavior) -> None:
    """The token is right all the same, and whoever wants to know hears which holder lied, whenever it was asked."""
    wire = Wire(holder_misbehavior={liar: lie})
    expected = wire.federation.tokens(wire.label(wire.agencies[0]), BSNS)
    heard: list[Lie] = []
    told: list[Lie] = []
    while not told:  # two of three are asked each time, by chance
        derived = derive(wire, on_lie=heard.append)
        assert tuple(expected) == derived.tokens
        told += derived.lies
    assert [Lie(liar, f"holder {100 + liar}", LANE)] == heard == told


def test_a_holder_that_lied_is_asked_last() -> None:
    """A liar is avoided for a while, so that it does not cost a call each time."""
    wire = Wire(holder_misbehavior={1: misbehavior.talks_nonsense})
    agency = wire.caller()
    line = BlockingLine(wire.transport())
    for _ in range(20):
        line.run(derive_tokens(agency, agency.circle(LANE), PERSONS[:1]))
    line.close()
    assert wire.holder_calls[1] <= 1


def test_two_liars_of_three_stop_everything() -> None:
    """With fewer than t honest holders there is no token, and the answer is about integrity, not about patience."""
    wire = Wire(holder_misbehavior={1: LIES[0], 3: LIES[1]})
    with pytest.raises(IntegrityError) as refused:
        derive(wire)
    assert ("integrity-holder", "holder 101, holder 103") == (refused.value.code, refused.value.facts["holders"])


@pytest.mark.parametrize("lie", [*LIES, misbehavior.refuses_with("request-member-invalid")])
def test_what_nobody_signed_is_no_holders_fault_and_no_final_word(lie: Misbehavior) -> None:
    """Something on the way says it: another holder is asked, nobody is named a liar, and at most it is said to wait."""
    heard: list[Lie] = []
    made_up = misbehavior.on_the_way(lie)
    one = Wire(holder_misbehavior={1: made_up})
    for _ in range(4):
        assert tuple(one.federation.tokens(one.label(one.agencies[0]), BSNS)) == derive(one, on_lie=heard.append).tokens
    with pytest.raises(TryAgainLater) as refused:
        derive(Wire(holder_misbehavior={1: made_up, 2: made_up, 3: made_up}), on_lie=heard.append)

    assert "upstream-holders-unreachable" == refused.value.code
    assert [] == heard


@pytest.mark.parametrize("away", [1, 2, 3])
def test_one_holder_away_is_not_noticed(away: int) -> None:
    """The other two serve."""
    wire = Wire(holder_misbehavior={away: misbehavior.is_down})
    expected = wire.federation.tokens(wire.label(wire.agencies[0]), BSNS)
    assert tuple(expected) == derive(wire).tokens


def test_two_holders_away_is_try_again_later() -> None:
    """A clear "later" that names who does not answer, and why."""
    wire = Wire(holder_misbehavior={1: misbehavior.is_down, 2: misbehavior.refuses_with("limit-overloaded")})
    with pytest.raises(TryAgainLater) as refused:
        derive(wire)
    named = str(refused.value.facts["holders"])
    assert ["holder 101: unreachable", "holder 102: limit-overloaded"] == sorted(named.split(", "))


def test_a_holder_that_refuses_this_agency_says_why() -> None:
    """Waiting does not help when the holders do not take the request itself."""
    refusal = misbehavior.refuses_with("request-member-invalid")
    wire = Wire(holder_misbehavior={1: refusal, 2: refusal})
    with pytest.raises(RequestRefused, match="holder 10"):
        derive(wire)


def test_a_lane_without_a_manifest_is_not_asked_for() -> None:
    """Without a pinned key nothing leaves the agency."""
    wire = Wire()
    with pytest.raises(IntegrityError, match="integrity-manifest"):
        wire.caller().circle("adult")
    assert [] == wire.calls


def test_the_newest_epoch_is_used() -> None:
    """After an agency's key was renewed, tokens come under the new one."""
    wire = Wire()
    old = wire.label(wire.agencies[0])
    new = KeyLabel("agency", old.owner, LANE, 2)
    wire.manifests[new] = wire._manifest(new)  # noqa: SLF001
    wire.trust = wire.trust.with_manifest(wire.manifests[new])
    assert tuple(wire.federation.tokens(new, BSNS)) == derive(wire).tokens


@pytest.mark.parametrize("count", [0, 1001])
def test_a_call_holds_1_to_1000_persons(count: int) -> None:
    """More is cut by whoever calls."""
    with pytest.raises(ValueError, match="1 to 1000"):
        derive(Wire(), PERSONS[:1] * count)


def test_nobody_outside_sees_a_person_or_a_token() -> None:
    """What goes to the holders holds neither number nor token, and two calls for one person have nothing in common."""
    wire = Wire()
    first, second = derive(wire), derive(wire)
    bodies = [call.body for call in wire.calls]
    assert (4, 2) == (len(bodies), len({*bodies}))
    for token in (*first.tokens, *second.tokens):
        assert not any(token.encode()[15:].encode() in body for body in bodies)
    assert not any(bsn.encode() in body for bsn in BSNS for body in bodies)

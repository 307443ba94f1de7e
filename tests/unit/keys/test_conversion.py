"""Conversion: agencies meet in the index and nowhere else; rotation keeps them together."""

import hashlib
import hmac

import pytest

from keys import group
from keys.conversion import (
    ConversionFactor,
    ConversionRefusal,
    Converted,
    Converter,
    IndexSecrets,
    RefusalKind,
    Rotated,
    Rotation,
    SealBroken,
)
from keys.group import Element
from keys.labels import KeyId, KeyLabel, lp
from keys.sharing import RatioRefused
from keys.tokens import PersonToken, SealedElement
from tests.support.federation import DATA_KEY, INDEX, PEPPER, POLICE, SCHOOL, Federation, person_numbers

FEDERATION = Federation(2, 3)
PEOPLE = person_numbers(3)
CONVERTER = FEDERATION.converter(POLICE, SCHOOL)
NEXT_INDEX = KeyLabel("index", "", "youth", 2)
NEXT_POLICE = KeyLabel("agency", POLICE.owner, "youth", 2)
HONOR_INDEX = KeyLabel("index", "", "honor", 1)
HONOR_POLICE = KeyLabel("agency", POLICE.owner, "honor", 1)


def converted(converter: Converter, tokens: list[PersonToken], lane: str = "youth") -> list[Converted]:
    """Convert all, each for a row of its own; none may be refused."""
    items = [(token, f"reg_{at}") for at, token in enumerate(tokens)]
    outcomes = converter.convert(items, lane)
    assert [] == [outcome for outcome in outcomes if isinstance(outcome, ConversionRefusal)]
    return [outcome for outcome in outcomes if isinstance(outcome, Converted)]


def test_two_agencies_meet_in_the_index() -> None:
    """One person has one index token, whoever registers; other persons have others."""
    police = converted(CONVERTER, FEDERATION.tokens(POLICE, PEOPLE))
    school = converted(CONVERTER, FEDERATION.tokens(SCHOOL, PEOPLE))

    assert [each.index_token for each in police] == [each.index_token for each in school]
    assert 3 == len({each.index_token for each in police})
    assert {(POLICE.owner, 1)} == {(each.agency_owner, each.epoch) for each in police}
    assert {(SCHOOL.owner, 1)} == {(each.agency_owner, each.epoch) for each in school}


def test_the_index_token_is_the_mac_of_the_protocol() -> None:
    """Section 2 of the protocol, spelled out, over the element under the index key."""
    [item] = converted(CONVERTER, FEDERATION.tokens(POLICE, PEOPLE[:1]))
    [under_index_key] = FEDERATION.tokens(INDEX, PEOPLE[:1])
    message = lp(b"hitindex-v1/lookup") + lp(b"youth") + lp(b"\x00\x00\x00\x01") + under_index_key.element

    assert hmac.digest(PEPPER, message, hashlib.sha256) == item.index_token.value
    assert under_index_key.element == CONVERTER.open(item.sealed, row_id="reg_0", lane="youth", epoch=1)


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (PersonToken(KeyId(bytes(8)), group.GENERATOR), RefusalKind.UNKNOWN_KEY),
        (PersonToken(FEDERATION.factor(POLICE).key_id, Element(b"\xff" * 32)), RefusalKind.INVALID_ELEMENT),
        (PersonToken(FEDERATION.factor(POLICE).key_id, group.IDENTITY), RefusalKind.INVALID_ELEMENT),
    ],
    ids=["unknown key", "undecodable", "identity"],
)
def test_a_bad_item_cancels_no_other(at: int, bad: PersonToken, kind: RefusalKind) -> None:
    """First, in the middle and last (guarantee G14)."""
    good = [(token, "reg") for token in FEDERATION.tokens(POLICE, PEOPLE[:2])]
    outcomes = CONVERTER.convert([*good[:at], (bad, "reg"), *good[at:]], "youth")

    assert ConversionRefusal(kind) == outcomes.pop(at)
    assert [each.index_token for each in converted(CONVERTER, FEDERATION.tokens(POLICE, PEOPLE[:2]))] == [
        each.index_token for each in outcomes if isinstance(each, Converted)
    ]


def test_a_token_of_another_lane_is_refused() -> None:
    """Lanes cannot be joined: a token converts in its own lane only."""
    [outcome] = CONVERTER.convert([(FEDERATION.tokens(POLICE, PEOPLE[:1])[0], "reg")], "honor")

    assert ConversionRefusal(RefusalKind.OTHER_LANE) == outcome


def test_one_person_in_two_lanes_is_two_persons() -> None:
    """Also to somebody who reads both columns of the index."""
    honor = FEDERATION.converter(HONOR_POLICE, index=HONOR_INDEX)
    in_youth = converted(CONVERTER, FEDERATION.tokens(POLICE, PEOPLE))
    in_honor = converted(honor, FEDERATION.tokens(HONOR_POLICE, PEOPLE), "honor")

    assert not {each.index_token for each in in_youth} & {each.index_token for each in in_honor}


def test_an_agency_changes_its_key_and_stays_in_the_index() -> None:
    """Both epochs of an agency lead to the same index token while the window is open."""
    both = FEDERATION.converter(POLICE, NEXT_POLICE)
    [old], [new] = (converted(both, FEDERATION.tokens(label, PEOPLE[:1])) for label in (POLICE, NEXT_POLICE))

    assert FEDERATION.tokens(POLICE, PEOPLE[:1]) != FEDERATION.tokens(NEXT_POLICE, PEOPLE[:1])
    assert old.index_token == new.index_token


def test_the_newest_index_epoch_is_used() -> None:
    """A key with factors to two epochs converts to the newer one."""
    factors = [FEDERATION.factor(POLICE, NEXT_INDEX), FEDERATION.factor(POLICE, INDEX)]
    converter = Converter(factors, {("youth", 1): PEPPER, ("youth", 2): PEPPER}, DATA_KEY)
    [item] = converted(converter, FEDERATION.tokens(POLICE, PEOPLE[:1]))

    assert 2 == item.epoch


def test_the_owner_of_a_key_is_its_label() -> None:
    """So that the gateway can refuse a token that somebody else's key made."""
    assert POLICE == CONVERTER.owner_of(FEDERATION.factor(POLICE).key_id)
    assert CONVERTER.owner_of(KeyId(bytes(8))) is None


def test_a_seal_opens_for_its_own_row_only() -> None:
    """Row, lane, epoch and key id are bound, and every bit of the seal."""
    [item] = converted(CONVERTER, FEDERATION.tokens(POLICE, PEOPLE[:1]))
    raw = item.sealed.ciphertext
    changed = [SealedElement(raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :]) for at in range(len(raw))]

    assert FEDERATION.factor(POLICE).key_id == item.sealed.key_id
    for other in ({"row_id": "reg_1"}, {"lane": "honor"}, {"epoch": 2}):
        with pytest.raises(SealBroken):
            CONVERTER.open(item.sealed, **{"row_id": "reg_0", "lane": "youth", "epoch": 1, **other})  # type: ignore[arg-type]
    for sealed in changed:
        with pytest.raises(SealBroken):
            CONVERTER.open(sealed, row_id="reg_0", lane="youth", epoch=1)


def test_what_is_concealed_opens_for_its_own_row_only() -> None:
    """And never unnoticed once a bit of it was changed, or when it is cut short."""
    concealed = CONVERTER.conceal(b"who is excluded", row_id="exc_1")
    assert b"excluded" not in concealed
    assert b"who is excluded" == CONVERTER.reveal(concealed, row_id="exc_1")
    changed = bytes([*concealed[:-1], concealed[-1] ^ 1])
    for wrong, row in ((concealed, "exc_2"), (changed, "exc_1"), (concealed[:20], "exc_1"), (b"", "exc_1")):
        with pytest.raises(SealBroken):
            CONVERTER.reveal(wrong, row_id=row)


def test_two_seals_of_one_person_differ() -> None:
    """Equal rows cannot be found by their seals."""
    [token] = FEDERATION.tokens(POLICE, PEOPLE[:1])
    first, second = converted(CONVERTER, [token]) + converted(CONVERTER, [token])

    assert first.index_token == second.index_token
    assert first.sealed != second.sealed


def test_a_new_index_epoch_needs_no_registration() -> None:
    """Rows move by delta = k_index' / k_index and meet what the agencies register under the new epoch."""
    rows = converted(CONVERTER, FEDERATION.tokens(POLICE, PEOPLE))
    old_factor, new_factor = FEDERATION.factor(POLICE).scalar, FEDERATION.factor(POLICE, NEXT_INDEX).scalar
    delta = group.scalar_mul(new_factor, group.scalar_invert(old_factor))
    secrets = IndexSecrets({("youth", 1): PEPPER, ("youth", 2): DATA_KEY}, DATA_KEY)
    rotation = Rotation("youth", 1, 2, old=secrets, new=secrets, delta=delta)

    rotated = rotation.rotate([(f"reg_{at}", row.sealed) for at, row in enumerate(rows)])

    factors = [FEDERATION.factor(SCHOOL, NEXT_INDEX)]
    school = converted(Converter(factors, {("youth", 2): DATA_KEY}, DATA_KEY), FEDERATION.tokens(SCHOOL, PEOPLE))
    assert [each.index_token for each in school] == [each.index_token for each in rotated if isinstance(each, Rotated)]
    again = Rotation("youth", 2, 2, old=secrets, new=secrets)
    assert rotated[0] != again.rotate([("reg_0", rows[0].sealed)])[0]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_new_pepper_skips_no_row_for_a_broken_seal(at: int) -> None:
    """One row that does not open is reported; the others move (guarantee G14)."""
    rows = [(f"reg_{i}", row.sealed) for i, row in enumerate(converted(CONVERTER, FEDERATION.tokens(POLICE, PEOPLE)))]
    rows[at] = ("another row", rows[at][1])
    old = IndexSecrets({("youth", 1): PEPPER}, DATA_KEY)
    new = IndexSecrets({("youth", 1): DATA_KEY}, PEPPER)

    rotated = Rotation("youth", 1, 1, old=old, new=new).rotate(rows)

    assert ConversionRefusal(RefusalKind.BROKEN_SEAL) == rotated.pop(at)
    assert [row_id for row_id, _ in rows if row_id != "another row"] == [
        each.row_id for each in rotated if isinstance(each, Rotated)
    ]


def test_a_factor_that_must_not_exist_is_refused() -> None:
    """The converter takes no factor from agency to agency either."""
    factor = FEDERATION.factor(POLICE)

    for source, target in ((POLICE, SCHOOL), (INDEX, POLICE), (POLICE, HONOR_INDEX)):
        with pytest.raises(RatioRefused):
            ConversionFactor(source, target, factor.key_id, factor.scalar)


def test_short_or_missing_secrets_are_refused() -> None:
    """A converter that starts can convert everything it has a factor for."""
    factors = [FEDERATION.factor(POLICE)]

    for peppers, data_key in (
        ({("youth", 1): bytes(31)}, DATA_KEY),
        ({("youth", 1): PEPPER}, DATA_KEY[:16]),
        ({("youth", 2): PEPPER}, DATA_KEY),
    ):
        with pytest.raises(ValueError, match="pepper"):
            Converter(factors, peppers, data_key)

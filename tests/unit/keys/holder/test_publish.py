"""Holders come to one key for a label by publishing alone: nobody deals it, nobody slips in a part of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keys import group
from keys.evaluations import (
    CONVERSION_SHARES,
    KEY_COMMITMENTS,
    KEY_SALTS,
    MANIFEST_SIGNATURES,
    ChooseSalts,
    ChosenSalts,
    Commitment,
    ConversionShare,
    KeyCommitments,
    OpenConversion,
    PublishCommitments,
    SignManifest,
    conversion_purpose,
)
from keys.holder.seeds import salt_entry
from keys.labels import KeyLabel
from keys.onboarding import HolderUnavailable, OnboardingFailed, make_manifest, open_factor
from keys.parties import Party
from keys.sealing import SealingKey, seal
from keys.trust import Role
from keys.wire import LabelMessage, Message
from tests.support.federation import person_numbers
from tests.support.holders import HoldersHere, agency_label, holders_here, index_label
from tests.support.parties import agency, member


@pytest.fixture
def circle(tmp_path: Path) -> Iterator[HoldersHere]:
    """Three holders, of whom two evaluate."""
    with holders_here(tmp_path) as circle:
        yield circle


@pytest.fixture
def label(circle: HoldersHere) -> KeyLabel:
    """The label of the first agency."""
    return agency_label(circle.people.agencies[0])


def published(circle: HoldersHere, label: KeyLabel) -> tuple[KeyCommitments, ...]:
    """Return what all holders publish for a label."""
    message, gateway = LabelMessage.of(label), circle.people.gateway
    salts = tuple(
        ChosenSalts.model_validate(circle.post(i, KEY_SALTS, ChooseSalts(label=message), by=gateway).json)
        for i in (1, 2, 3)
    )
    question = PublishCommitments(label=message, salts=salts)
    return tuple(
        KeyCommitments.model_validate(circle.post(i, KEY_COMMITMENTS, question, by=gateway).json) for i in (1, 2, 3)
    )


@pytest.mark.parametrize(("t", "n"), [(1, 1), (2, 3), (3, 5)])
def test_a_label_comes_into_use_without_a_ceremony(tmp_path: Path, t: int, n: int) -> None:
    """All holders sign one manifest; asked again they give the same key, also after a restart."""
    with holders_here(tmp_path, t=t, n=n) as circle:
        label = agency_label(circle.people.agencies[0])
        manifest = make_manifest(label, trust=circle.trust, ask=circle.ask)
        circle.restart(1)
        again = make_manifest(label, trust=circle.trust, ask=circle.ask)

    assert (t, n, tuple(range(1, n + 1))) == (
        manifest.threshold,
        manifest.holders,
        tuple(one.holder for one in manifest.signatures),
    )
    assert manifest == again


def test_the_converter_opens_the_factor_and_nobody_else(circle: HoldersHere, label: KeyLabel) -> None:
    """C * K_agency = K_index; who carries the messages cannot open one."""
    agency_key, index_key = circle.learn(label), circle.learn(index_label())
    factor = open_factor(
        label, index_label(), trust=circle.trust, converter=circle.people.gateway.sealing, ask=circle.ask
    )

    assert index_key.public_key == group.multiply(factor.scalar, agency_key.public_key)
    with pytest.raises(OnboardingFailed, match="cannot be opened"):
        open_factor(label, index_label(), trust=circle.trust, converter=SealingKey.generate(), ask=circle.ask)


def test_tokens_of_two_agencies_meet_at_the_index(circle: HoldersHere) -> None:
    """The same person has different tokens at two agencies, and one element after conversion."""
    elements = []
    circle.learn(index_label())
    tokens = []
    for one in circle.people.agencies:
        own = agency_label(one)
        circle.learn(own)
        factor = open_factor(
            own, index_label(), trust=circle.trust, converter=circle.people.gateway.sealing, ask=circle.ask
        )
        [token] = circle.tokens(own, person_numbers(1), by=one)
        tokens.append(token.encode())
        elements.append(group.multiply(factor.scalar, token.element))

    assert tokens[0] != tokens[1]
    assert elements[0] == elements[1]


def test_a_register_makes_tokens_under_a_key_of_its_own(circle: HoldersHere) -> None:
    """So it can say of whom it speaks; another party on the list that is neither it nor an agency gets no key."""
    register, officer = member(904, Role.REGISTER), member(903, Role.OFFICER)
    circle.trust = circle.trust.with_party(register.party).with_party(officer.party)
    for home in circle.homes:
        circle.trust.save(home.trust_file)
        circle.restart(home.index)
    own = agency_label(register)
    manifest = circle.learn(own)
    (token,) = circle.tokens(own, person_numbers(1), by=register)
    assert manifest.key_id == token.key_id
    with pytest.raises(OnboardingFailed):
        circle.learn(agency_label(officer))


def test_agencies_publish_nothing_and_convert_nothing(circle: HoldersHere, label: KeyLabel) -> None:
    """An agency can neither make a key nor learn a factor."""
    school, message = circle.people.agencies[0], LabelMessage.of(label)
    circle.learn(label)
    circle.learn(index_label())
    factor = OpenConversion(agency_label=message, index_label=LabelMessage.of(index_label()))

    calls: tuple[tuple[str, Message], ...] = (
        (KEY_SALTS, ChooseSalts(label=message)),
        (KEY_COMMITMENTS, PublishCommitments(label=message, salts=())),
        (MANIFEST_SIGNATURES, SignManifest(commitments=published(circle, label))),
        (CONVERSION_SHARES, factor),
    )

    assert {"policy-caller-not-admitted"} == {circle.post(1, path, body, by=school).code for path, body in calls}


def test_no_key_is_made_for_an_agency_that_a_holder_does_not_know(circle: HoldersHere) -> None:
    """The owner must be in the holder's own registry, whatever the gateway says."""
    reply = circle.post(
        1, KEY_SALTS, ChooseSalts(label=LabelMessage.of(agency_label(agency(55)))), by=circle.people.gateway
    )

    assert "state-label-unknown" == reply.code


@pytest.mark.parametrize("ratio", ["agency to agency", "index to agency", "another lane", "index to index"])
def test_every_other_ratio_is_refused(circle: HoldersHere, ratio: str) -> None:
    """Only an agency's key to the index key of its lane (protocol, section 5)."""
    first, second = map(agency_label, circle.people.agencies)
    adult = index_label(lane="adult")
    for one in (first, second, index_label(), adult):
        circle.learn(one)
    source, target = {
        "agency to agency": (first, second),
        "index to agency": (index_label(), first),
        "another lane": (first, adult),
        "index to index": (index_label(), adult),
    }[ratio]
    question = OpenConversion(agency_label=LabelMessage.of(source), index_label=LabelMessage.of(target))

    reply = circle.post(1, CONVERSION_SHARES, question, by=circle.people.gateway)

    assert (403, "policy-ratio-refused") == (reply.status, reply.code)


def test_a_gateway_without_a_mailbox_gets_no_share(circle: HoldersHere, label: KeyLabel) -> None:
    """The key to seal to comes from the registry; without one there is nobody to seal to."""
    circle.learn(label)
    circle.learn(index_label())
    other = member(901, Role.GATEWAY)
    trust = circle.trust.with_party(Party(oin=other.party.oin, name="x", role=Role.GATEWAY, keys=other.party.keys))
    trust.save(circle.homes[0].trust_file)
    circle.restart(1)
    question = OpenConversion(agency_label=LabelMessage.of(label), index_label=LabelMessage.of(index_label()))

    assert "policy-caller-not-admitted" == circle.post(1, CONVERSION_SHARES, question, by=other).code


Tamper = Callable[[bytes], bytes]


def tampering(circle: HoldersHere, holder: int, path: str, tamper: Tamper) -> Callable[[Party, str, Message], bytes]:
    """Return an `Ask` in which one holder answers something else on one address."""

    def ask(party: Party, address: str, message: Message) -> bytes:
        answer = circle.ask(party, address, message)
        return tamper(answer) if (party.holder_index, address) == (holder, path) else answer

    return ask


def test_a_tampered_conversion_share_is_caught(circle: HoldersHere, label: KeyLabel) -> None:
    """Another share under the right seal opens to another ratio, and the public keys say so."""
    circle.learn(label)
    circle.learn(index_label())
    converter = circle.people.gateway.sealing

    def other_share(_: bytes) -> bytes:
        purpose = conversion_purpose(label, index_label(), holder=2)
        forged = seal(converter.public, group.random_scalar() + group.random_scalar(), purpose=purpose)
        return ConversionShare(holder=2, sealed=forged).to_json()

    with pytest.raises(OnboardingFailed):
        open_factor(
            label,
            index_label(),
            trust=circle.trust,
            converter=converter,
            ask=tampering(circle, 2, CONVERSION_SHARES, other_share),
        )


def test_a_commitment_slipped_in_on_the_way_is_refused(circle: HoldersHere, label: KeyLabel) -> None:
    """Commitments are under the signature of their holder: the gateway cannot put in one of its own."""
    first, second, third = published(circle, label)
    mine = tuple(
        Commitment(subset=one.subset, element=group.multiply_base(group.random_scalar())) for one in second.commitments
    )
    forged = second.model_copy(update={"commitments": mine})

    reply = circle.post(
        1, MANIFEST_SIGNATURES, SignManifest(commitments=(first, forged, third)), by=circle.people.gateway
    )

    assert (409, "state-holders-disagree", "2") == (reply.status, reply.code, reply.json["holders"])


def test_a_holder_that_equivocates_is_named(circle: HoldersHere, label: KeyLabel) -> None:
    """A holder that publishes another commitment, under its own good signature, is named and nothing is signed."""
    first, second, third = published(circle, label)
    lie = Commitment(subset=third.commitments[0].subset, element=group.multiply_base(group.random_scalar()))
    lying = third.model_copy(update={"commitments": (lie, *third.commitments[1:])})
    lying = lying.model_copy(update={"signature": circle.running[3].signing.sign(lying.signed_bytes())})

    reply = circle.post(
        1, MANIFEST_SIGNATURES, SignManifest(commitments=(first, second, lying)), by=circle.people.gateway
    )

    assert "state-holders-disagree" == reply.code
    assert "3" in reply.json["holders"]
    element = group.multiply_base(group.random_scalar())
    assert "state-label-unknown" == circle.evaluate(1, label, [element], by=circle.people.agencies[0]).code


@pytest.mark.parametrize("given", [(0,), (0, 1), (0, 1, 1), (0, 0, 1, 2)])
def test_every_holder_must_publish_exactly_once(circle: HoldersHere, label: KeyLabel, given: tuple[int, ...]) -> None:
    """Too few or a double: no manifest."""
    messages = published(circle, label)

    reply = circle.post(
        1, MANIFEST_SIGNATURES, SignManifest(commitments=tuple(messages[i] for i in given)), by=circle.people.gateway
    )

    assert "state-holders-disagree" == reply.code


def test_salts_once_taken_are_never_exchanged(circle: HoldersHere, label: KeyLabel) -> None:
    """Other salts would be another key under the same label: refused, also when signed and sealed well."""
    before = make_manifest(label, trust=circle.trust, ask=circle.ask)
    seeds = circle.running[1].seeds
    seeds.keystore.remove(*(salt_entry(label, subset) for subset in seeds.subsets()))
    with pytest.raises(OnboardingFailed, match=r"holder [23]: state-salts-differ"):
        make_manifest(label, trust=circle.trust, ask=circle.ask)

    assert before.public_key == circle.running[2].seeds.agreed(label)


def test_an_erased_label_stays_erased(circle: HoldersHere, label: KeyLabel) -> None:
    """Two of three erased it. Everything said when it was made is sent again: they take none of it, nor choose anew."""
    said = LabelMessage.of(label)
    salts = tuple(
        ChosenSalts.model_validate(circle.post(i, KEY_SALTS, ChooseSalts(label=said), by=circle.people.gateway).json)
        for i in (1, 2, 3)
    )
    kept = published(circle, label)
    again = {
        KEY_SALTS: ChooseSalts(label=said),
        KEY_COMMITMENTS: PublishCommitments(label=said, salts=salts),
        MANIFEST_SIGNATURES: SignManifest(commitments=kept),
    }
    circle.learn(label)
    for index in (2, 3):
        circle.running[index].seeds.erase(label)
        circle.restart(index)

    refused = {
        circle.post(index, path, message, by=circle.people.gateway).code
        for index in (2, 3)
        for path, message in again.items()
    }

    assert {"state-label-erased", "state-label-unknown"} == refused
    element = group.multiply_base(group.random_scalar())
    codes = [circle.evaluate(i, label, [element], by=circle.people.agencies[0]).code for i in (2, 3)]
    assert ["state-label-unknown"] * 2 == codes
    assert not any(name.startswith("salt/") for name in circle.running[3].seeds.keystore.names())


def test_a_salt_for_another_label_or_from_nobody_is_refused(circle: HoldersHere, label: KeyLabel) -> None:
    """A salt is sealed for one label, set, sender and recipient, and signed by the sender."""
    other = agency_label(circle.people.agencies[1])
    gateway = circle.people.gateway
    reply = circle.post(1, KEY_SALTS, ChooseSalts(label=LabelMessage.of(other)), by=gateway)
    elsewhere = ChosenSalts.model_validate(reply.json)
    unsigned = elsewhere.model_copy(update={"signature": bytes(64)})

    for salts in ((), (elsewhere,), (unsigned,)):
        question = PublishCommitments(label=LabelMessage.of(label), salts=salts)
        assert "state-salts-differ" == circle.post(2, KEY_COMMITMENTS, question, by=gateway).code


def test_one_holder_away_stops_onboarding_with_its_name(circle: HoldersHere, label: KeyLabel) -> None:
    """A new label needs all holders once; who is missing is said."""

    def ask(party: Party, path: str, message: Message) -> bytes:
        if party.holder_index == 3:
            raise HolderUnavailable("unreachable")
        return circle.ask(party, path, message)

    with pytest.raises(OnboardingFailed, match="holder 3: unreachable"):
        make_manifest(label, trust=circle.trust, ask=ask)


def test_one_signature_less_is_enough(circle: HoldersHere, label: KeyLabel) -> None:
    """Two of three signatures make a manifest."""

    def ask(party: Party, path: str, message: Message) -> bytes:
        if party.holder_index == 3 and path == MANIFEST_SIGNATURES:
            raise HolderUnavailable("unreachable")
        return circle.ask(party, path, message)

    manifest = make_manifest(label, trust=circle.trust, ask=ask)

    assert [1, 2] == [one.holder for one in manifest.signatures]


@pytest.mark.parametrize(
    "tamper", [lambda _: b"", lambda _: b"{}", lambda answer: answer.replace(b'"holder":2', b'"holder":3')]
)
def test_an_answer_that_is_none_is_named(circle: HoldersHere, label: KeyLabel, tamper: Tamper) -> None:
    """Nonsense, or an answer under another number, names the holder it came from."""
    with pytest.raises(OnboardingFailed, match="holder 2"):
        make_manifest(label, trust=circle.trust, ask=tampering(circle, 2, KEY_COMMITMENTS, tamper))

"""Attacks on the four eyes: nothing that two officers did not read takes effect, whatever is put there (G20)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.core.events import Event, EventKind
from gateway.core.policy.releases.faults import ReleaseFault, ReleaseRejected
from gateway.core.policy.releases.release import MOST_BYTES, Assurance, BundledFile, Release, ReleaseSignature
from gateway.flows.ports.policies import KeptRelease
from gateway.flows.ports.store import Recorded
from gateway.ids import mint
from gateway.policies.signing import DOMAIN, VerifiedRelease, read_release, sign_release, verify_release
from gateway.store import SqlStore
from keys.parties import Party, Role
from keys.signing import base64url
from keys.statements import sign_statement, written
from keys.trust import TrustList
from tests.support.followers import Follower, look_twice, number_of
from tests.support.parties import Member, member, with_key
from tests.support.releases import SIGNED_AT, Officers, officers, signed, small_files, unsigned, with_contents

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LATER = SIGNED_AT + timedelta(days=1)


@pytest.fixture(scope="module")
def two() -> Officers:
    """Return two officers, who released the small cards."""
    made = Officers()
    made.release(small_files())
    return made


@pytest.fixture(scope="module")
def first(two: Officers) -> Release:
    """Return what they released."""
    assert two.newest is not None
    return two.newest


@pytest.fixture
def office(tmp_path: Path, small_store: SqlStore) -> Follower:
    """Return a folder in which nothing was released yet."""
    return Follower(tmp_path / "releases", small_store)


def faults_of(
    content: bytes, trust: TrustList, *, previous: Release | None = None, demo: bool = False
) -> tuple[str, ...]:
    """Return why a release is not believed; nothing when it is."""
    try:
        verify_release(content, trust, NOW, previous=previous, demo=demo)
    except ReleaseRejected as refused:
        return refused.faults
    return ()


def trusting(*parties: Party, needed: int = 2) -> TrustList:
    """Return a trust list of these parties."""
    return TrustList(parties, officers=needed)


def test_a_release_cut_off_at_any_byte_is_refused(two: Officers, first: Release) -> None:
    """A copy that broke off; without its last byte it is JSON still, but not in the one form."""
    whole = first.to_bytes()

    found = {faults_of(whole[:end], two.trust) for end in range(len(whole))}

    assert {("unreadable",), ("malformed",)} == found
    assert ("malformed",) == faults_of(whole[:-1], two.trust)


def test_a_release_with_any_byte_changed_is_refused(two: Officers, first: Release) -> None:
    """No byte is idle: not in the cards, not in the signatures, not in the time of signing."""
    whole = first.to_bytes()

    believed = [at for at in range(len(whole)) if not faults_of(_flipped(whole, at), two.trust)]

    assert [] == believed


def _flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :]


@pytest.mark.parametrize(
    "spelled",
    [
        lambda whole: json.dumps(json.loads(whole)).encode() + b"\n",
        lambda whole: json.dumps(json.loads(whole), indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n",
        lambda whole: whole + b"\n",
        lambda whole: b"\xef\xbb\xbf" + whole,
        lambda whole: whole.replace(b'"assurance":"officers"', b'"assurance":"officers","assurance":"demo"'),
        lambda whole: whole.replace(b'"closed":0', b'"closed":0.0'),
        lambda whole: whole.replace(b'"closed":0', b'"closed":false'),
        lambda whole: whole.replace(b'"number":1', b'"number":10000'),
        lambda whole: whole.replace(b'"digest":', b'"comment":"hello","digest":'),
        lambda whole: b"[" * 100_000 + whole,
        lambda whole: whole[:-1] + b" " * MOST_BYTES + b"\n",
    ],
)
def test_a_release_has_one_spelling(two: Officers, first: Release, spelled: Callable[[bytes], bytes]) -> None:
    """The same in another form, a member more or twice, or so large or deep that reading it would be the attack."""
    assert faults_of(spelled(first.to_bytes()), two.trust)[0] in {"unreadable", "malformed"}


def one_officer(two: Officers, release: Release) -> Release:
    """Sign with one officer."""
    return signed(Release(release.contents), two.members[:1])


def one_officer_twice(two: Officers, release: Release) -> Release:
    """Sign twice with one officer, the second time a day later."""
    return signed(one_officer(two, release), two.members[:1], at=LATER)


def one_officer_copied(two: Officers, release: Release) -> Release:
    """Let the one signature stand there twice."""
    once = one_officer(two, release)
    return once.with_signature(once.signatures[0])


def officer_and_stranger(two: Officers, release: Release) -> Release:
    """Let somebody sign whom the trust list does not know."""
    return signed(one_officer(two, release), [member(999, Role.OFFICER)])


@pytest.mark.parametrize(
    "attack",
    [
        lambda _, release: Release(release.contents),
        one_officer,
        one_officer_twice,
        one_officer_copied,
        officer_and_stranger,
    ],
)
def test_fewer_than_two_different_officers_release_nothing(
    two: Officers, first: Release, attack: Callable[[Officers, Release], Release]
) -> None:
    """Unsigned, half-signed, twice signed by one, or signed by a stranger too."""
    assert ("too_few_signatures",) == faults_of(attack(two, first).to_bytes(), two.trust)


def test_two_keys_of_one_officer_are_one_pair_of_eyes(two: Officers, first: Release) -> None:
    """People are counted, not keys."""
    spare = member(998, Role.OFFICER)
    party = two.members[0].party
    owner = replace(party, keys=(*party.keys, *spare.party.keys))
    attack = sign_release(one_officer(two, first), party.oin, spare.key, SIGNED_AT)

    assert ("too_few_signatures",) == faults_of(attack.to_bytes(), trusting(owner, two.members[1].party))


@pytest.mark.parametrize(
    "changes",
    [
        {"revoked_at": SIGNED_AT - timedelta(days=1)},
        {"revoked_at": SIGNED_AT + timedelta(days=1)},
        {"valid_until_at": SIGNED_AT - timedelta(days=1)},
        {"valid_until_at": SIGNED_AT + timedelta(days=1)},
        {"valid_from_at": SIGNED_AT + timedelta(days=1)},
    ],
)
def test_a_key_must_count_when_it_signs_and_when_it_is_believed(
    two: Officers, first: Release, changes: dict[str, datetime]
) -> None:
    """A thief of an old key would write any time of signing."""
    one, other = (each.party for each in two.members)

    assert ("too_few_signatures",) == faults_of(first.to_bytes(), trusting(one, with_key(other, **changes)))


def test_a_signature_of_tomorrow_does_not_count_today(two: Officers, first: Release) -> None:
    """Clocks may differ by a minute."""
    early = signed(one_officer(two, first), two.members[1:], at=NOW + timedelta(minutes=2))

    assert ("too_few_signatures",) == faults_of(early.to_bytes(), two.trust)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.GATEWAY])
def test_only_officers_release(two: Officers, first: Release, role: Role) -> None:
    """An operator puts releases in place and cannot make one."""
    other = member(997, role)
    attack = signed(one_officer(two, first), [other])

    assert ("too_few_signatures",) == faults_of(attack.to_bytes(), trusting(two.members[0].party, other.party))


def in_anothers_name(two: Officers, release: Release) -> ReleaseSignature:
    """Sign as the other officer."""
    one, other = two.members
    return sign_release(Release(release.contents), other.party.oin, one.key, SIGNED_AT).signatures[0]


def of_another_release(two: Officers, release: Release) -> ReleaseSignature:
    """Take a signature from under another release."""
    changed = with_contents(release, title="Iets anders")
    return signed(changed, two.members[1:]).signatures[0]


def of_another_kind(two: Officers, release: Release) -> ReleaseSignature:
    """Take a signature under the same digest that was given for something else."""
    one = two.members[1]
    digest = bytes.fromhex(release.digest)
    given = sign_statement(f"{DOMAIN}-draft", digest, signer=one.party.oin, key=one.key, signed_at=SIGNED_AT)
    return ReleaseSignature(given.signer, given.key_id, written(given.signed_at), base64url(given.signature))


def at_another_time(_: Officers, release: Release) -> ReleaseSignature:
    """Say that it was signed a day later."""
    return replace(release.signatures[1], signed_at=written(LATER))


@pytest.mark.parametrize("forge", [in_anothers_name, of_another_release, of_another_kind, at_another_time])
def test_a_forged_signature_spoils_the_whole(
    two: Officers, first: Release, forge: Callable[[Officers, Release], ReleaseSignature]
) -> None:
    """Also beside two that are good: somebody is at work."""
    assert ("signature_forged",) == faults_of(first.with_signature(forge(two, first)).to_bytes(), two.trust)


def test_three_of_five_may_be_asked_for(first: Release) -> None:
    """The number stands in the trust list, beside the threshold of the holders."""
    five = officers(5)
    trust = trusting(*(each.party for each in five), needed=3)
    bare = Release(first.contents)

    assert ("too_few_signatures",) == faults_of(signed(bare, five[:2]).to_bytes(), trust)
    assert () == faults_of(signed(bare, five[1:4]).to_bytes(), trust)


@pytest.mark.parametrize(("demo", "faults"), [(False, ("too_few_signatures",)), (True, ())])
def test_one_officer_is_enough_in_a_demonstration_only(
    two: Officers, first: Release, demo: bool, faults: tuple[str, ...]
) -> None:
    """Whoever can change the number in the trust list does not thereby make two people one."""
    alone = one_officer(two, first)
    trust = trusting(two.members[0].party, needed=1)

    assert faults == faults_of(alone.to_bytes(), trust, demo=demo)


def _second(two: Officers) -> Release:
    return unsigned(small_files(2), previous=two.newest)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"difference_nl": "Er verandert niets."}, "difference_differs"),
        ({"difference_en": "Nothing changes."}, "difference_differs"),
        ({"closed": 1}, "difference_differs"),
        ({"opened": 1, "expected_opened": 1}, "difference_differs"),
        ({"expected_opened": 1}, "widening_unexpected"),
        ({"examples": 1}, "tests_differ"),
        ({"follows": "0" * 64}, "follows_another"),
        ({"files": ()}, "cards_rejected"),
        ({"files": (BundledFile("jeugd.yaml", "x: y\n"),)}, "cards_rejected"),
    ],
)
def test_a_tool_that_lied_to_both_officers_does_not_get_by(
    two: Officers, first: Release, changes: dict[str, object], fault: str
) -> None:
    """Both signed, but what they were told of the cards is not so: the gateway counts for itself."""
    lie = signed(with_contents(_second(two), **changes), two.members)

    assert (fault,) == faults_of(lie.to_bytes(), two.trust, previous=first)


def test_a_file_that_stands_there_twice_is_refused(two: Officers, first: Release) -> None:
    """One would be read by people, the other by the gateway."""
    told = _second(two).contents
    lie = signed(with_contents(Release(told), files=(*told.files, told.files[0])), two.members)

    assert ("malformed",) == faults_of(lie.to_bytes(), two.trust, previous=first)


def test_the_steps_of_verification_are_the_only_way_to_a_verified_release(two: Officers, first: Release) -> None:
    """What comes out names who released it."""
    verified = verify_release(first.to_bytes(), two.trust, NOW)

    assert VerifiedRelease(first, verified.policies, frozenset(each.party.oin for each in two.members)) == verified


def _half(office: Follower, by: tuple[Member, ...]) -> Release:
    return signed(unsigned(small_files(3), previous=office.officers.newest), by)


def _lie(office: Follower, **changes: object) -> None:
    lie = with_contents(unsigned(small_files(3), previous=office.officers.newest), **changes)
    office.put(signed(lie, office.officers.members), name="0003.release.json")


def _older(office: Follower) -> None:
    fork = Officers(office.officers.members)
    office.put(fork.release(small_files(9)))


def _number_taken(office: Follower) -> None:
    first = read_release((office.folder / "0001.release.json").read_bytes())
    office.put(Officers(office.officers.members, first).release(small_files(9)))


def _demo(office: Follower) -> None:
    office.put(office.officers.release(small_files(3), assurance=Assurance.DEMO))


def _forged(office: Follower) -> None:
    one, other = office.officers.members
    half = _half(office, (one,))
    office.put(sign_release(half, other.party.oin, one.key, SIGNED_AT))


def _unraised(office: Follower) -> None:
    same = unsigned(small_files(9), previous=office.officers.newest).contents
    files = tuple(BundledFile(name, raw.decode()) for name, raw in small_files(2, doel="Iets anders.").items())
    office.put(signed(with_contents(Release(same), files=files), office.officers.members))


SEEN: dict[ReleaseFault, Callable[[Follower], object]] = {
    ReleaseFault.UNREADABLE: lambda office: office.write(b"{", name="0003.release.json"),
    ReleaseFault.MALFORMED: lambda office: office.write(b"{}", name="0003.release.json"),
    ReleaseFault.MISNAMED: lambda office: office.put(office.officers.release(small_files(3)), name="0004.release.json"),
    ReleaseFault.DIGEST_WRONG: lambda office: office.write(
        office.officers.release(small_files(3)).to_bytes().replace(b"Versie 3", b"Versie 4"), name="0003.release.json"
    ),
    ReleaseFault.SIGNATURE_FORGED: _forged,
    ReleaseFault.TOO_FEW_SIGNATURES: lambda office: office.put(_half(office, office.officers.members[:1])),
    ReleaseFault.CARDS_REJECTED: lambda office: _lie(office, files=()),
    ReleaseFault.TESTS_DIFFER: lambda office: _lie(office, examples=1),
    ReleaseFault.VERSION_NOT_RAISED: _unraised,
    ReleaseFault.DIFFERENCE_DIFFERS: lambda office: _lie(office, difference_nl="Er verandert niets."),
    ReleaseFault.WIDENING_UNEXPECTED: lambda office: _lie(office, expected_opened=7),
    ReleaseFault.FOLLOWS_ANOTHER: lambda office: _lie(office, follows="0" * 64),
    ReleaseFault.OLDER: _older,
    ReleaseFault.NUMBER_TAKEN: _number_taken,
    ReleaseFault.DEMO_NOT_ALLOWED: _demo,
}


def test_every_fault_is_on_the_list() -> None:
    """A fault that no test sees is a check that may not work."""
    assert set(ReleaseFault) == SEEN.keys()


@pytest.mark.parametrize("fault", SEEN)
def test_nothing_but_a_good_release_changes_what_is_in_force(office: Follower, fault: ReleaseFault) -> None:
    """Told once, by its code; after a restart too the house obeys what it obeyed."""
    office.next_release(1)
    office.start()
    office.next_release(2)
    follower = office.start()
    before = follower.in_force.verified

    SEEN[fault](office)
    look_twice(follower)
    look_twice(follower)

    assert before is follower.in_force.verified
    assert [(fault.value,)] == office.refusals()
    assert [(fault.value,)] == [one.faults for one in follower.in_force.refused]
    assert office.said.getvalue().count('"policies refused"') == 1
    assert 2 == number_of(office.start())


def test_a_release_in_force_whose_file_is_tampered_with_stays_as_it_was(office: Follower) -> None:
    """Its signatures are spoiled: told, and neither now nor after a restart of any consequence."""
    first = office.next_release(1)
    follower = office.start()
    spoiled = replace(first, signatures=(first.signatures[0], replace(first.signatures[1], signed_at=written(LATER))))
    office.put(spoiled)

    look_twice(follower)

    assert (1, [("signature_forged",)]) == (number_of(follower), office.refusals())
    assert 1 == number_of(office.start())


def test_a_release_that_somebody_wrote_into_the_database_is_verified_too(office: Follower) -> None:
    """Whoever can write there makes no policy: signatures are checked again at every start."""
    office.next_release(1)
    attack = signed(unsigned(small_files(2), previous=office.officers.newest), [member(999, Role.OFFICER)] * 2)
    row = KeptRelease(attack.number, attack.digest, attack.to_bytes())
    office.start()
    event = {"digest": attack.digest, "number": 2, "lanes": (), "assurance": "officers"}
    _insert(office.store, row, event)

    follower = office.start()

    assert 0 == number_of(follower)
    assert {("too_few_signatures",), ("older",)} == set(office.refusals())


@pytest.mark.parametrize("by", [0, 1])
def test_nothing_rests_on_a_release_that_too_few_officers_read(office: Follower, by: int) -> None:
    """Two sign that nothing opens, against a release beside it that opened everything and that nobody released."""
    unread = signed(unsigned(small_files(1)), office.officers.members[:by])
    attack = signed(unsigned(small_files(2), previous=unread), office.officers.members)
    assert 0 == attack.contents.opened
    for release in (unread, attack):
        office.put(release)

    follower = office.start()

    assert 0 == number_of(follower)
    assert [("follows_another",), ("too_few_signatures",)] == sorted(office.refusals())
    office.put(signed(unread, office.officers.members[by:]))
    follower.look()
    assert 2 == number_of(follower)


@pytest.mark.parametrize("unread", [1, 2])
def test_each_release_down_to_the_first_was_read(office: Follower, unread: int) -> None:
    """A region that begins anew with its whole folder: one that too few signed spoils all that rest on it."""
    chain = [office.next_release(version) for version in (1, 2, 3)]
    office.put(signed(Release(chain[unread - 1].contents), office.officers.members[:1]))

    assert [0, 1][unread - 1] == number_of(office.start())


@pytest.mark.parametrize("missing", [1, 2])
def test_what_lacks_a_release_before_it_does_not_begin(office: Follower, missing: int) -> None:
    """Nobody can recompute what it changes."""
    chain = [office.next_release(version) for version in (1, 2, 3)]
    (office.folder / chain[missing - 1].file_name).unlink()

    follower = office.start()

    assert [0, 1][missing - 1] == number_of(follower)
    office.put(chain[missing - 1])
    follower.look()
    assert 3 == number_of(follower)


def _insert(store: SqlStore, row: KeptRelease, fields: dict[str, object]) -> None:
    event = Event(mint("evt"), EventKind.POLICY_LOADED, "gateway", fields)  # type: ignore[arg-type]
    store.change("attack", lambda tx: Recorded(tx.policies.keep(row), (event,)))

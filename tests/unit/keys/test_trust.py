"""Whom we know and believe stands in one file: strict, complete, and followed while we run."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from keys.group import Element
from keys.labels import Oin
from keys.manifest import Assurance, HolderSignature, Manifest
from keys.signing import SignatureFault, SignatureRefused, SigningKey, verify_call
from keys.trust import Party, PartyKey, Role, TrustFile, TrustList, TrustRejected
from tests.support.federation import POLICE, Federation
from tests.support.parties import LONG_AGO, NOW, Region, agency, region, signed, with_key


@pytest.fixture(scope="module")
def people() -> Region:
    """A region of two agencies and three holders, of whom two evaluate."""
    return region()


@pytest.fixture(scope="module")
def manifest(people: Region) -> Manifest:
    """The manifest of a key, signed by the first two holders."""
    return signed_by(people, (1, 2))


def signed_by(people: Region, holders: tuple[int, ...], *, name: str = "a federation") -> Manifest:
    """Return the manifest of the police's key with these signatures."""
    public, of_holders = Federation(2, 3, name).public(POLICE)
    manifest = Manifest(POLICE, public, of_holders, threshold=2)
    for holder in holders:
        signature = people.holders[holder - 1].key.sign(manifest.signed_bytes())
        manifest = manifest.with_signature(HolderSignature(holder, signature))
    return manifest


def problems(make: Callable[[], object]) -> str:
    """Return what is said to be wrong."""
    with pytest.raises(TrustRejected) as rejected:
        make()
    return "; ".join(rejected.value.problems)


def test_a_list_is_read_back_as_it_was_saved(tmp_path: Path, people: Region, manifest: Manifest) -> None:
    """Parties, keys with their terms, sealing keys and manifests survive the file."""
    ending = with_key(people.agencies[0].party, valid_until_at=NOW, revoked_at=NOW + timedelta(days=1))
    trust = people.trust.with_party(ending).with_manifest(manifest)

    trust.save(tmp_path / "trust.json")

    assert trust == TrustList.load(tmp_path / "trust.json")
    assert ["trust.json"] == [path.name for path in tmp_path.iterdir()]


def test_parties_are_found_by_key_number_and_label(people: Region, manifest: Manifest) -> None:
    """Each look-up gives what was put in, and nothing for what was not."""
    trust = people.trust.with_manifest(manifest)
    school = people.agencies[0]

    assert (school.party, school.party.keys[0]) == trust.key(school.key.key_id)
    assert school.party == trust.party(school.oin)
    assert [1, 2, 3] == [holder.holder_index for holder in trust.holders()]
    assert manifest == trust.manifest(POLICE)
    assert (None, None) == (trust.key("nobody"), trust.manifest(replace(POLICE, lane="other")))


def test_a_manifest_needs_t_signatures(people: Region) -> None:
    """One of three holders alone cannot say what a key is, not with two signatures of its own either."""
    own_twice = signed_by(people, (1,))
    own_twice = replace(own_twice, signatures=(*own_twice.signatures, replace(own_twice.signatures[0], holder=2)))

    assert "fewer than 2 holders" in problems(lambda: people.trust.with_manifest(signed_by(people, (1,))))
    assert "fewer than 2 holders" in problems(lambda: people.trust.with_manifest(own_twice))


def test_one_holder_cannot_declare_itself_enough(people: Region) -> None:
    """The threshold of the list counts, not the one a manifest claims."""
    public, of_holders = Federation(2, 3).public(POLICE)
    alone = Manifest(POLICE, public, of_holders, threshold=1)
    alone = alone.with_signature(HolderSignature(1, people.holders[0].key.sign(alone.signed_bytes())))

    assert "other holders" in problems(lambda: people.trust.with_manifest(alone))


def test_a_manifest_cannot_be_changed(people: Region, manifest: Manifest) -> None:
    """Another key, another order of holders: the signatures no longer fit."""
    first, second, third = manifest.holder_public_keys
    swapped = replace(manifest, holder_public_keys=(second, first, third))
    replaced = replace(manifest, public_key=Element(first))

    for changed in (swapped, replaced):
        assert "fewer than 2 holders" in problems(partial(people.trust.with_manifest, changed))


def test_a_label_has_one_key(people: Region, manifest: Manifest) -> None:
    """Two keys under one label would be equivocation, also with valid signatures."""
    trust = people.trust.with_manifest(manifest)
    other = signed_by(people, (2, 3), name="another federation")

    assert "has 2 manifests" in problems(lambda: trust.with_manifest(other))


def test_a_revoked_holder_key_no_longer_vouches(tmp_path: Path, people: Region, manifest: Manifest) -> None:
    """When a holder's signing key is revoked, the manifests it signed are set aside until they are signed anew."""
    trust = people.trust.with_manifest(manifest)

    revoked = trust.with_party(with_key(people.holders[0].party, revoked_at=NOW))
    revoked.save(tmp_path / "trust.json")

    assert (None, (), (manifest,)) == (revoked.manifest(POLICE), revoked.manifests, revoked.set_aside)
    assert ["fewer than 2 holders signed it"] == [problem.partition(": ")[2] for problem in revoked.unfit()]
    assert revoked == TrustList.load(tmp_path / "trust.json")
    anew = signed_by(people, (2, 3))
    assert ((anew,), ()) == (revoked.with_manifest(anew).manifests, revoked.with_manifest(anew).set_aside)


def test_the_assurance_follows_from_the_number_of_holders(people: Region, manifest: Manifest) -> None:
    """One holder is `embedded`: no protection against whoever runs it together with the gateway."""
    public, of_holders = Federation(1, 1).public(POLICE)

    assert Assurance.THRESHOLD is manifest.assurance
    assert Assurance.EMBEDDED is Manifest(POLICE, public, of_holders, 1).assurance


def test_every_contradiction_is_named(people: Region) -> None:
    """All of them at once, by party and never by what kind of agency it is."""
    school, police = (one.party for one in people.agencies)
    said = problems(
        lambda: TrustList(
            (
                school,
                school,
                replace(police, kind=""),
                replace(people.gateway.party, holder_index=1),
                replace(people.holders[2].party, holder_index=4),
            ),
            threshold=2,
        )
    )

    for expected in ("stands 2 times", "an agency has a kind", "a holder has a number", "without a gap", "n >= 2t-1"):
        assert expected in said
    assert "school" not in said


def test_every_mistake_in_a_file_is_named_by_place(tmp_path: Path, people: Region) -> None:
    """Unknown members, wrong types, a key that is none: all are said at once, without the values (G35)."""
    path = tmp_path / "trust.json"
    people.trust.save(path)
    content: Any = json.loads(path.read_text())
    content["parties"][0]["oin"] = "CANARY"
    content["parties"][1]["surprise"] = "CANARY"
    content["parties"][2]["keys"][0]["validFromAt"] = "2027-04-20T09:30:00"
    path.write_text(json.dumps(content))

    said = problems(lambda: TrustList.load(path))

    for expected in ("parties.0.oin", "parties.1.surprise", "parties.2.keys.0.validFromAt"):
        assert expected in said
    assert "CANARY" not in said


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("keyId", "A" * 43, "not the thumbprint"),
        ("jwk", {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, "not an Ed25519 public key"),
        ("jwk", {"kty": "oct", "k": "AAAA"}, "public JWK"),
        ("algorithm", "rsa-pss-sha512", "not an RSA public key"),
    ],
)
def test_a_key_that_is_none_is_refused(
    tmp_path: Path, people: Region, member: str, value: object, expected: str
) -> None:
    """Name, key and algorithm must belong together."""
    path = tmp_path / "trust.json"
    people.trust.save(path)
    content: Any = json.loads(path.read_text())
    content["parties"][0]["keys"][0][member] = value
    path.write_text(json.dumps(content))

    assert expected in problems(lambda: TrustList.load(path))


def test_a_key_twice_in_one_object_is_refused(tmp_path: Path) -> None:
    """Two readers of such a file would see two lists."""
    path = tmp_path / "trust.json"
    path.write_text('{"format":"seinhuis-trust-1","threshold":1,"threshold":2,"parties":[]}')

    assert "twice" in problems(lambda: TrustList.load(path))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        """Start somewhere."""
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds


def test_a_revoked_key_stops_working_while_we_run(tmp_path: Path, people: Region) -> None:
    """The file is followed: within a second of looking, so within 60 of the change (G19)."""
    path, clock, school = tmp_path / "trust.json", Clock(), people.agencies[0]
    people.trust.save(path)
    file = TrustFile(path, monotonic=clock)
    assert school.party == verify_call(signed(school), file, now=NOW).party

    people.trust.with_party(with_key(school.party, revoked_at=NOW)).save(path)
    clock.seconds += 1

    with pytest.raises(SignatureRefused) as refused:
        verify_call(signed(school), file, now=NOW)
    assert SignatureFault.KEY_REVOKED is refused.value.reason


def test_a_manifest_never_keeps_a_revocation_out(tmp_path: Path, people: Region, manifest: Manifest) -> None:
    """A holder's key and an agency's are revoked in one edit: both stop, and the manifest is not used."""
    path, clock, school, holder = tmp_path / "trust.json", Clock(), people.agencies[0], people.holders[0]
    people.trust.with_manifest(manifest).save(path)
    file = TrustFile(path, monotonic=clock)

    edited = people.trust.with_manifest(manifest).with_party(with_key(holder.party, revoked_at=NOW))
    edited.with_party(with_key(school.party, revoked_at=NOW)).save(path)
    clock.seconds += 1

    for one in (school, holder):
        with pytest.raises(SignatureRefused) as refused:
            verify_call(signed(one), file, now=NOW)
        assert SignatureFault.KEY_REVOKED is refused.value.reason
    assert file.current.manifest(POLICE) is None
    assert "fewer than 2 holders" in "; ".join(file.problems)


def test_a_list_that_contradicts_itself_still_revokes(tmp_path: Path, people: Region) -> None:
    """A holder is taken off and an agency's key revoked: the list cannot be used, and the key does not count."""
    path, clock, school = tmp_path / "trust.json", Clock(), people.agencies[0]
    people.trust.with_party(with_key(school.party, revoked_at=NOW)).save(path)
    content: Any = json.loads(path.read_text())
    people.trust.save(path)
    file = TrustFile(path, monotonic=clock)

    content["parties"] = [party for party in content["parties"] if party.get("holderIndex") != 1]
    path.write_text(json.dumps(content))
    clock.seconds += 1

    with pytest.raises(SignatureRefused) as refused:
        verify_call(signed(school), file, now=NOW)
    assert SignatureFault.KEY_REVOKED is refused.value.reason
    assert people.trust.holders() == file.current.holders()
    assert "without a gap" in "; ".join(file.problems)


def test_the_file_is_looked_at_once_a_second(tmp_path: Path, people: Region) -> None:
    """Between two looks nothing is read, so a call costs nothing more."""
    path, clock = tmp_path / "trust.json", Clock()
    people.trust.save(path)
    file = TrustFile(path, monotonic=clock)
    path.unlink()
    clock.seconds += 0.9

    assert (people.trust, ()) == (file.current, file.problems)


def test_a_torn_file_keeps_the_last_good_list(tmp_path: Path, people: Region) -> None:
    """Cut at any place, the file changes nothing; and it is said that something is wrong."""
    path, clock = tmp_path / "trust.json", Clock()
    people.trust.save(path)
    content = path.read_bytes()
    file = TrustFile(path, monotonic=clock)

    for cut in range(0, len(content) - 1, 97):
        path.write_bytes(content[:cut])
        clock.seconds += 1
        assert people.trust == file.current
        assert file.problems

    path.unlink()
    clock.seconds += 1
    assert (people.trust, ("the file cannot be read",)) == (file.current, file.problems)

    path.write_bytes(content)
    os.utime(path, ns=(1, 1))
    clock.seconds += 1
    assert (people.trust, ()) == (file.current, file.problems)


def test_without_a_good_list_nothing_starts(tmp_path: Path) -> None:
    """An empty file is no list of nobody."""
    path = tmp_path / "trust.json"
    path.write_bytes(b"")

    with pytest.raises(TrustRejected):
        TrustFile(path)


def test_a_party_may_have_an_old_and_a_new_key(people: Region) -> None:
    """While a key is changed, both count."""
    school, new = people.agencies[0], SigningKey.generate()
    both = replace(school.party, keys=(*school.party.keys, PartyKey.of(new, valid_from_at=LONG_AGO)))
    trust = people.trust.with_party(both)

    for key in (school.key, new):
        assert both == verify_call(signed(replace(school, key=key)), trust, now=NOW).party


def test_roles_are_kept_apart(people: Region) -> None:
    """A holder is no agency: its role comes from the list, not from the call."""
    assert Role.HOLDER is verify_call(signed(people.holders[0]), people.trust, now=NOW).party.role
    assert people.trust.party(agency(77).oin) is None


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"revoked_at": NOW + timedelta(days=1)}, True),
        ({"revoked_at": NOW}, False),
        ({"valid_until_at": NOW + timedelta(days=1)}, True),
        ({"valid_until_at": NOW}, False),
        ({"valid_from_at": NOW + timedelta(seconds=1)}, False),
    ],
)
def test_one_rule_says_whether_a_key_counts_now(people: Region, changes: dict[str, datetime], counts: bool) -> None:
    """Verification follows it, so a planned revocation takes nothing away before its moment."""
    school = people.agencies[0]
    changed = with_key(school.party, **changes)
    assert counts == changed.keys[0].counts_at(NOW)
    try:
        verify_call(signed(school), people.trust.with_party(changed), now=NOW)
        believed = True
    except SignatureRefused:
        believed = False
    assert counts == believed


def test_a_supervisor_belongs_to_a_municipality(tmp_path: Path, people: Region) -> None:
    """Agencies may, supervisors must, and nobody else does; a list that says nothing of it is read as ever."""
    school = replace(people.agencies[0].party, municipality="gm0001")
    supervisor = Party(
        oin=Oin("00000000990000009900"), name="Regievoerder", role=Role.SUPERVISOR, municipality="gm0001"
    )
    trust = people.trust.with_party(school).with_party(supervisor)
    trust.save(tmp_path / "trust.json")

    assert trust == TrustList.load(tmp_path / "trust.json")
    nowhere, holder = replace(supervisor, municipality=""), replace(people.holders[0].party, municipality="gm0001")
    assert "a supervisor has a municipality" in problems(lambda: people.trust.with_party(nowhere))
    assert "and nobody else" in problems(lambda: people.trust.with_party(holder))


def _behind(central: Party, number: int) -> tuple[Party, ...]:
    """Return so many agencies of the kind of the central desk that it stands for."""
    return tuple(
        Party(Oin(f"000000009900000098{at:02d}"), f"Opvanghuis {at}", Role.AGENCY, central.kind, alias=central.oin)
        for at in range(number)
    )


def test_a_central_desk_stands_for_at_least_five_of_its_own_kind(tmp_path: Path, people: Region) -> None:
    """A3: with fewer one could guess which of them it is; nor for another kind, nor for one that hides as well."""
    central = Party(Oin("00000000990000009790"), "Landelijk loket", Role.AGENCY, "shelter")
    five = _behind(central, 5)
    trust = replace(people.trust, parties=(*people.trust.parties, central, *five))
    trust.save(tmp_path / "trust.json")
    assert trust == TrustList.load(tmp_path / "trust.json")

    def list_of(*parties: Party) -> TrustList:
        return replace(people.trust, parties=(*people.trust.parties, *parties))

    assert "at least 5 agencies share one" in problems(lambda: list_of(central, *five[:4]))
    wrong = "its alias is an agency of its own kind"
    assert wrong in problems(lambda: list_of(*five))
    assert wrong in problems(lambda: list_of(replace(central, kind="school"), *five))
    assert wrong in problems(lambda: list_of(replace(central, alias=five[0].oin), *five))


def test_a_list_without_municipalities_or_aliases_does_not_mention_them(tmp_path: Path, people: Region) -> None:
    """So that what was built before this reads it still."""
    people.trust.save(tmp_path / "trust.json")

    text = (tmp_path / "trust.json").read_text(encoding="utf-8")
    assert [] == [word for word in ("municipality", "alias") if word in text]

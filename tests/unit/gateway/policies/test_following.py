"""Releases of the policies: made, followed and kept; what is in force is always one whole reviewed release (G20)."""

import json
from datetime import date
from pathlib import Path

import pytest

from gateway.core.events import EventKind
from gateway.core.policy import Denial, Denied
from gateway.core.policy.cards.collection import VOCABULARY
from gateway.core.policy.releases.faults import ReleaseFault, ReleaseRejected
from gateway.core.policy.releases.release import Assurance
from gateway.policies.folder import newest_release
from gateway.policies.signing import make_release, read_release, save_release
from gateway.store import SqlStore
from keys.trust import TrustList
from tests.support.followers import Follower, look_twice, number_of
from tests.support.gateways import neighborhood
from tests.support.parties import with_key
from tests.support.releases import CREATED_ON, SIGNED_AT, Officers, signed, small_files, unsigned

ENDED = {"van": date(2025, 1, 1), "tot-en-met": date(2025, 12, 31)}

PROPOSAL = "voorstel: Meer scholen\nwaarom: Omdat het moet.\nverwachte-verruiming: {{geopend: {}}}\n"


@pytest.fixture
def office(tmp_path: Path, small_store: SqlStore) -> Follower:
    """Return a folder in which nothing was released yet."""
    return Follower(tmp_path / "releases", small_store)


def cards_in(folder: Path, files: dict[str, bytes]) -> Path:
    """Write policy files into a folder."""
    folder.mkdir(exist_ok=True)
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return folder


def proposal_in(folder: Path, *, opened: int | str) -> Path:
    """Write a proposal."""
    path = folder / "voorstel.yaml"
    path.write_text(PROPOSAL.format(opened), "utf-8")
    return path


def reasons_of(cards: Path, proposal: Path, **given: object) -> list[tuple[str, str]]:
    """Return why a release is not made."""
    with pytest.raises(ReleaseRejected) as refused:
        make_release(cards, proposal, **{"previous": None, "created_on": CREATED_ON, **given})  # type: ignore[arg-type]
    return [(reason.fault.value, reason.detail) for reason in refused.value.reasons]


def test_a_release_bundles_what_was_read_with_what_was_counted(tmp_path: Path) -> None:
    """Files word for word, both languages of the difference, the counts, and the examples that were tried."""
    files = small_files()
    opened = unsigned(files).contents.opened

    made = make_release(
        cards_in(tmp_path / "cards", files),
        proposal_in(tmp_path, opened=opened),
        previous=None,
        created_on=CREATED_ON,
    )

    told = made.contents
    assert files == dict(told.file_bytes)
    assert (1, "", CREATED_ON, Assurance.OFFICERS) == (made.number, told.follows, told.created_on, told.assurance)
    assert ("Meer scholen", "Omdat het moet.", opened, 0, 2) == (
        *(told.title, told.why, told.opened, told.closed, told.examples),
    )
    assert str(opened) in told.difference_nl
    assert told.difference_nl != told.difference_en
    assert made == read_release(made.to_bytes())


def test_a_release_follows_the_one_before_it(tmp_path: Path) -> None:
    """By number and by digest; nothing opens when only an explanation changes."""
    two = Officers()
    first = two.release(small_files(1))

    made = make_release(
        cards_in(tmp_path / "cards", small_files(2)),
        proposal_in(tmp_path, opened=0),
        previous=first,
        created_on=CREATED_ON,
    )

    assert (2, first.digest, 0) == (made.number, made.contents.follows, made.contents.opened)


def test_what_opens_must_be_what_was_expected(tmp_path: Path) -> None:
    """One situation more or less than the proposal says, and there is no release."""
    files = small_files()
    opened = unsigned(files).contents.opened
    cards = cards_in(tmp_path / "cards", files)

    found = [reasons_of(cards, proposal_in(tmp_path, opened=opened + more)) for more in (-1, 1)]

    expected = [[("widening_unexpected", f"{opened} situations opened, {opened + more} expected")] for more in (-1, 1)]
    assert expected == found


def test_a_card_that_changes_gets_a_higher_version(tmp_path: Path) -> None:
    """Otherwise two texts would go by one name."""
    two = Officers()
    first = two.release(small_files(2))
    cards = cards_in(tmp_path / "cards", small_files(1))

    found = reasons_of(cards, proposal_in(tmp_path, opened=0), previous=first)

    assert [("version_not_raised", "jeugd.yaml: 1")] == found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"wat: contact", b"wat: vlag", "voorbeeld klopt niet"),
        (b"stroom: jeugd", b"stroom: jeugt", "onbekend woord 'jeugt'"),
        (b"geldig:", b"geldigheid:", "onbekend woord 'geldigheid'"),
    ],
)
def test_a_card_that_does_not_load_is_told_with_every_mistake(
    tmp_path: Path, old: bytes, new: bytes, told: str
) -> None:
    """An example that is not true, or a slip of the pen: with file, line and column."""
    files = small_files()
    files["jeugd.yaml"] = files["jeugd.yaml"].replace(old, new)

    found = reasons_of(cards_in(tmp_path / "cards", files), proposal_in(tmp_path, opened=0))

    assert {"cards_rejected"} == {fault for fault, _ in found}
    assert any(told in detail and detail.startswith("jeugd.yaml:") for _, detail in found)


def test_there_is_no_release_without_cards(tmp_path: Path) -> None:
    """Closing everything is done by an end date or an empty folder, which everybody understands."""
    words = {VOCABULARY: small_files()[VOCABULARY]}

    found = [
        reasons_of(cards_in(tmp_path / name, files), proposal_in(tmp_path, opened=0))
        for name, files in (("empty", {}), ("words", words))
    ]

    assert [[("cards_rejected", "there are no cards")]] * 2 == found


@pytest.mark.parametrize("opened", ["-1", "1.5", "veel", "1e3", "9" * 10, ""])
def test_a_proposal_says_a_whole_number(tmp_path: Path, opened: str) -> None:
    """Its mistakes are told as those of a card are."""
    found = reasons_of(cards_in(tmp_path / "cards", small_files()), proposal_in(tmp_path, opened=f"'{opened}'"))

    assert {"malformed"} == {fault for fault, _ in found}
    assert all("voorstel.yaml:3:" in detail for _, detail in found)


def test_a_text_that_two_systems_could_write_differently_is_not_released(tmp_path: Path) -> None:
    """A letter and its accent as two characters look like one: what is signed has one form (Unicode NFC)."""
    files = small_files(verantwoordelijken=["Gemeente Cafe\u0301"])

    found = reasons_of(cards_in(tmp_path / "cards", files), proposal_in(tmp_path, opened=6))

    assert [("unreadable", "not in Unicode normal form C")] == found


def test_what_is_released_is_in_force_and_on_record(office: Follower) -> None:
    """The event and the log say number and digest; the house answers by the cards of the release."""
    release = office.next_release(1)

    follower = office.start()

    [loaded] = office.events(EventKind.POLICY_LOADED)
    assert {"number": 1, "digest": release.digest, "assurance": "officers", "lanes": ("youth",)} == loaded
    assert [("policies", 1, release.digest)] == [
        (line["event"], line["number"], line["digest"]) for line in map(json.loads, office.said.getvalue().splitlines())
    ]
    policy = follower.policies().lane("youth")
    assert policy is not None
    assert 1 == policy.version


def test_an_empty_folder_refuses_everything(office: Follower) -> None:
    """At every start, whatever was in force before: emptying the folder is how an operator stops the house."""
    office.next_release(1)
    office.start()
    for path in office.folder.iterdir():
        path.unlink()

    follower = office.start()

    assert (None, ()) == (follower.in_force.release, follower.policies().policies)
    assert "no policies" in office.said.getvalue()


def test_a_folder_that_is_not_there_is_an_error(office: Follower) -> None:
    """A slip in a setting must not pass for an empty folder."""
    office.folder.rmdir()

    with pytest.raises(FileNotFoundError):
        office.start()


def test_what_is_no_release_by_its_name_is_passed_over(office: Follower) -> None:
    """A page, a proposal or the file beside which another is being written."""
    office.next_release(1)
    for name in ("README.md", "voorstel.yaml", ".0002.release.json.x7", "2.release.json", "0002.release.json.bak"):
        office.write(b"{", name=name)

    follower = office.start()

    assert (1, ()) == (number_of(follower), follower.in_force.refused)


def test_a_new_release_takes_the_place_of_the_one_before(office: Follower) -> None:
    """At the next look; several at once one after the other, and each is on record."""
    office.next_release(1)
    follower = office.start()
    office.next_release(2)
    office.next_release(3)

    follower.look()

    assert 3 == number_of(follower)
    assert [1, 2, 3] == [event["number"] for event in office.events(EventKind.POLICY_LOADED)]


def test_a_gateway_begins_with_the_highest(office: Follower) -> None:
    """What lies there from before is history: not loaded, and no attempt to go back."""
    for version in (1, 2, 3):
        office.next_release(version)

    follower = office.start()
    look_twice(follower)

    assert (3, ()) == (number_of(follower), follower.in_force.refused)
    assert [3] == [event["number"] for event in office.events(EventKind.POLICY_LOADED)]


def test_a_release_waits_for_the_one_it_follows(office: Follower) -> None:
    """What changes was read against another release than is in force; when that one comes, both take effect."""
    office.next_release(1)
    follower = office.start()
    second, third = (office.officers.release(small_files(version)) for version in (2, 3))
    office.put(third)

    look_twice(follower)
    assert (1, [("follows_another",)]) == (number_of(follower), office.refusals())
    office.put(second)
    follower.look()

    assert (3, ()) == (number_of(follower), follower.in_force.refused)


def test_a_restart_begins_with_what_was_in_force(office: Follower) -> None:
    """The database has it, also when its file is gone; the old files that are left are not gone back to."""
    office.next_release(1)
    second = office.next_release(2)
    office.start()
    (office.folder / second.file_name).unlink()

    follower = office.start()

    assert (2, True) == (number_of(follower), follower.in_force.file_gone)
    assert [("older",)] == office.refusals()
    assert [2, 2] == [event["number"] for event in office.events(EventKind.POLICY_LOADED)]


def test_a_restart_with_an_old_folder_does_not_go_back(office: Follower, tmp_path: Path, small_store: SqlStore) -> None:
    """A backup of the folder is put back: the highest number seen is in the database."""
    first = office.next_release(1)
    office.start()
    office.next_release(2)
    office.start()

    old = Follower(tmp_path / "old", small_store, office.officers)
    old.put(first)

    assert 2 == number_of(old.start())


def test_what_another_process_accepted_is_taken_at_once(office: Follower) -> None:
    """A worker that slept while the gateway went on two releases, the first of which is gone, goes on to the last."""
    office.next_release(1)
    gateway, worker = office.start(), office.start()
    second = office.next_release(2)
    gateway.look()
    office.next_release(3)
    gateway.look()
    (office.folder / second.file_name).unlink()

    worker.look()

    assert (3, 3) == (number_of(gateway), number_of(worker))


def test_two_releases_of_one_number_never_both_take_effect(office: Follower) -> None:
    """Two processes that see two files: the database lets the first win, the other says so and obeys it too."""
    office.next_release(1)
    gateway, worker = office.start(), office.start()
    fork = Officers(office.officers.members, office.officers.newest)
    office.next_release(2)
    gateway.look()
    office.put(fork.release(small_files(7)))

    look_twice(worker)

    assert 2 == number_of(gateway)
    assert gateway.in_force.release == worker.in_force.release
    assert [("number_taken",)] == office.refusals()


def test_a_demo_release_counts_only_where_it_is_wanted(office: Follower) -> None:
    """And whoever asks is told that it protects nobody."""
    office.put(office.officers.release(small_files(), assurance=Assurance.DEMO))

    assert 0 == number_of(office.start())
    assert [("demo_not_allowed",)] == office.refusals()

    office.demo = True
    follower = office.start()
    assert (1, True) == (number_of(follower), follower.in_force.demo)
    assert "demo" in office.said.getvalue()


def test_a_card_past_its_last_day_refuses_by_itself(office: Follower) -> None:
    """The release stays in force and the gateway needs no clock for it."""
    office.put(office.officers.release(small_files(geldig={"van": date(2026, 1, 1), "tot-en-met": date(2026, 1, 31)})))

    answer = (
        office.start()
        .policies()
        .may_register(
            lane="youth",
            agency_kind="school",
            purpose="youth-coordination",
            flag="involved",
            on=date(2026, 2, 1),
        )
    )

    assert isinstance(answer, Denied)
    assert Denial.POLICY_EXPIRED == answer.code


def test_a_file_is_told_once_and_only_when_it_stands_still(office: Follower) -> None:
    """A copy that is under way is no attack; what stays broken is told once, and again when it is broken anew."""
    office.next_release(1)
    follower = office.start()
    second = office.officers.release(small_files(2))

    for end in (10, 100, 1000):
        office.write(second.to_bytes()[:end], name=second.file_name)
        follower.look()
    assert [] == office.refusals()
    for _ in range(5):
        follower.look()
    assert [("unreadable",)] == office.refusals()
    assert [("0002.release.json", ("unreadable",))] == [(one.file, one.faults) for one in follower.in_force.refused]

    office.put(second)
    follower.look()
    assert (2, ()) == (number_of(follower), follower.in_force.refused)


def test_another_trust_list_is_reason_to_look_again(office: Follower) -> None:
    """A signature of somebody who becomes an officer counts from then on."""
    one, other = office.officers.members
    office.trust.current = TrustList((one.party,), officers=2)
    office.next_release(1)
    follower = office.start()
    assert [("too_few_signatures",)] == office.refusals()

    office.trust.current = TrustList((one.party, other.party), officers=2)
    follower.look()

    assert (1, ()) == (number_of(follower), follower.in_force.refused)


def test_a_revoked_officer_takes_nothing_down_and_is_told(office: Follower) -> None:
    """What is in force stays until a new release comes; a start without enough signatures refuses everything."""
    one, other = office.officers.members
    office.next_release(1)
    follower = office.start()
    revoked = with_key(other.party, revoked_at=SIGNED_AT)
    office.trust.current = TrustList((one.party, revoked), officers=2)

    look_twice(follower)

    told = [(refused.file, refused.faults) for refused in follower.in_force.refused]
    assert (1, [("0001.release.json as kept", ("too_few_signatures",))]) == (number_of(follower), told)
    assert 0 == number_of(office.start())


def test_readiness_says_which_release_is_obeyed_and_what_is_amiss(office: Follower, small_store: SqlStore) -> None:
    """With a release the gateway is ready, whatever happens to the folder; without one it is not."""
    first = office.next_release(1)
    follower = office.start()
    with neighborhood(small_store, releases=follower) as here:
        before = here.get("/v1/health/ready").json()
        office.write(b"{", name="0002.release.json")
        (office.folder / first.file_name).unlink()
        look_twice(follower)
        after = here.get("/v1/health/ready")
        who = here.caller().call("GET", "/v1/whoami").json()

    in_force = {"number": 1, "digest": first.digest, "assurance": "officers", "fileGone": False, "refused": []}
    in_force |= {"awaitingRelease": []}
    assert {"status": "ready", "policies": in_force} == before
    refused = [{"file": "0002.release.json", "faults": ["unreadable"]}]
    assert (200, {**in_force, "fileGone": True, "refused": refused}) == (after.status_code, after.json()["policies"])
    assert who["demoRelease"] is False


def test_without_a_release_the_gateway_is_not_ready(office: Follower, small_store: SqlStore) -> None:
    """And says that it lives."""
    with neighborhood(small_store, releases=office.start()) as here:
        live, ready = (here.get(f"/v1/health/{name}") for name in ("live", "ready"))
        registered = here.caller().register(1)

    assert (200, 503, 503) == (live.status_code, ready.status_code, registered.status_code)
    assert ["upstream-no-policies"] * 2 == [answer.json()["code"] for answer in (ready, registered)]
    assert "refused" not in ready.json()
    assert "retry-after" in ready.headers


def test_where_all_is_refused_the_gateway_says_which_files_and_why(office: Follower, small_store: SqlStore) -> None:
    """The store is not away: whoever looks after the folder is told what to mend."""
    office.write(b"{", name="0001.release.json")
    office.put(signed(unsigned(small_files()), office.officers.members[:1]), name="0002.release.json")
    with neighborhood(small_store, releases=office.start()) as here:
        ready = here.get("/v1/health/ready")

    assert (503, "upstream-no-policies") == (ready.status_code, ready.json()["code"])
    assert ["0001.release.json: unreadable", "0002.release.json: misnamed"] == sorted(ready.json()["refused"])


def test_where_every_card_has_ended_the_gateway_is_not_ready(office: Follower, small_store: SqlStore) -> None:
    """A release stays in force past the last day of its cards, and lets nobody do anything: that is told."""
    made = office.officers.release(small_files(geldig=ENDED))
    office.put(made)
    with neighborhood(small_store, releases=office.start()) as here:
        ready = here.get("/v1/health/ready")

    assert (503, "upstream-policies-ended") == (ready.status_code, ready.json()["code"])
    assert made.file_name == ready.json()["release"]


def test_where_a_card_goes_on_the_gateway_is_ready(office: Follower, small_store: SqlStore) -> None:
    """One lane is over, another is not."""
    both = small_files(lanes=("jeugd", "volwassenen"))
    over = small_files(lanes=("volwassenen",), geldig=ENDED)
    office.put(office.officers.release(both | over))
    with neighborhood(small_store, releases=office.start()) as here:
        assert 200 == here.get("/v1/health/ready").status_code


def test_taking_on_an_agency_uses_the_lanes_of_the_newest_release(office: Follower) -> None:
    """Verified as the gateway does; a folder without any is said."""
    trust = office.officers.trust
    with pytest.raises(ReleaseRejected) as nothing:
        newest_release(office.folder, trust, demo=False)
    assert (ReleaseFault.UNREADABLE.value,) == nothing.value.faults

    save_release(office.officers.release(small_files(1)), office.folder)
    save_release(office.officers.release(small_files(2, lanes=("jeugd", "volwassenen"))), office.folder)

    found = newest_release(office.folder, trust, demo=False)
    assert ["youth", "adult"] == [policy.lane for policy in found.policies.policies]


def test_taking_on_an_agency_passes_over_a_release_that_waits_for_a_signature(office: Follower) -> None:
    """Half-signed it is not in force; when no other is there, what is wrong with it is said."""
    one, _ = office.officers.members
    half = signed(unsigned(small_files(1, lanes=("jeugd", "volwassenen"))), (one,))
    save_release(half, office.folder)
    with pytest.raises(ReleaseRejected) as waiting:
        newest_release(office.folder, office.officers.trust, demo=False)
    assert (ReleaseFault.TOO_FEW_SIGNATURES.value,) == waiting.value.faults

    first = office.next_release(1)
    save_release(signed(unsigned(small_files(2), previous=first), (one,)), office.folder)

    assert first == newest_release(office.folder, office.officers.trust, demo=False).release

"""A lane opens by a release that was signed for it, never by new software alone (G20)."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.core.policy.engine import BUILT
from gateway.core.policy.questions.difference import compare
from gateway.core.policy.releases.faults import ReleaseRejected
from gateway.core.policy.releases.proposal import Proposal
from gateway.core.policy.releases.release import Assurance, Release
from gateway.core.policy.releases.releasing import Before, draft
from gateway.policies.signing import read_release, verify_release
from gateway.store import SqlStore
from tests.support.followers import Follower, look_twice, number_of
from tests.support.gateways import neighborhood
from tests.support.releases import CREATED_ON, Officers, signed, small_files, unsigned, with_contents

RELYING = small_files(vergt=["toestemmingsregister"])


@pytest.fixture
def office(tmp_path: Path, small_store: SqlStore) -> Follower:
    """Return a folder in which nothing was released yet."""
    return Follower(tmp_path / "releases", small_store)


def _by_software_with(mechanisms: Collection[str], officers: Officers) -> Release:
    """Release a card that relies on the consent register, as software with these parts and no other makes it."""
    made = draft(RELYING, previous=officers.newest)
    policies = made.cards.policies.in_house_with(mechanisms)
    assert policies.vocabulary is not None
    difference = compare(Before.of(officers.newest).policies, policies, policies.vocabulary)
    drafted = replace(made, cards=replace(made.cards, policies=policies), difference=difference)
    proposal = Proposal("Proef", "Omdat een proef het vraagt.", difference.opened)
    release = drafted.release(proposal, created_on=CREATED_ON, assurance=Assurance.OFFICERS)
    officers.newest = signed(release, officers.members)
    return officers.newest


def _older_form(release: Release, officers: Officers) -> Release:
    return signed(with_contents(release, mechanisms=None), officers.members)


@pytest.mark.parametrize("named", [True, False])
def test_new_software_opens_no_lane_under_an_old_release(
    office: Follower, small_store: SqlStore, *, named: bool
) -> None:
    """What was signed before the register existed keeps its lane shut, and health says that it waits for a release."""
    old = _by_software_with((), office.officers)
    office.put(old if named else _older_form(old, office.officers))
    follower = office.start()
    with neighborhood(small_store, releases=follower) as here:
        policies = here.get("/v1/health/ready").json()["policies"]
        refused = here.caller().register(1)

    assert (1, None) == (number_of(follower), follower.policies().open_lane("youth"))
    assert ["youth"] == policies["awaitingRelease"]
    assert "policy-lane-not-built" == refused.json()["code"]


def test_the_release_that_opens_it_counts_what_opens(office: Follower) -> None:
    """The same cards under new software: all that the lane then permits and tells was expected and is told."""
    old = _by_software_with((), office.officers)
    office.put(old)
    follower = office.start()
    new = office.officers.release(RELYING)
    office.put(new)
    look_twice(follower)

    assert (0, True) == (old.contents.opened, new.contents.opened > 0)
    assert (tuple(sorted(BUILT)), 2) == (new.contents.mechanisms, number_of(follower))
    assert follower.policies().open_lane("youth") is not None
    assert () == follower.in_force.awaiting_release


def test_older_software_runs_what_it_can_of_a_newer_release(office: Follower) -> None:
    """A part that it does not have keeps the lane shut; the account of what opens is still the one that was read."""
    newer = _by_software_with({*BUILT, "something_new"}, office.officers)
    office.put(newer)
    follower = office.start()
    assert (1, BUILT) == (number_of(follower), follower.policies().mechanisms)

    office.put(office.officers.release(small_files(2, vergt=["toestemmingsregister"])))
    look_twice(follower)
    assert 2 == number_of(follower)


@pytest.mark.parametrize("mechanisms", [(), None, ("case_list",)])
def test_a_release_that_counts_a_lane_and_was_not_signed_for_it_is_refused(mechanisms: tuple[str, ...] | None) -> None:
    """What opens is counted under what the release itself names."""
    two = Officers()
    lie = signed(with_contents(unsigned(RELYING), mechanisms=mechanisms), two.members)
    with pytest.raises(ReleaseRejected) as refused:
        verify_release(lie.to_bytes(), two.trust, datetime.now(UTC))
    assert ("difference_differs",) == refused.value.faults


@pytest.mark.parametrize(
    "named", [["ban_clock", "ban_clock"], ["consent_register", "case_list"], [1], "ban_clock", None]
)
def test_mechanisms_have_one_spelling(named: object) -> None:
    """In order, each once, and nothing but words."""
    parsed = json.loads(unsigned(RELYING).to_bytes())
    parsed["release"]["mechanisms"] = named
    with pytest.raises(ReleaseRejected) as refused:
        read_release(json.dumps(parsed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    assert ("malformed",) == refused.value.faults

"""Domain rule 18: a secret address is found through no parent and no household."""

from dataclasses import replace

import pytest

from gateway.core.confidential_address import makes_family_token, may_meet_as_family
from tests.support.records import POLICE, SCHOOL, registration


def test_a_secret_address_makes_no_token_of_a_family() -> None:
    """Any other does."""
    assert (True, False) == tuple(makes_family_token(confidential_address=secret) for secret in (False, True))


@pytest.mark.parametrize(("one", "other"), [(False, False), (True, False), (False, True), (True, True)])
def test_two_meet_as_a_family_only_when_neither_address_is_secret(*, one: bool, other: bool) -> None:
    """Whichever of the two it is."""
    first = replace(registration(POLICE), confidential_address=one)
    second = replace(registration(SCHOOL), confidential_address=other)
    assert may_meet_as_family(first, second) is (not one and not other)

"""The list of seeded faults stays about the code that there is; `python tests/seeded_faults.py` breaks it by them."""

from collections import Counter

import pytest

from tests.seeded_faults import FAULTS, ROOT, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_finds_its_place_and_its_test(fault: Fault) -> None:
    """Its text stands once in its file, differs from what replaces it, and the test (or all of its file) is there."""
    assert 1 == (ROOT / fault.file).read_text("utf-8").count(fault.old)
    assert fault.old != fault.new
    file, _, test = fault.test.partition("::")
    assert f"def {test.partition('[')[0]}" in (ROOT / file).read_text("utf-8")


def test_no_two_faults_have_one_name() -> None:
    """Else the table would tell of one what was seen of the other."""
    assert [] == [name for name, times in Counter(fault.name for fault in FAULTS).items() if times > 1]

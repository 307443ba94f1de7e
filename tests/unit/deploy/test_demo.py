"""The demo itself, in small: real processes, every figure as it must be, and nothing left behind."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.lanes import open_lanes
from deploy.local import Federation
from deploy.processes import StartFailed
from deploy.region.agencies import AGENCIES
from gateway.app import POLICIES

DEMO = "import sys; from deploy.demo import main; sys.exit(main(sys.argv[1:]))"


def run_demo(*arguments: str, temporary: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command as somebody at a shell would."""
    return subprocess.run(
        [sys.executable, "-c", DEMO, *arguments],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": str(temporary)},
    )


def processes_in(directory: Path) -> Iterator[str]:
    """Give the command lines of processes that were started with something in this directory."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if str(directory) in command:
                yield command


@pytest.mark.timeout(240)  # eight processes start, on a machine that has other things to do
def test_the_demo_counts_right_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Matches are as the naive count says, every alert came, nothing was lost, and nothing runs or lies there after."""
    done = run_demo("--people", "150", "--json", temporary=tmp_path)
    assert 0 == done.returncode, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    assert 150 == shown["registrations"]
    assert 0 < shown["expected_matches"] == shown["matches"]
    assert 2 * shown["matches"] == shown["alerts"] == shown["alerts_delivered"]
    assert (18, 0, 0, 0) == (shown["refused"], shown["lost"], shown["verify"], shown["leaks"])
    assert (3, 2) == (shown["holders"], shown["threshold"])
    assert shown["live"]["pairs"] == shown["live"]["both_alerted"] == shown["live"]["registrations"] - 1
    assert 0 < shown["p50_alert_ms"] <= shown["p95_alert_ms"]
    assert [] == list(tmp_path.iterdir())
    assert [] == list(processes_in(tmp_path))


@pytest.mark.parametrize("people", ["0", "1000000", "many"])
def test_an_impossible_region_is_a_wrong_command(people: str, tmp_path: Path) -> None:
    """Exit code 2, and nothing is started."""
    assert 2 == run_demo("--people", people, temporary=tmp_path).returncode


@pytest.mark.parametrize("earlier", ["federation/gateway/gateway.db", "exports/school.csv"])
def test_a_demo_in_the_folder_of_an_earlier_one_overwrites_nothing(earlier: str, tmp_path: Path) -> None:
    """Exit code 5 before anything is written: exports and region belong together, and may still be in use."""
    kept = tmp_path / "region" / earlier
    kept.parent.mkdir(parents=True)
    kept.write_text("somebody's", encoding="utf-8")
    done = run_demo("--people", "10", "--directory", str(tmp_path / "region"), temporary=tmp_path)
    assert (5, True, "somebody's") == (done.returncode, "is not empty" in done.stdout, kept.read_text("utf-8"))
    assert [kept] == [path for path in (tmp_path / "region").rglob("*") if path.is_file()]


def test_agencies_have_keys_in_every_open_lane_in_which_they_may_register() -> None:
    """And in no other: a police officer is no party to the consent of an adult."""
    lanes = open_lanes(POLICIES)
    assert {"youth", "veilig_thuis", "adult", "home_ban", "safety_house", "emergency"} == lanes.keys()
    kinds = {agency.kind for agency in AGENCIES}
    assert kinds == kinds & (lanes["veilig_thuis"] or set())
    assert {"mental_health", "local_team"} == kinds & (lanes["adult"] or set())


def test_a_federation_begins_in_a_new_directory(tmp_path: Path) -> None:
    """Whatever lies there is somebody's, and is left alone."""
    (tmp_path / "somebody's").touch()
    with pytest.raises(StartFailed, match="is not empty"):
        Federation.start(tmp_path)
    assert ["somebody's"] == [path.name for path in tmp_path.iterdir()]

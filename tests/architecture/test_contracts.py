"""The contracts of `.importlinter` hold, and each is seen breaking on an import it forbids."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

HOUSE = Path(__file__).parents[2]
ROOMS = ("keys", "gateway", "adapters", "deploy", "load_tests")


class Probe(NamedTuple):
    """A file nobody may add: where it would stand, what it would import, and which contract must notice."""

    contract: str
    path: str
    imports: str = ""

    @property
    def module(self) -> str:
        """Give the name the planted module has in the tool's complaints."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


PROBES = (
    Probe("keys-know-nobody", "keys/probe_gateway.py", "gateway.core"),
    Probe("keys-know-nobody", "keys/probe_adapters.py", "adapters"),
    Probe("gateway-knows-keys-only", "gateway/api/probe_adapters.py", "adapters"),
    Probe("gateway-knows-keys-only", "gateway/store/probe_deploy.py", "deploy"),
    Probe("agencies-see-the-wire", "adapters/probe_core.py", "gateway.core"),
    Probe("agencies-see-the-wire", "adapters/probe_store.py", "gateway.store"),
    Probe("agencies-see-the-wire", "adapters/probe_new_room.py", "gateway.utils"),
    Probe("holder-is-alone", "gateway/peers/probe_holder.py", "keys.holder"),
    Probe("holder-is-alone", "adapters/probe_holder.py", "keys.holder"),
    Probe("holder-is-alone", "keys/probe_holder.py", "keys.holder"),
    Probe("cryptography-in-the-key-room", "gateway/api/probe_cryptography.py", "cryptography.hazmat.primitives"),
    Probe("cryptography-in-the-key-room", "gateway/store/probe_ctypes.py", "ctypes"),
    Probe("cryptography-in-the-key-room", "adapters/probe_rbcl.py", "rbcl"),
    Probe("cryptography-in-the-key-room", "gateway/flows/probe_hashlib.py", "hashlib"),
    Probe("keys-have-no-doors", "keys/probe_door.py", "httpx2"),
    Probe("rooms-of-the-gateway", "gateway/utils/__init__.py"),
    Probe("rooms-of-the-gateway", "gateway/helpers.py"),
    Probe("rooms-of-the-gateway", "gateway/core/probe_upward.py", "gateway.flows"),
    Probe("rooms-of-the-gateway", "gateway/store/probe_upward.py", "gateway.api"),
    Probe("rooms-of-the-gateway", "gateway/store/probe_sibling.py", "gateway.peers"),
    Probe("rooms-of-the-gateway", "gateway/reading/probe_sibling.py", "gateway.store"),
    Probe("rooms-of-the-gateway", "gateway/reading/probe_upward.py", "gateway.flows"),
    Probe("core-is-pure", "gateway/core/probe_database.py", "sqlalchemy"),
    Probe("core-is-pure", "gateway/core/probe_clock.py", "time"),
    Probe("core-is-pure", "gateway/core/probe_chance.py", "secrets"),
    Probe("core-knows-tokens-only", "gateway/core/probe_oprf.py", "keys.oprf"),
    Probe("core-knows-tokens-only", "gateway/protocol/probe_group.py", "keys.group"),
    Probe("flows-see-ports", "gateway/flows/probe_store.py", "gateway.store"),
    Probe("flows-see-ports", "gateway/flows/probe_framework.py", "fastapi"),
    Probe("flows-see-ports", "gateway/flows/probe_clock.py", "time"),
    Probe("flows-see-ports", "gateway/flows/probe_new_room.py", "gateway.utils"),
    Probe("readings-are-pure", "gateway/reading/probe_files.py", "pathlib"),
    Probe("readings-are-pure", "gateway/reading/probe_clock.py", "time"),
    Probe("readings-are-pure", "gateway/reading/probe_settings.py", "gateway.settings"),
    Probe("sql-in-the-store", "gateway/api/probe_database.py", "sqlalchemy"),
    Probe("sql-in-the-store", "adapters/probe_database.py", "sqlite3"),
    Probe("frameworks-at-the-door", "gateway/store/probe_framework.py", "fastapi"),
    Probe("frameworks-at-the-door", "gateway/protocol/probe_framework.py", "starlette"),
    Probe("sources-are-strangers", "adapters/sources/probe_one.py", "adapters.sources.probe_two"),
    Probe("judge-stays-outside", "gateway/core/probe_judge.py", "cedarpy"),
    Probe("judge-stays-outside", "adapters/probe_judge.py", "cedarpy"),
)


def contract_names() -> dict[str, str]:
    """Give the name of every contract by the id in its section's heading."""
    contracts = configparser.ConfigParser()
    contracts.read(HOUSE / ".importlinter", encoding="utf-8")
    prefix = "importlinter:contract:"
    return {
        section.removeprefix(prefix): contracts[section]["name"]
        for section in contracts.sections()
        if section.startswith(prefix)
    }


def lint(house: Path) -> str:
    """Check the contracts over a house and give what the tool prints, in lines that are not folded."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=house,
        env={"COLUMNS": "1000", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Copy the house, plant every probe at once, and give what is said under the name of each broken contract."""
    house = tmp_path_factory.mktemp("house")
    shutil.copy(HOUSE / ".importlinter", house)
    for room in ROOMS:
        shutil.copytree(HOUSE / room, house / room, ignore=shutil.ignore_patterns("__pycache__"))
    for planted in (*PROBES, Probe("", "adapters/sources/probe_two.py")):
        path = house / planted.path
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"import {planted.imports}\n" if planted.imports else "", encoding="utf-8")
    lines = lint(house).partition("Broken contracts")[2].splitlines()
    names = set(contract_names().values())
    said: dict[str, str] = {}
    under = ""
    for line in lines:
        under = line.strip() if line.strip() in names else under
        said[under] = said.get(under, "") + line + "\n"
    return said


def test_the_house_keeps_its_contracts() -> None:
    """Nobody in the house imports whom they may not."""
    assert " 0 broken." in lint(HOUSE)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: f"{probe.contract}: {probe.path}")
def test_a_forbidden_import_breaks_its_contract(probe: Probe, complaints: dict[str, str]) -> None:
    """A file that goes where it may not is named under the contract it breaks."""
    assert probe.module in complaints.get(contract_names()[probe.contract], "")


def test_every_contract_has_a_probe() -> None:
    """A contract nobody has seen breaking promises nothing."""
    assert set(contract_names()) == {probe.contract for probe in PROBES}

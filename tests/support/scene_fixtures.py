"""Offers every scenario its scene, once in a region inside this process and once in one of real processes."""

from collections.abc import Iterator

import pytest

from tests.support.regions import region_here, region_of_processes
from tests.support.scene import Region, Scene, children, scene_in

REGIONS = {"in_process": region_here, "processes": region_of_processes}


@pytest.fixture(scope="session")
def children_of_the_region() -> Iterator[str]:
    """Give each scenario of this process other children."""
    return children()


@pytest.fixture(scope="module", params=REGIONS)
def region(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """Open one region for all scenarios of a file."""
    with REGIONS[request.param](tmp_path_factory.mktemp("region") / "region") as opened:
        yield opened


@pytest.fixture
def scene(region: Region, children_of_the_region: Iterator[str]) -> Scene:
    """Begin a scenario: empty inboxes, children that nobody knows."""
    return scene_in(region, children_of_the_region)

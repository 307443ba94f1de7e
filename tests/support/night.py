"""A region in which every lane that is built can be used, for stories that cross lanes: offices by kind and lane."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from adapters.client import Gateway
from adapters.settings import Settings
from deploy.region.agencies import AGENCIES, RegionAgency
from tests.support.regions import FederationHere, RegionHere

PURPOSES: Final = {
    "adult": "adult-coordination",
    "home_ban": "home-ban-support",
    "safety_house": "case-conference",
}


def _agency(number: int, kind: str, name: str) -> RegionAgency:
    oin = f"0000000099000000{number:04d}"
    return replace(AGENCIES[0], slug=kind.replace("_", "-"), name=name, kind=kind, oin=oin)


WHO: Final = (
    *AGENCIES,
    _agency(808, "ban_desk", "Huisverbodloket Voorbeeld"),
    _agency(909, "public_prosecution", "OM Voorbeeld"),
)


class FederationOfTheNight(FederationHere):
    """A federation whose agencies have their keys in these lanes."""

    lanes = tuple(PURPOSES)


class Night:
    """A region with an office for each kind of agency in each lane."""

    def __init__(self, region: RegionHere, federation: FederationOfTheNight) -> None:
        """Tell stories in a region."""
        self.region = region
        self.federation = federation
        self._slugs = {agency.kind: agency.slug for agency in WHO}
        self._opened = contextlib.ExitStack()

    def office(self, kind: str, lane: str) -> Gateway:
        """Return the client of an agency as it works in a lane."""
        agency = Settings.load(self.federation.client_config(self._slugs[kind])).agency()
        agency.lane, agency.purpose = lane, PURPOSES[lane]
        return self._opened.enter_context(Gateway(agency, transport=self.federation.rooms))

    def oin(self, kind: str) -> str:
        """Return the OIN of an agency."""
        return next(agency.oin for agency in WHO if agency.kind == kind)

    def close(self) -> None:
        """Close the offices."""
        self._opened.close()


@contextmanager
def night(directory: Path) -> Iterator[Night]:
    """Open such a region inside this process."""
    with (
        FederationOfTheNight.start(directory, agencies=WHO) as federation,
        contextlib.closing(RegionHere(federation)) as region,
        contextlib.closing(Night(region, federation)) as it,
    ):
        yield it

"""Who an agency is to others: itself, or the central desk that stands for it."""

from dataclasses import dataclass

from gateway.core.involvement import Oin
from gateway.flows.ports.directory import Agency
from gateway.peers.directory import TrustedAgencies
from keys.parties import Party, Role
from keys.trust import TrustList

CENTRAL = Party(Oin("00000000990000007000"), "Landelijk loket", Role.AGENCY, "shelter")
SHELTERS = tuple(
    Party(Oin(f"000000009900000071{at:02d}"), f"Opvanghuis {at}", Role.AGENCY, "shelter", alias=CENTRAL.oin)
    for at in range(5)
)


@dataclass(frozen=True)
class _Following:
    current: TrustList


DIRECTORY = TrustedAgencies(_Following(TrustList((CENTRAL, *SHELTERS))))


def test_a_shelter_has_the_name_of_its_central_desk() -> None:
    """Its own name leaves the trust list by no way; its number and kind stay, for the policy to decide by."""
    shown = [DIRECTORY.agency(Oin(shelter.oin)) for shelter in SHELTERS]
    assert [Agency(Oin(one.oin), "Landelijk loket", "shelter", shown_as=Oin(CENTRAL.oin)) for one in SHELTERS] == shown


def test_the_central_desk_is_itself() -> None:
    """It registers for nobody else, and is shown as what it is."""
    assert Agency(Oin(CENTRAL.oin), "Landelijk loket", "shelter") == DIRECTORY.agency(Oin(CENTRAL.oin))

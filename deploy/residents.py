"""Decides who lives in a local federation: key holders, a gateway, agencies, each with fresh keys in its own home."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from deploy.homes import Home, a_moment_ago, new_key
from deploy.region.agencies import RegionAgency
from gateway.peers.converter import SEALING, SIGNING
from gateway.policies.signing import (
    Assurance,
    Proposal,
    Release,
    draft_release,
    load_release,
    read_release,
    release_paths,
    save_release,
    sign_release,
)
from keys.custody import Keystore
from keys.holder.ceremony import Participant, conduct
from keys.holder.identity import new_identity, public_party
from keys.parties import Oin, Party, Role
from keys.sealing import SealingKey
from keys.signing import SigningKey
from keys.trust import TrustList

AGENCY_SIGNING: Final = "signing-key"
OFFICER_SIGNING: Final = "signing-key"
DEMO_TITLE: Final = "Demonstratie"
DEMO_WHY: Final = "Een demonstratie op één machine: niemand heeft dit gelezen, en de handtekeningen beschermen niemand."
GATEWAY_OIN: Final = Oin("00000000990000009000")
_HOLDER_OIN: Final = "0000000099000000910{}"
_OFFICER_OIN: Final = "0000000099000000920{}"
OFFICERS: Final = 2


def new_holder(folder: Path, *, index: int, url: str) -> Home:
    """Make the home of a key holder, still without seeds."""

    def fill(keystore: Keystore) -> Party:
        new_identity(keystore)
        oin, name = _HOLDER_OIN.format(index), f"Sleutelhouder {index}"
        return public_party(keystore, oin=oin, name=name, index=index, url=url, valid_from_at=a_moment_ago())

    return Home.make(folder, fill)


def hold_ceremony(holders: Sequence[Home], trust: TrustList, *, ceremony_id: bytes) -> None:
    """Let the holders make their seeds together: on one machine all keystores are open at once, elsewhere never."""
    conduct(
        [
            Participant(
                keystore=home.keystore(),
                index=index,
                t=trust.threshold,
                n=len(holders),
                ceremony_id=ceremony_id,
                trust=trust,
            )
            for index, home in enumerate(holders, start=1)
        ]
    )


def new_gateway(folder: Path, *, url: str) -> Home:
    """Make the home of the gateway; `onboard` gives it what converts tokens."""

    def fill(keystore: Keystore) -> Party:
        key, sealing = new_key(keystore, SIGNING), SealingKey.generate()
        keystore.put(SEALING, sealing.private)
        return Party(
            oin=GATEWAY_OIN,
            name="Knooppunt Voorbeeldregio",
            role=Role.GATEWAY,
            keys=(key,),
            url=url,
            sealing_key=sealing.public,
        )

    return Home.make(folder, fill)


def new_agency(folder: Path, agency: RegionAgency) -> Home:
    """Make the home of an agency."""

    def fill(keystore: Keystore) -> Party:
        key = new_key(keystore, AGENCY_SIGNING)
        return Party(oin=Oin(agency.oin), name=agency.name, role=Role.AGENCY, kind=agency.kind, keys=(key,))

    return Home.make(folder, fill)


def new_officer(folder: Path, number: int) -> Home:
    """Make the home of a demo officer, who releases policies with the other one and answers for nothing."""

    def fill(keystore: Keystore) -> Party:
        key = new_key(keystore, OFFICER_SIGNING)
        oin = Oin(_OFFICER_OIN.format(number))
        return Party(oin=oin, name=f"Demofunctionaris {number}", role=Role.OFFICER, keys=(key,))

    return Home.make(folder, fill)


def release_demo(officers: Sequence[Home], cards: Path, folder: Path, *, at: datetime) -> Release:
    """Release a folder of cards as a demonstration: two keys on one machine, and nobody has read anything.

    It follows the newest release in the folder. Raises ReleaseRejected when the cards cannot be released.
    """
    folder.mkdir(exist_ok=True)
    newest = release_paths(folder)[-1:]
    drafted = draft_release(cards, previous=read_release(load_release(newest[0])) if newest else None)
    proposal = Proposal(DEMO_TITLE, DEMO_WHY, drafted.difference.opened)
    release = drafted.release(proposal, created_on=at.date(), assurance=Assurance.DEMO)
    for home in officers:
        key = SigningKey.from_seed(home.keystore().get(OFFICER_SIGNING))
        release = sign_release(release, home.party.oin, key, at)
    save_release(release, folder)
    return release

"""Who the agencies are: the trust list, as the flows ask it."""

from datetime import datetime
from typing import Protocol

from gateway.core.involvement import Oin
from gateway.flows.ports import Agency
from keys.parties import Party, Role


class Parties(Protocol):
    """Where a party is found by its number: a trust list as it stands."""

    def party(self, oin: str) -> Party | None:
        """Return the party, or None."""


class Follows(Protocol):
    """What always has a trust list in force: a trust file."""

    @property
    def current(self) -> Parties:
        """The list in force now."""


class TrustedAgencies:
    """`gateway.flows.ports.Directory` over a trust file: an agency that leaves the list is unknown within seconds."""

    def __init__(self, trust: Follows) -> None:
        """Look agencies up here."""
        self._trust = trust

    def agency(self, oin: Oin) -> Agency | None:
        """Return the agency, or None for a number that is no agency's."""
        party = self._trust.current.party(oin)
        if party is None or party.role is not Role.AGENCY:
            return None
        return Agency(Oin(party.oin), party.name, party.kind)

    def may_be_told(self, oin: Oin, *, now: datetime) -> bool:
        """Return whether this is an agency of the list with a key that counts now."""
        party = self._trust.current.party(oin)
        if party is None or party.role is not Role.AGENCY:
            return False
        return any(key.counts_at(now) for key in party.keys)

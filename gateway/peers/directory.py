"""Who the agencies are: the trust list, as the flows ask it."""

from datetime import datetime
from typing import Protocol

from gateway.core.involvement import Oin
from gateway.flows.ports.directory import Agency
from keys.parties import Party, Role


class Parties(Protocol):
    """Where a party is found by its number: a trust list as it stands."""

    @property
    def parties(self) -> tuple[Party, ...]:
        """All parties."""

    def party(self, oin: str) -> Party | None:
        """Return the party, or None."""


class Follows(Protocol):
    """What always has a trust list in force: a trust file."""

    @property
    def current(self) -> Parties:
        """The list in force now."""


class TrustedAgencies:
    """`gateway.flows.ports.directory.Directory` over a trust file: who leaves the list is unknown within seconds."""

    def __init__(self, trust: Follows) -> None:
        """Look agencies up here."""
        self._trust = trust

    def agency(self, oin: Oin) -> Agency | None:
        """Return the agency, or None for a number that is no agency's."""
        party = self._trust.current.party(oin)
        if party is None or party.role is not Role.AGENCY:
            return None
        central = self._trust.current.party(party.alias) if party.alias else None
        if central is None:
            return Agency(Oin(party.oin), party.name, party.kind, party.municipality)
        return Agency(Oin(party.oin), central.name, party.kind, party.municipality, shown_as=Oin(central.oin))

    def may_be_told(self, oin: Oin, *, now: datetime) -> bool:
        """Return whether this is an agency of the list with a key that counts now."""
        party = self._trust.current.party(oin)
        if party is None or party.role is not Role.AGENCY:
            return False
        return any(key.counts_at(now) for key in party.keys)

    def supervisors(self, municipality: str) -> tuple[Oin, ...]:
        """Return the match supervisors of a municipality."""
        return self._of(municipality, Role.SUPERVISOR)

    def agencies_of(self, municipality: str) -> tuple[Oin, ...]:
        """Return the agencies whose agreement is with a municipality."""
        return self._of(municipality, Role.AGENCY)

    def officers(self) -> tuple[Oin, ...]:
        """Return the officers of the region."""
        return tuple(Oin(one.oin) for one in self._trust.current.parties if one.role is Role.OFFICER)

    def _of(self, municipality: str, role: Role) -> tuple[Oin, ...]:
        """Return who has this role there; an agency without a municipality is nobody's to supervise."""
        if not municipality:
            return ()
        parties = self._trust.current.parties
        return tuple(Oin(one.oin) for one in parties if (one.role, one.municipality) == (role, municipality))

"""Where an address is secret: such a registration is never found through a family (domain rule 18)."""

from gateway.core.involvement import Registration


def makes_family_token(*, confidential_address: bool) -> bool:
    """Whether a registration may stand under any token but its person's own: of a parent, or of a household."""
    return not confidential_address


def may_meet_as_family(one: Registration, other: Registration) -> bool:
    """Whether two registrations may match because of whom their persons are related to."""
    return not (one.confidential_address or other.confidential_address)

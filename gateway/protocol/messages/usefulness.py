"""The figures of a year as they cross the wire: what came of matches, and who takes part; a hidden figure is absent."""

from typing import Annotated

from pydantic import Field

from gateway.protocol.messages.base import Message, Name
from gateway.protocol.messages.policy import Explanation

Count = Annotated[int, Field(ge=0)]
Hidden = Count | None


class OutcomesOfLane(Message):
    """In how many matches the parties told what (domain rule 14); of two reports the one that they found each other."""

    contacted: Hidden = None
    already_in_contact: Hidden = None
    plan_made: Hidden = None
    no_longer_involved: Hidden = None
    wrong_person: Hidden = None
    none: Hidden = None


class StepsOfLane(Message):
    """How many matches went no further than each step of the ladder."""

    reporter: Hidden = None
    deputy: Hidden = None
    coordinator: Hidden = None
    supervisor: Hidden = None


class LaneUsefulness(Message):
    """What came of the matches of one lane that were made in the year."""

    lane: Name
    matches: Hidden = None
    contact_made: Hidden = None
    other_outcome: Hidden = None
    unanswered: Hidden = None
    contact_rate_percent: Hidden = None
    median_working_days: Annotated[Hidden, Field(description="From the match until half of the contacts.")] = None
    p90_working_days: Annotated[Hidden, Field(description="From the match until nine in ten contacts.")] = None
    outcomes: OutcomesOfLane
    furthest_steps: StepsOfLane


class Coverage(Message):
    """How many of the agencies that a municipality designated take part: no alert proves nothing about the others."""

    municipality: Name
    designated: Annotated[int, Field(ge=0, description="Agencies of the municipality on the trust list.")]
    taking_part: Annotated[int, Field(ge=0, description="Of those, the agencies with a key that counts now.")]
    why: Explanation


class Usefulness(Message):
    """The figures of one municipality and calendar year; drawn up once, the same for whoever asks and whenever."""

    municipality: Name
    year: Annotated[int, Field(ge=2000, le=2100)]
    fewest: Annotated[int, Field(ge=1, description="Smaller counts are hidden, and others so that they stay hidden.")]
    lanes: tuple[LaneUsefulness, ...]
    coverage: Coverage

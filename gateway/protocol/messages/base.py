"""What every message is, and the kinds of text that messages are made of."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

ROWS_PER_BATCH = 10_000
BYTES_PER_CALL = 64 * 1024


class Message(BaseModel):
    """One JSON object of the protocol; unknown members are refused, and no error text repeats a value."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )


def _identifier(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{prefix}_[0-9A-HJKMNP-TV-Z]{{26}}$")


RegistrationId = Annotated[str, _identifier("reg")]
MatchId = Annotated[str, _identifier("mat")]
AlertId = Annotated[str, _identifier("alt")]
EventId = Annotated[str, _identifier("evt")]
EndpointId = Annotated[str, _identifier("whe")]
CaseId = Annotated[str, _identifier("cas")]
ConsentId = Annotated[str, _identifier("cns")]
LifeNoticeId = Annotated[str, _identifier("lif")]
ExclusionId = Annotated[str, _identifier("exc")]
OversightId = Annotated[str, _identifier("ovs")]
HandoverId = Annotated[str, _identifier("hov")]
RequestId = Annotated[str, _identifier("srq")]
ItemId = Annotated[str, _identifier("sri")]
OinText = Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$"), Field(description="OIN of an agency.")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
TokenText = Annotated[str, StringConstraints(pattern=r"^hx1\.[A-Za-z0-9_-]{54}$"), Field(description="Person token.")]
CaseReference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}$"),
    Field(description="The agency's own reference. Opaque to the gateway, shown to this agency alone."),
]
ContactId = Annotated[str, StringConstraints(pattern=r"^cnt_[a-z0-9_]{1,60}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f<>]+$")]


def _only_true(given: object) -> object:
    if given is not True:  # pydantic takes 1 for True in a Literal; an attestation is made, not inferred
        raise ValueError("must be true")
    return given


Attested = Annotated[Literal[True], BeforeValidator(_only_true)]


def _first_of_month(given: date) -> date:
    if given.day != 1:  # another day would tell on which day somebody was born
        raise ValueError("must be the first of a month")
    return given


FirstOfMonth = Annotated[date, AfterValidator(_first_of_month)]
Preconditions = Annotated[
    tuple[Name, ...],
    Field(max_length=8, description="What the rule requires to be attested besides, in the vocabulary's code names."),
]

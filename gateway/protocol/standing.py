"""The messages that anybody may read: how the gateway is, and what its problems mean."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from gateway.protocol.messages.base import Message
from gateway.protocol.messages.policy import Explanation


class RefusedRelease(Message):
    """A file among the releases that did not take effect, and why, in codes."""

    file: str
    faults: tuple[str, ...]


class PoliciesInForce(Message):
    """Which release of the policies the gateway obeys, and what is amiss with the folder that it follows."""

    number: int
    digest: Annotated[str, Field(description="SHA-256 of what the officers signed.")]
    assurance: Annotated[
        Literal["officers", "demo"],
        Field(description="A demo release is signed by the keys of a demonstration, which protect nobody."),
    ]
    file_gone: Annotated[bool, Field(description="Its file is no longer there; it stays in force until it ends.")]
    refused: tuple[RefusedRelease, ...]
    awaiting_release: Annotated[
        tuple[str, ...],
        Field(description="Lanes that this software can run, and that stay shut until a release is signed for it."),
    ] = ()


class Wellness(Message):
    """How the gateway is."""

    status: Literal["live", "ready"]
    policies: PoliciesInForce | None = None


class ProblemPage(Message):
    """What one code of the catalogue means, and what mends it."""

    code: str
    status: int
    title: Explanation
    fix: Explanation


class ProblemPages(Message):
    """The whole catalogue."""

    problems: tuple[ProblemPage, ...]


class ProblemDetails(Message):
    """A refusal (RFC 9457). It never repeats a value that was sent; further members are facts that help mend it."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="allow", frozen=True, hide_input_in_errors=True
    )

    type: Annotated[str, Field(description="Page of this problem.", json_schema_extra={"format": "uri"})]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: Annotated[str, Field(description="Stable; its first word says who can mend it.")]
    fix: str
    correlation_id: Annotated[str, Field(description="Name this when you ask the operator for help.")]

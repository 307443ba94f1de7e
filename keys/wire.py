"""Holds the shapes that the messages of the key room share: base64url of fixed sizes, and the label of a key."""

from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel

from keys.labels import KeyLabel
from keys.signing_key import base64url, from_base64url

MOST_HOLDERS: Final = 32
_SEALED_AT_MOST: Final = 4096


class Message(BaseModel):
    """One JSON object: camelCase outside, unknown members refused, and no error text repeats a value."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    def to_json(self) -> bytes:
        """Return the bytes to send."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode("utf-8")


def _of_size(smallest: int, largest: int) -> Callable[[object], bytes]:
    def read(value: object) -> bytes:
        decoded = from_base64url(value) if isinstance(value, str) else value
        if not isinstance(decoded, bytes) or not smallest <= len(decoded) <= largest:
            raise ValueError("not base64url of the right length")
        return decoded

    return read


def _schema(characters: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^[A-Za-z0-9_-]{{{characters}}}$"})


_AS_TEXT = PlainSerializer(base64url)
Bytes8 = Annotated[bytes, BeforeValidator(_of_size(8, 8)), _AS_TEXT, _schema("11")]
Bytes16 = Annotated[bytes, BeforeValidator(_of_size(16, 16)), _AS_TEXT, _schema("22")]
Bytes32 = Annotated[bytes, BeforeValidator(_of_size(32, 32)), _AS_TEXT, _schema("43")]
Bytes64 = Annotated[bytes, BeforeValidator(_of_size(64, 64)), _AS_TEXT, _schema("86")]
Sealed = Annotated[bytes, BeforeValidator(_of_size(1, _SEALED_AT_MOST)), _AS_TEXT, _schema("2,5462")]

Holder = Annotated[int, Field(strict=True, ge=1, le=MOST_HOLDERS, description="Number of a holder, from 1.")]
Subset = Annotated[tuple[Holder, ...], Field(max_length=MOST_HOLDERS, description="A set of t-1 holders, ascending.")]


class LabelMessage(Message):
    """The label of a key."""

    kind: Literal["agency", "index"]
    owner: Annotated[str, StringConstraints(pattern=r"^([0-9]{20})?$")] = Field(description="OIN; empty for an index.")
    lane: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    epoch: Annotated[int, Field(strict=True, ge=0, lt=2**32)]

    @classmethod
    def of(cls, label: KeyLabel) -> "LabelMessage":
        """Return the message of a label."""
        return cls(kind=label.kind, owner=label.owner, lane=label.lane, epoch=label.epoch)

    def label(self) -> KeyLabel:
        """Return the label; raises MalformedLabel when kind and owner contradict each other."""
        return KeyLabel(self.kind, self.owner, self.lane, self.epoch)

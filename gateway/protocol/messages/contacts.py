"""The desks at which an agency is called."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gateway.protocol.messages.base import ContactId, Line, Message


class ContactDesk(Message):
    """Who may be called at an agency: a desk, not a person, with its deputy desk."""

    id: ContactId
    name: Line
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{3,18}[0-9]$")]
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s<>]{1,64}@[A-Za-z0-9.-]{1,120}$")]
    deputy_id: ContactId | None = None
    kind: Literal["conflict"] | None = Field(
        default=None, description="`conflict`: hears what must pass by the ordinary desks; others are not told that."
    )


class OwnContactDesk(ContactDesk):
    """A desk as its own agency sees it: after the day in `confirm_before`, alerts go to its deputy too."""

    confirmed_on: date
    confirm_before: date

    @property
    def disclosed(self) -> ContactDesk:
        """Return what others may learn of it."""
        return ContactDesk(**{name: getattr(self, name) for name in ContactDesk.model_fields if name != "kind"})


class ContactDesks(Message):
    """The desks of one agency."""

    contacts: tuple[OwnContactDesk, ...]

"""What an agency runs beside its own case system.

from adapters import Gateway, Person, notice_given
"""

from adapters.client import AsyncGateway, Gateway
from adapters.errors import (
    IntegrityError,
    NotFound,
    PolicyRefused,
    RequestRefused,
    SeinhuisError,
    SignatureRefused,
    StateRefused,
    TryAgainLater,
)
from adapters.hearing import Alert
from adapters.holder_circle import Lie
from adapters.identity import Person, PersonRefused
from adapters.inbox import Inbox
from adapters.involvement import Involvement, notice_deferred, notice_given
from adapters.registering import BatchResult, RowResult
from adapters.settings import Settings, SettingsRefused
from adapters.unnumbered import Unnumbered, person_from_file

__all__ = [
    "Alert",
    "AsyncGateway",
    "BatchResult",
    "Gateway",
    "Inbox",
    "IntegrityError",
    "Involvement",
    "Lie",
    "NotFound",
    "Person",
    "PersonRefused",
    "PolicyRefused",
    "RequestRefused",
    "RowResult",
    "SeinhuisError",
    "Settings",
    "SettingsRefused",
    "SignatureRefused",
    "StateRefused",
    "TryAgainLater",
    "Unnumbered",
    "notice_deferred",
    "notice_given",
    "person_from_file",
]

"""Decides what may become part of an address: addresses end up in logs, so only an identifier does."""

from typing import Final

from adapters.errors import problem_named

_LONGEST: Final = 64


def identifier(text: str) -> str:
    """Return the text; raises RequestRefused, without it, when it is no identifier of the protocol."""
    kind, _, rest = text.partition("_")
    if not (text.isascii() and kind.isalpha() and rest.replace("_", "").isalnum() and len(text) <= _LONGEST):
        raise problem_named("request-member-invalid", facts={"member": "id"})
    return text

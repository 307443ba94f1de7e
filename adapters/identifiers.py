"""Decides what may become part of an address: addresses end up in logs, so only an identifier does."""

import re
from typing import Final

from stdnum.nl import bsn

from adapters.errors import problem_named

_MINTED: Final = re.compile(r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}")
_CHOSEN: Final = re.compile(r"cnt_[a-z0-9_]{1,60}")
_COULD_BE_A_NUMBER: Final = re.compile(r"(?<![0-9])[0-9](?:[ ._-]?[0-9]){7,8}(?![0-9])")


def identifier(text: str) -> str:
    """Return the text; raises RequestRefused, without it, when it is no identifier of the protocol."""
    chosen = _CHOSEN.fullmatch(text) and not holds_person_number(text)
    if not (chosen or _MINTED.fullmatch(text)):
        raise problem_named("request-member-invalid", facts={"member": "id"})
    return text


def holds_person_number(text: str) -> bool:
    """Whether a text holds eight or nine digits that pass the 11-test; the gateway looks more closely still."""
    return any(bsn.is_valid(found.group().replace("_", "")) for found in _COULD_BE_A_NUMBER.finditer(text))

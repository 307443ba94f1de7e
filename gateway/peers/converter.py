"""The converter as a neighbor: a security context of its own, made of what the gateway's keystore holds (section 5)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal
from gateway.flows.ports.conversion import Converted
from keys import conversion
from keys.conversion import ConversionFactor, ConversionRefusal, RefusalKind
from keys.custody import Keystore
from keys.group import Scalar
from keys.labels import KEY_ID_BYTES, KeyId, KeyLabel
from keys.tokens import PersonToken

SIGNING: Final = "signing-key"
SEALING: Final = "sealing-key"
DATA: Final = "data-key"
_FACTOR: Final = "factor"
_PEPPER: Final = "pepper"

_REFUSALS: Final[Mapping[RefusalKind, Refusal]] = MappingProxyType(
    {
        RefusalKind.UNKNOWN_KEY: Refusal.TOKEN_KEY_UNKNOWN,
        RefusalKind.OTHER_LANE: Refusal.TOKEN_OTHER_LANE,
        RefusalKind.INVALID_ELEMENT: Refusal.TOKEN_INVALID,
        RefusalKind.BROKEN_SEAL: Refusal.INTERNAL,
    }
)


class NeighborConverter:
    """`gateway.flows.ports.conversion.Converter` over `keys.conversion`: adds that a token must be the caller's own."""

    def __init__(self, converter: conversion.Converter) -> None:
        """Convert with this."""
        self._converter = converter

    def convert(
        self, rows: Sequence[tuple[PersonToken, str]], *, agency: Oin, lane: str, of_nobody: Collection[str] = ()
    ) -> tuple[Converted | Refusal, ...]:
        """Convert (token, registration id) pairs, one answer each in order; those `of_nobody` keep nothing of a person.

        Another agency's token is refused before it is converted, whatever lane it is for.
        """
        own = [row for row in rows if self._is_own(row[0], agency)]
        converted = iter(self._converter.convert(own, lane, of_nobody=of_nobody))
        return tuple(
            _answer(next(converted)) if self._is_own(token, agency) else Refusal.TOKEN_OTHER_AGENCY for token, _ in rows
        )

    def conceal(self, text: bytes, *, row: str) -> bytes:
        """Encrypt what the index keeps for one row without reading it."""
        return self._converter.conceal(text, row_id=row)

    def reveal(self, concealed: bytes, *, row: str) -> bytes:
        """Return what was concealed for one row."""
        return self._converter.reveal(concealed, row_id=row)

    def _is_own(self, token: PersonToken, agency: Oin) -> bool:
        label = self._converter.owner_of(token.key_id)
        return label is None or label.owner == agency  # nobody's key is refused by the conversion itself


def _answer(outcome: conversion.Converted | ConversionRefusal) -> Converted | Refusal:
    if isinstance(outcome, ConversionRefusal):
        return _REFUSALS[outcome.kind]
    return Converted(outcome.index_token, outcome.sealed, outcome.epoch)


def converter_of(keystore: Keystore) -> NeighborConverter:
    """Return the converter with every factor, pepper and the data key that the keystore holds.

    Raises KeystoreRefused when the data key is missing, ValueError when an entry is not what its name says.
    """
    factors, peppers = [], {}
    for name in keystore.names():
        kind, *parts = name.split("/")
        if kind == _FACTOR:
            factors.append(_factor(parts, keystore.get(name)))
        elif kind == _PEPPER:
            lane, epoch = parts
            peppers[lane, int(epoch)] = keystore.get(name)
    return NeighborConverter(conversion.Converter(factors, peppers, keystore.get(DATA)))


def factor_name(agency: KeyLabel, index: KeyLabel) -> str:
    """Return the name under which a keystore holds the factor between two labels of one lane."""
    return "/".join((_FACTOR, agency.owner, agency.lane, str(agency.epoch), str(index.epoch)))


def pepper_name(index: KeyLabel) -> str:
    """Return the name under which a keystore holds the pepper of a lane and epoch."""
    return "/".join((_PEPPER, index.lane, str(index.epoch)))


def factor_entries(factors: Iterable[ConversionFactor]) -> dict[str, bytes]:
    """Return keystore entries for conversion factors."""
    return {factor_name(factor.agency_label, factor.index_label): factor.key_id + factor.scalar for factor in factors}


def _factor(parts: Sequence[str], secret: bytes) -> ConversionFactor:
    owner, lane, epoch, index_epoch = parts
    return ConversionFactor(
        agency_label=KeyLabel("agency", owner, lane, int(epoch)),
        index_label=KeyLabel("index", "", lane, int(index_epoch)),
        key_id=KeyId(secret[:KEY_ID_BYTES]),
        scalar=Scalar(secret[KEY_ID_BYTES:]),
    )

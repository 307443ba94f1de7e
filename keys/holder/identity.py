"""Holds who a key holder is: its two private keys in its keystore, and how it stands in a trust list."""

from datetime import datetime

from keys.custody import Keystore
from keys.parties import Oin
from keys.sealing import SealingKey
from keys.signing import SigningKey
from keys.trust import Party, PartyKey, Role

SIGNING_ENTRY = "signing"
SEALING_ENTRY = "sealing"


def new_identity(keystore: Keystore) -> None:
    """Put a fresh signing key and a fresh sealing key in a keystore; raises ValueError when it has them."""
    if {SIGNING_ENTRY, SEALING_ENTRY}.intersection(keystore.names()):
        raise ValueError("the keystore has an identity already")
    keystore.put_all({SIGNING_ENTRY: SigningKey.generate().seed, SEALING_ENTRY: SealingKey.generate().private})


def signing_key(keystore: Keystore) -> SigningKey:
    """Return the key with which this holder signs answers, manifests and ceremony messages."""
    return SigningKey.from_seed(keystore.get(SIGNING_ENTRY))


def sealing_key(keystore: Keystore) -> SealingKey:
    """Return the key to which other holders seal."""
    return SealingKey(keystore.get(SEALING_ENTRY))


def public_party(keystore: Keystore, *, oin: str, name: str, index: int, url: str, valid_from_at: datetime) -> Party:
    """Return this holder as it is put on trust lists."""
    return Party(
        oin=Oin(oin),
        name=name,
        role=Role.HOLDER,
        keys=(PartyKey.of(signing_key(keystore), valid_from_at=valid_from_at),),
        url=url,
        holder_index=index,
        sealing_key=sealing_key(keystore).public,
    )

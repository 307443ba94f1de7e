"""Holds one key holder as it runs: its seeds, its keys, its own registry of parties, its quota and its log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self, TypeVar

from keys.custody import Keystore, KeystoreRefused, passphrase_from
from keys.holder.identity import sealing_key, signing_key
from keys.holder.log import CallLog, Entry, LogUnavailable, QuotaExhausted, Replayed
from keys.holder.quota import Quota
from keys.holder.refusals import Refusal, Refused
from keys.holder.seeds import Seeds
from keys.holder.settings import Settings
from keys.labels import KeyLabel, MalformedLabel
from keys.sealing import SealingKey
from keys.signing import Signed, SigningKey
from keys.trust import Role, TrustFile, TrustList
from keys.wire import LabelMessage, Message

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Holder:
    """Everything that serving a call needs. `clock` returns the time now, with its zone."""

    seeds: Seeds
    signing: SigningKey
    sealing: SealingKey
    registry: TrustFile
    quota: Quota
    log: CallLog
    public_url: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open what the settings name.

        Raises KeystoreRefused, TrustRejected, LogUnavailable or OSError when a part cannot be used.
        """
        keystore = Keystore.open(settings.keystore, passphrase_from(settings.passphrase_file))
        holder = cls(
            seeds=Seeds(keystore, settings.index, settings.threshold, settings.holders),
            signing=signing_key(keystore),
            sealing=sealing_key(keystore),
            registry=TrustFile(settings.trust_list),
            quota=settings.allowance(),
            log=CallLog(settings.log),
            public_url=settings.public_url,
        )
        holder.check_registry(settings.oin)
        return holder

    @property
    def trust(self) -> TrustList:
        """The registry in force now."""
        return self.registry.current

    def check_registry(self, oin: str) -> None:
        """Raise KeystoreRefused unless the registry knows this holder by its number and both its keys."""
        party = self.trust.party(oin)
        known = (
            party is not None
            and party.holder_index == self.seeds.index
            and party.sealing_key == self.sealing.public
            and any(key.key_id == self.signing.key_id for key in party.keys)
        )
        if not known:
            raise KeystoreRefused(
                "the trust list does not have this holder with its number and the keys in its keystore"
            )

    def record(self, call: Signed[M], *, name: str, label: KeyLabel, count: int = 0, limit: int | None = None) -> None:
        """Write the call into the log, durably, before anything is answered; raises Refused."""
        now = self.clock()
        entry = Entry(
            at=now,
            call=name,
            caller=call.caller.oin,
            label="/".join((label.kind, label.owner, label.lane, str(label.epoch))),
            count=count,
            digest=call.body_digest,
            key_id=call.key_id,
            nonce=call.nonce,
        )
        try:
            self.log.append(entry, since=self.quota.since(now), limit=limit)
        except Replayed:
            raise Refused(Refusal.SIGNATURE_REPLAYED) from None
        except QuotaExhausted:
            raise Refused(Refusal.QUOTA_EXHAUSTED, limit=limit or 0) from None
        except LogUnavailable:
            raise Refused(Refusal.LOG_UNAVAILABLE) from None


def require_role(call: Signed[M], *roles: Role) -> None:
    """Raise Refused unless the caller has one of these roles."""
    if call.caller.role not in roles:
        raise Refused(Refusal.CALLER_NOT_ADMITTED)


def label_of(message: LabelMessage) -> KeyLabel:
    """Return the label; raises Refused when its parts contradict each other."""
    try:
        return message.label()
    except MalformedLabel:
        raise Refused(Refusal.MEMBER_INVALID, member="label") from None

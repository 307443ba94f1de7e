"""Holds how far an import came: a small file beside the export, written after each batch that is done with.

It lets a killed import go on where it was, with the very same calls: what a batch says and its idempotency key follow
from the rows and from what stands here, so a batch whose answer got lost is not registered twice.
"""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, Self

from keys.durable import write_atomically
from keys.fingerprint import fingerprint

_PRIVATE: Final = 0o600


class ImportRefused(ValueError):
    """An import cannot begin, or cannot go on, like this."""


@dataclass(frozen=True, slots=True)
class ImportState:
    """How far the import of one source came, and what must not change until it ends.

    `salt` is random and stays here: with the digest of the rows alone, an idempotency key would be a hash of a small
    file with a person number in it, for anybody to search.
    """

    digest: str
    lane: str
    started_on: str
    latest_until: str
    batch_rows: int
    salt: str
    batches_done: int = 0
    errors_bytes: int = 0
    accepted: int = 0
    refused: int = 0
    finished: bool = False

    @classmethod
    def begin(cls, *, digest: str, lane: str, on: date, latest_until: date | None, batch_rows: int) -> Self:
        """Return the state of an import that is about to begin."""
        until = latest_until.isoformat() if latest_until else ""
        return cls(digest, lane, on.isoformat(), until, batch_rows, salt=secrets.token_hex(16))

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Read the file; None when there is none. Raises ImportRefused when it is damaged."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            raise ImportRefused(f"{path.name} is damaged; remove it to begin anew") from None

    def save(self, path: Path) -> None:
        """Write the file; a crash leaves the old or the new one."""
        write_atomically(path, json.dumps(asdict(self), indent=1).encode(), mode=_PRIVATE)

    def idempotency_key(self, batch: int) -> str:
        """Return the key of the batch with this number, from 0: 128 bits in hexadecimal."""
        parts = (self.salt, self.digest, self.lane, str(self.batch_rows), str(batch))
        return fingerprint(["\n".join(parts).encode()])[:32]

    def after_batch(self, *, accepted: int, refused: int, errors_bytes: int) -> Self:
        """Return the state when one more batch is done with."""
        return replace(
            self,
            batches_done=self.batches_done + 1,
            accepted=self.accepted + accepted,
            refused=self.refused + refused,
            errors_bytes=errors_bytes,
        )


def state_path(export: Path) -> Path:
    """Return where the state of an export's import is kept."""
    return export.with_name(export.name + ".import.json")

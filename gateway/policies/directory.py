"""Reads a directory of policy files, for tools and proposals; what a gateway obeys comes from a release."""

from pathlib import Path

from gateway.core.policy import PolicySet
from gateway.core.policy.cards.collection import VOCABULARY, read_cards
from gateway.core.policy.cards.text import MAX_BYTES

__all__ = ["VOCABULARY", "load_policies", "policy_files"]


def load_policies(directory: Path) -> PolicySet:
    """Load every `*.yaml` file of a directory; an empty directory gives a set that refuses everything.

    All or nothing: raises PolicyRejected with the mistakes of every file, or when two cards are of one lane. Raises
    OSError when the directory or a file cannot be read.
    """
    return read_cards(policy_files(directory)).policies


def policy_files(directory: Path) -> dict[str, bytes]:
    """Return the policy files of a directory by name, in order; raises OSError."""
    return {path.name: _read(path) for path in sorted(directory.iterdir()) if path.suffix in {".yaml", ".yml"}}


def _read(path: Path) -> bytes:
    """Read no more than is needed to see that a file is too large."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)

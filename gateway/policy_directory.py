"""Reads a directory of policy files into the policies in force; the caller logs the digest of what was loaded."""

from pathlib import Path
from typing import Final

from gateway.core.fingerprint import fingerprint
from gateway.core.policy import LanePolicy, PolicySet, compile_policy
from gateway.core.policy.file import load_policy_file
from gateway.core.policy.mistakes import Mistake, PolicyRejected
from gateway.core.policy.text import MAX_BYTES, Place
from gateway.core.policy.vocabulary import Vocabulary, load_vocabulary

VOCABULARY: Final = "vocabulary.yaml"
_TOP: Final = Place(1, 1)


def load_policies(directory: Path) -> PolicySet:
    """Load every `*.yaml` file of a directory; an empty directory gives a set that refuses everything.

    All or nothing: raises PolicyRejected with the mistakes of every file, or when two cards are of one lane. Raises
    OSError when the directory or a file cannot be read.
    """
    files = {path.name: _read(path) for path in sorted(directory.iterdir()) if path.suffix in {".yaml", ".yml"}}
    digest = fingerprint(*(part for name, raw in files.items() for part in (name.encode(), raw)))
    cards = {name: raw for name, raw in files.items() if name != VOCABULARY}
    policies = _policies(cards, _vocabulary(files)) if cards else ()
    return PolicySet(policies=policies, digest=digest)


def _read(path: Path) -> bytes:
    """Read no more than is needed to see that a file is too large."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _vocabulary(files: dict[str, bytes]) -> Vocabulary:
    if VOCABULARY not in files:
        raise PolicyRejected([Mistake(VOCABULARY, _TOP.line, _TOP.column, "", "ontbreekt naast de kaarten")])
    return load_vocabulary(files[VOCABULARY], name=VOCABULARY)


def _policies(cards: dict[str, bytes], vocabulary: Vocabulary) -> tuple[LanePolicy, ...]:
    policies: dict[str, LanePolicy] = {}
    mistakes: list[Mistake] = []
    for name, raw in cards.items():
        try:
            card = load_policy_file(raw, name=name, vocabulary=vocabulary)
        except PolicyRejected as rejected:
            mistakes.extend(rejected.mistakes)
            continue
        if card.lane in policies:
            other = policies[card.lane].card.name
            mistakes.append(Mistake(name, _TOP.line, _TOP.column, "stroom", f"{other} is al de kaart van deze stroom"))
        policies.setdefault(card.lane, compile_policy(card))
    if mistakes:
        raise PolicyRejected(mistakes)
    return tuple(policies.values())

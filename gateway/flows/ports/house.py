"""All that a flow may use, in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gateway.core.involvement import Oin
from gateway.core.policy import PolicySet
from gateway.flows.ports.calls import Answer
from gateway.flows.ports.conversion import Converter
from gateway.flows.ports.directory import Directory
from gateway.flows.ports.store import Store


@dataclass(frozen=True, slots=True)
class House:
    """Everything a flow may reach. `mint` makes a sortable id; `policies` returns the set now in force."""

    store: Store
    converter: Converter
    directory: Directory
    policies: Callable[[], PolicySet]
    mint: Callable[[str], str]

    def under_one_release(self) -> "House":
        """Return this house under the policies that are in force now, whatever is released meanwhile."""
        policies = self.policies()
        return replace(self, policies=lambda: policies)


Answers = Mapping[tuple[Oin, str, int], Answer]

"""The addresses of the gateway: which endpoint a call is for, and with what ids and parameters."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from gateway.api import (
    alerts,
    consents,
    contacts,
    emergencies,
    exclusions,
    handovers,
    home_bans,
    life_notices,
    matches,
    registrations,
    safety_cases,
    standing,
    subject_requests,
    supervision,
    usefulness,
    webhooks,
)
from gateway.api.exchange import CORS, Endpoint, Reply
from gateway.core.refusals import Refusal, Refused

BASE: Final = "/v1"
ENDPOINTS: Final = (
    *registrations.ENDPOINTS,
    *alerts.ENDPOINTS,
    *matches.ENDPOINTS,
    *supervision.ENDPOINTS,
    *usefulness.ENDPOINTS,
    *contacts.ENDPOINTS,
    *consents.ENDPOINTS,
    *exclusions.ENDPOINTS,
    *home_bans.ENDPOINTS,
    *emergencies.ENDPOINTS,
    *life_notices.ENDPOINTS,
    *safety_cases.ENDPOINTS,
    *handovers.ENDPOINTS,
    *subject_requests.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *standing.ENDPOINTS,
)

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
_LONGEST_PATH: Final = 256
_LONGEST_QUERY: Final = 512
_MOST_PARAMETERS: Final = 8
_NO_CONTENT: Final = 204

Methods = Mapping[str, Endpoint]
Template = tuple[str, ...]


class MethodRefused(Refused):
    """A method that an address does not have; `allow` lists those that it has."""

    def __init__(self, allow: str) -> None:
        """Refuse, and say what would do."""
        super().__init__(Refusal.METHOD_NOT_ALLOWED)
        self.allow = allow


class Routes:
    """Every address with its methods."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        """Sort endpoints by the number of parts in their path; a fixed word goes before an id in the same place."""
        by_path: dict[str, dict[str, Endpoint]] = {}
        for endpoint in endpoints:
            by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        self._by_length: dict[int, list[tuple[Template, Methods]]] = {}
        for path, methods in sorted(by_path.items(), key=lambda item: "{" in item[0]):
            template = tuple(path.removeprefix("/").split("/"))
            self._by_length.setdefault(len(template), []).append((template, methods))

    def find(self, path: str) -> tuple[Methods, tuple[str, ...]]:
        """Return the methods of an address and the ids in it; raises Refused, also for a slash at the end."""
        if not path.startswith(f"{BASE}/") or len(path) > _LONGEST_PATH:
            raise Refused(Refusal.NOT_FOUND)
        parts = path[len(BASE) + 1 :].split("/")
        for template, methods in self._by_length.get(len(parts), ()):
            pairs = tuple(zip(template, parts, strict=True))
            if all(bool(_ID.fullmatch(part)) if name.startswith("{") else part == name for name, part in pairs):
                return methods, tuple(part for name, part in pairs if name.startswith("{"))
        raise Refused(Refusal.NOT_FOUND)


def template_of(methods: Methods) -> str:
    """Return the path as it is written in logs and figures: without the ids."""
    return next(iter(methods.values())).path


def choose(methods: Methods, method: str) -> Endpoint:
    """Return the endpoint for a method; HEAD is GET without its body, which a stream has no use for."""
    found = methods.get("GET" if method == "HEAD" else method)
    if found is None or (method == "HEAD" and found.seconds is None):
        raise MethodRefused(_allow(methods))
    return found


def options(methods: Methods) -> Reply:
    """Answer OPTIONS."""
    open_to_all = any(endpoint.cors for endpoint in methods.values())
    cors = (*CORS, ("access-control-allow-methods", "GET")) if open_to_all else ()
    return Reply(_NO_CONTENT, content_type="", headers=(("allow", _allow(methods)), *cors))


def parameters(endpoint: Endpoint, query: str) -> dict[str, int | str]:
    """Read the parameters that the endpoint knows; any other, or one given twice, is refused."""
    known = {parameter.name: parameter for parameter in endpoint.query}
    if len(query) > _LONGEST_QUERY:
        raise Refused(Refusal.MEMBER_INVALID)
    try:
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise Refused(Refusal.MEMBER_INVALID) from None
    values = dict(given)
    if len(values) != len(given) or values.keys() - known.keys():
        raise Refused(Refusal.MEMBER_INVALID)
    return {name: parameter.read(values.get(name)) for name, parameter in known.items()}


def _allow(methods: Methods) -> str:
    head = ("HEAD",) if "GET" in methods and methods["GET"].seconds is not None else ()
    return ", ".join(sorted({*methods, "OPTIONS", *head}))

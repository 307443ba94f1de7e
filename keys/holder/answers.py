"""Decides how a key holder's answers look: JSON, or a problem (RFC 9457) in the caller's language."""

import json
import re
from dataclasses import dataclass
from typing import Final

from keys.holder.refusals import Refusal, Refused
from keys.signing import Headers

API_VERSION: Final = "1.0.0"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
_RETRY_SECONDS: Final = {Refusal.QUOTA_EXHAUSTED: 3600, Refusal.LOG_UNAVAILABLE: 5}
_ENGLISH_FIRST: Final = re.compile(r"\s*en\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out."""

    status: int
    headers: Headers
    body: bytes


def json_answer(status: int, body: bytes) -> Answer:
    """Return JSON as an answer."""
    return Answer(status, _headers(JSON), body)


def problem_answer(refused: Refused, asked: Headers, public_url: str) -> Answer:
    """Return a refusal as a problem, in English when the call asks for that first; it repeats nothing of the call."""
    problem = refused.refusal.value
    english = any(name == "accept-language" and _ENGLISH_FIRST.match(value) for name, value in asked)
    title = problem.title_en if english else problem.title_nl
    facts = ", ".join(f"{name}: {value}" for name, value in refused.facts.items())
    members = {
        **refused.facts,
        "type": f"{public_url}/v1/problems/{problem.code}",
        "title": title,
        "status": problem.status,
        "detail": f"{title[:-1]} ({facts})." if facts else title,
        "code": problem.code,
    }
    body = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    extra: list[tuple[str, str]] = []
    if "allow" in refused.facts:
        extra.append(("allow", str(refused.facts["allow"])))
    if refused.refusal in _RETRY_SECONDS:
        extra.append(("retry-after", str(_RETRY_SECONDS[refused.refusal])))
    return Answer(problem.status, (*_headers(PROBLEM), *extra), body)


def _headers(content_type: str) -> Headers:
    return (("content-type", content_type), ("api-version", API_VERSION), ("cache-control", "no-store"))

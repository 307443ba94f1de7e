"""One valid body for each message that the OpenAPI document names; a message without one fails the test that asks."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

Json = Any

_TODAY = datetime.now(UTC).date().isoformat()
_NOTICE = {"status": "given", "on": _TODAY}

SAMPLES: dict[str, Json] = {
    "RegisterInvolvement": {
        "token": "hx1." + "A" * 54,
        "lane": "youth",
        "flag": "involved",
        "purpose": "youth-coordination",
        "caseReference": "Z-1",
        "contactId": "cnt_intake",
        "attested": True,
        "subjectNotice": _NOTICE,
        "validUntil": None,
    },
    "RenewRegistration": {"attested": True, "subjectNotice": _NOTICE, "validUntil": None},
    "SubjectNotice": _NOTICE,
    "ResolveIdentity": {"token": "hx1." + "A" * 54, "finding": "confirmed", "attested": True},
    "RestrictRegistration": {"reason": "objection"},
    "LiftRestriction": {"attested": True},
    "WithdrawRegistration": {"reason": "risk_gone"},
    "CheckPolicy": {"lane": "youth", "purpose": "youth-coordination", "flag": "involved"},
    "AcknowledgeAlerts": {"alerts": ["alt_01ARZ3NDEKTSV4RRFFQ69G5FAV"]},
    "ReportContact": {"outcome": "contacted", "reason": None},
    "ContactDesk": {
        "id": "cnt_intake",
        "name": "Intake",
        "phone": "010-000 00 00",
        "email": "intake@agency.example",
        "deputyId": None,
    },
    "ImposeHomeBan": {
        "token": "hx1." + "A" * 54,
        "purpose": "home-ban-support",
        "caseReference": "Z-1",
        "contactId": "cnt_intake",
        "attested": True,
        "subjectNotice": _NOTICE,
        "startsOn": _TODAY,
        "ledBy": None,
    },
    "ExtendHomeBan": {"attested": True, "subjectNotice": _NOTICE, "until": "2099-01-01"},
    "BreakGlass": {
        "token": "hx1." + "A" * 54,
        "purpose": "emergency-help",
        "caseReference": "N-1",
        "contactId": "cnt_intake",
        "attested": True,
        "subjectNotice": _NOTICE,
        "reason": "threat_to_life",
        "user": "user-one",
        "hours": 12,
    },
    "ConfirmEmergency": {"attested": True, "user": "user-two"},
    "JudgeEmergency": {"verdict": "justified"},
    "NoticeOfLife": {"token": "hx1." + "A" * 54, "lane": "youth", "on": _TODAY, "attested": True},
    "OpenCase": {
        "lane": "safety_house",
        "purpose": "case-conference",
        "caseReference": "ZVH-1",
        "attested": True,
        "participants": ["00000000990000000404"],
        "coordinator": None,
        "acceptedOn": _TODAY,
    },
    "RecordConsent": {
        "token": "hx1." + "A" * 54,
        "lane": "adult",
        "purpose": "adult-coordination",
        "caseReference": "Z-1",
        "attested": True,
        "kinds": ["local_team"],
        "agencies": ["00000000990000000404"],
        "givenOn": _TODAY,
        "validUntil": None,
    },
    "TakeSubjectRequest": {
        "token": "hx1." + "A" * 54,
        "lane": "youth",
        "purpose": "subject-rights",
        "caseReference": "AVG-1",
        "right": "access",
        "ageClass": "from_16",
        "askedBy": ["person"],
        "wrong": None,
        "attested": True,
    },
    "ExtendSubjectRequest": {"reason": "complex", "told": True},
    "AdviseOnItem": {"advice": "agree", "reason": "risk_gone"},
    "DecideItem": {"decision": "upheld", "reason": "justified"},
    "RecordExclusion": {
        "token": "hx1." + "A" * 54,
        "lane": "youth",
        "purpose": "youth-coordination",
        "caseReference": "Z-1",
        "contactId": "cnt_intake",
        "attested": True,
        "excluded": [{"agency": "00000000990000000404", "contactId": "cnt_north"}],
        "mediator": "00000000990000000405",
    },
    "NameCoordinator": {"coordinator": "own"},
    "BeginOversight": {"registrationId": "reg_01ARZ3NDEKTSV4RRFFQ69G5FAV"},
    "OfferHandover": {
        "registrationId": "reg_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "matchId": "mat_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "conditionsVersion": "a" * 64,
    },
    "AcceptHandover": {"conditionsVersion": "a" * 64},
    "RefuseHandover": {"reason": "no_capacity"},
    "WithdrawHandover": {"reason": "situation_changed"},
    "AddWebhook": {"url": "https://hooks.agency.example/alerts"},
}


def message_of(document: Json, method: str, path: str) -> str:
    """Return the name of the message that a route takes in its body, or nothing."""
    content = document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
    if "application/x-ndjson" in content:
        return "RegisterInvolvement"
    reference: str = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rpartition("/")[2]


def sample(document: Json, method: str, path: str) -> Json:
    """Return a valid body for a route, None when it takes none."""
    name = message_of(document, method, path)
    return deepcopy(SAMPLES[name]) if name else None


def places(body: Json, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the place of every value at the bottom of a body."""
    if isinstance(body, dict):
        return [place for name, value in body.items() for place in places(value, (*at, name))]
    if isinstance(body, list):
        return [place for number, value in enumerate(body) for place in places(value, (*at, number))]
    return [at]


def put(body: Json, at: tuple[str | int, ...], value: Json) -> Json:
    """Return a copy of a body with one value replaced."""
    changed = deepcopy(body)
    inner = changed
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = value
    return changed

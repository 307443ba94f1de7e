"""The events of alerts: each kind in the NL GOV form, and all of one size whatever they say (G33)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from gateway.protocol.events import EVENT_BYTES, alert_event, event_bytes, inbox_bytes, type_of
from gateway.protocol.messages.alerts import AlertKind, CloudEvent, Inbox

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "vectors" / "cloudevents" / "nlgov_cloudevent.schema.json").read_text("utf-8")
)
ULID = "01KPH2V6WBTRAXNSMEETATNXGT"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DESKS = ("", "cnt_a", "cnt_" + "a" * 60)


def _event(kind: AlertKind, desk: str = "") -> CloudEvent:
    return alert_event(f"alt_{ULID}", f"mat_{ULID}", AT, oin="00000000990000009000", kind=kind, desk=desk)


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("kind", AlertKind)
def test_an_event_is_in_the_form_of_nl_gov_and_has_the_size_of_all(kind: AlertKind, desk: str) -> None:
    """Its JSON reads back as it was; only spaces follow it."""
    sent = event_bytes(_event(kind, desk))
    assert EVENT_BYTES == len(sent)
    said = json.loads(sent)
    jsonschema.validate(said, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert (type_of(kind), desk or None) == (said["type"], said.get("subject"))


def test_every_kind_has_a_type_of_its_own() -> None:
    """Whoever reads the type knows why it is alerted."""
    assert len(AlertKind) == len({type_of(kind) for kind in AlertKind})


@pytest.mark.parametrize("number", [0, 1, 3, 100])
def test_a_page_of_the_inbox_tells_by_its_size_how_many_there_are_and_no_more(number: int) -> None:
    """Whatever their kinds and desks."""
    sizes = set()
    for kind in AlertKind:
        for desk in DESKS:
            sent = inbox_bytes(Inbox(alerts=(_event(kind, desk),) * number, more=False))
            assert number == len(json.loads(sent)["alerts"])
            sizes.add(len(sent))
    assert 1 == len(sizes)

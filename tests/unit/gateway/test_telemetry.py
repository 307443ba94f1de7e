"""What an operator reads: JSON lines only, and figures that move."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from gateway.telemetry import Figures, ServerLog, open_log
from keys.trust import TrustFile, TrustList
from tests.support.parties import agency

NAMES = ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "httpx2", "httpcore2", "seinhuis.trust")


@contextmanager
def server_log() -> Iterator[None]:
    """Let the gateway's log take over what others log; afterwards all is as it was."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(one.handlers, one.propagate) for one in loggers]
    ServerLog(open_log()).install()
    try:
        yield
    finally:
        for one, (handlers, propagate) in zip(loggers, before, strict=True):
            one.handlers, one.propagate = handlers, propagate


def test_a_trust_list_that_is_not_taken_is_a_line_of_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An event of its own, with its problems, like every other line of the log."""
    path, seconds = tmp_path / "trust.json", iter((0.0, 2.0))
    TrustList((agency(1).party,)).save(path)
    file = TrustFile(path, monotonic=lambda: next(seconds))
    path.unlink()
    with server_log():
        assert file.current.parties

    line = json.loads(capsys.readouterr().err)
    expected = {"event": "trust_list_rejected", "level": "warning", "problems": ["the file cannot be read"]}
    assert expected == {name: line[name] for name in expected}
    assert line["timestamp"].endswith("Z")


def test_an_error_of_the_web_server_is_told_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    """The text of an error can hold what a caller sent (G35)."""
    with server_log():
        logging.getLogger("uvicorn.error").error(ValueError("000876549"))

    said = capsys.readouterr().err
    assert "ValueError" == json.loads(said)["said"]
    assert "000876549" not in said


def test_the_figure_of_waiting_calls_moves() -> None:
    """It is asked each time somebody looks."""
    figures, waiting = Figures(), [1, 2, 3]
    figures.watch(lambda: len(waiting))
    waiting.append(4)

    assert b"seinhuis_commit_group_waiting 4.0" in generate_latest(figures.registry)

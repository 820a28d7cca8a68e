"""One line a request, in JSON, and nothing in any line of what came or of what a library quoted."""

import json
import logging
import re
from typing import Any

import pytest
import structlog
from flask import Flask

from app.logs import configure_logs
from tests.factories import Factory, signed_in, visitor

CANARY = "canary-7f3a"


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_request_is_one_line_with_its_route_and_never_its_path(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    client = visitor(app)
    sent = {"User-Agent": CANARY, "X-Request-Id": CANARY}
    answer = client.get(f"/join/{CANARY}?next={CANARY}", headers=sent)
    client.get(f"/{CANARY}")
    (first, second) = (line for line in told(capsys) if line["event"] == "request")
    assert set(first) == {"event", "level", "time", "request_id", "method", "route", "status", "ms"}
    assert (first["route"], first["status"]) == ("/join/<token>", 410)
    assert first["request_id"] == answer.headers["X-Request-Id"]
    assert first["time"].endswith("Z")
    assert second["route"] == "unknown"
    assert CANARY not in json.dumps([first, second])


def test_an_error_is_a_type_and_a_place(
    app: Flask, make: Factory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False
    lead = make.clinician(make.clinic())

    def fall(*_args: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("app.pages.caseload.show", fall, raising=False)
    monkeypatch.setattr("app.pages.caseload.current_actor", fall)
    assert signed_in(app, lead).get("/clinic").status_code == 500
    lines = told(capsys)
    (error,) = (line for line in lines if line["event"] == "error")
    assert error["type"] == "ValueError"
    assert error["place"].startswith("app/pages/caseload.py:")
    assert error["request_id"] == lines[-1]["request_id"]
    assert CANARY not in json.dumps(lines)


def test_what_a_library_quotes_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    library = logging.getLogger("gunicorn.error")
    library.warning("Error handling request %s", f"/join/{CANARY}")
    library.error(ValueError(CANARY))
    library.error("Worker (pid:%s) exited with code %s.", 17, 3)
    try:
        raise RuntimeError(CANARY)
    except RuntimeError:
        logging.getLogger("somebody.else").exception("It failed for %(who)s", {"who": CANARY})
    logging.getLogger("app.jobs").error("The %s could not be sent just now.", "reminders")
    lines = told(capsys)
    assert [line["event"] for line in lines] == [
        "Error handling request %s",
        "ValueError",
        "Worker (pid:17) exited with code 3.",
        "It failed for %(who)s",
        "The reminders could not be sent just now.",
    ]
    assert lines[3]["type"] == "RuntimeError"
    assert CANARY not in json.dumps(lines)


def test_the_level_is_a_setting(capsys: pytest.CaptureFixture[str], app: Flask) -> None:
    configure_logs("error")
    visitor(app).get("/sign-in")
    assert told(capsys) == []
    configure_logs("info")


def test_plain_lines_are_short_and_say_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", "plain")
    try:
        facts = {"method": "GET", "route": "/join/<token>", "status": 410, "ms": 3.4, "request_id": CANARY}
        structlog.get_logger().info("request", **facts)
        logging.getLogger("gunicorn.error").warning("Error handling request %s", f"/join/{CANARY}")
        first, second = capsys.readouterr().err.splitlines()
    finally:
        configure_logs("info")
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET /join/<token> 410 3 ms", first)
    assert second.endswith("warning: Error handling request %s logger=gunicorn.error")
    assert CANARY not in second

"""What is counted, who may see it, and that it names nobody."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.config import load_settings
from app.errors import SettingError
from app.models import Alert
from tests.factories import Factory, Member, seal_for, signed_in, visitor

TOKEN = "t0ken-of-an-operator-2026"


@pytest.fixture
def june(make: Factory) -> Member:
    return make.patient(make.clinician(make.clinic()), "Canary Kowalski")


def metrics(app: Flask) -> dict[str, float]:
    """Every sample by its name and labels."""
    lines = visitor(app).get("/metrics").text.splitlines()
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")
    }


def test_requests_and_items_are_counted_by_route_and_outcome(app: Flask, june: Member) -> None:
    phone = signed_in(app, june)
    item = seal_for(app, june)
    body = {"person": str(june.person_id), "items": [item, seal_for(app, june, kind="unheard of")]}
    for _ in range(2):
        assert phone.post("/api/sync", json=body).status_code == 200
    phone.post("/api/receipts/a-secret-token", json={"event": "shown"})
    phone.open("/today", method="BREW")
    phone.get("/no/such/page")
    told = metrics(app)
    assert told['between_requests_total{method="POST",route="/api/sync",status="200"}'] == 2
    assert told['between_requests_total{method="POST",route="/api/receipts/<token>",status="404"}'] == 1
    assert told['between_requests_total{method="other",route="unknown",status="405"}'] == 1
    assert told['between_requests_total{method="GET",route="unknown",status="404"}'] == 1
    assert told['between_intake_items_total{outcome="stored"}'] == 1
    assert told['between_intake_items_total{outcome="duplicate"}'] == 1
    assert told['between_intake_items_total{outcome="needs_repair"}'] == 2
    assert told['between_request_seconds_count{route="/api/sync"}'] == 2
    everything = " ".join(told)
    for secret in ("a-secret-token", "Canary", str(june.person_id), june.email, "/no/such"):
        assert secret not in everything


def test_what_waits_is_told_as_numbers(app: Flask, june: Member) -> None:
    phone = signed_in(app, june)
    body = {"person": str(june.person_id), "items": [seal_for(app, june, item9=2)]}
    assert phone.post("/api/sync", json=body).status_code == 200
    database = app.extensions["between"].database
    assert metrics(app)["between_alerts_late"] == 0
    with database.writing() as session:
        alert = session.scalars(sa.select(Alert)).one()
        alert.late_at = alert.opened_at - timedelta(hours=1)
    told = metrics(app)
    assert told["between_alerts_late"] == 1
    assert told["between_database_up"] == 1
    assert told["between_alert_steps_waiting"] >= 1
    assert 0 <= told["between_alert_steps_lag_seconds"] < 60
    assert told["between_reminders_waiting"] == 0
    with database.writing() as session:
        session.scalars(sa.select(Alert)).one().state = "reached"
    assert metrics(app)["between_alerts_late"] == 0


def test_only_this_machine_or_the_token_sees_them(app: Flask) -> None:
    parts = app.extensions["between"]
    far = visitor(app)
    far.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    proxied = {"X-Forwarded-For": "203.0.113.9"}
    shown = {"Authorization": f"Bearer {TOKEN}"}
    assert visitor(app).get("/metrics").status_code == 200
    assert visitor(app).get("/metrics", headers=proxied).status_code == 404
    assert far.get("/metrics", headers=shown).status_code == 404, "no token is set"
    app.extensions["between"] = replace(parts, settings=replace(parts.settings, metrics_token=TOKEN))
    assert far.get("/metrics").status_code == 404
    assert far.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 404
    assert far.get("/metrics", headers=shown).status_code == 200
    app.extensions["between"] = parts


def test_a_short_token_stops_the_start() -> None:
    with pytest.raises(SettingError, match="BETWEEN_METRICS_TOKEN"):
        load_settings({"BETWEEN_METRICS_TOKEN": "short"})


COUNT = """
from app.metrics import Metrics
from prometheus_client.registry import Collector
class Nothing(Collector):
    def collect(self): return iter(())
metrics = Metrics()
metrics.count_item("stored")
print(metrics.write(Nothing()).decode())
"""


def test_several_processes_that_share_a_folder_are_told_as_one(tmp_path: Path) -> None:
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", COUNT]
    subprocess.run(command, env=environ, check=True, capture_output=True)
    told = subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout
    assert 'between_intake_items_total{outcome="stored"} 2.0' in told


def test_ready_is_more_than_alive(app: Flask) -> None:
    client = visitor(app)
    assert client.get("/readyz").json == {"status": "ready"}
    with app.extensions["between"].database.writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.get("/healthz").status_code == 200

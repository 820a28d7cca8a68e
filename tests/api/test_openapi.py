"""The API's document names every route, and schemathesis finds nothing it does not keep."""

from pathlib import Path

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient

from app.services.policies import POLICIES
from prove.api import prove_api

# What their address says is all they read.
BODILESS = {
    "own.stop_sharing",
    "own.end_own_session",
    "subscriptions.stop_subscription",
    "passkey_questions.ask_new",
    "passkey_questions.ask_known",
}


def test_the_document_names_every_route(app: Flask, client: FlaskClient) -> None:
    response = client.get("/api/openapi.json")
    assert response.headers["Cache-Control"].startswith("public")
    document = response.json
    assert document is not None
    named = {
        operation["operationId"]: operation["security"]
        for path in document["paths"].values()
        for operation in path.values()
    }
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert set(named) == routes
    public = {endpoint for endpoint in routes if POLICIES[endpoint].authority in ("public", "capability")}
    assert {endpoint for endpoint, security in named.items() if not security} == public
    posted = {
        path["post"]["operationId"]: path["post"] for path in document["paths"].values() if "post" in path
    }
    assert {endpoint for endpoint, said in posted.items() if "requestBody" not in said} == BODILESS
    for path in document["paths"].values():
        for operation in path.values():
            body = operation.get("requestBody", {"content": {}})
            for content in body["content"].values():
                jsonschema_rs.meta.validate(content["schema"])


def test_schemathesis_finds_nothing(database_url: str, tmp_path: Path) -> None:
    outcome = prove_api(database_url, tmp_path / "instance", examples=8, start=4)
    assert outcome.faults == []
    assert outcome.operations >= 10
    assert {200, 201, 204, 400, 404} <= set(outcome.answers)

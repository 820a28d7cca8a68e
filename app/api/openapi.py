"""GET /api/openapi.json: what the phone speaks, made from routes, policies and the schemas that read."""

import json
import re
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, Flask, Response, current_app, request
from marshmallow import Schema, fields
from werkzeug.routing import Rule
from werkzeug.wrappers import Response as AnyResponse

from app.api import account, agreements, gaps, receipts, subscriptions
from app.domain.cadence import is_zone
from app.schemas.fields import Identifier
from app.schemas.published import schema_of
from app.schemas.sync import MOST_ITEMS
from app.services.policies import APPEND, ENTERING, POLICIES, SESSION

blueprint = Blueprint("openapi", __name__)

Json = dict[str, Any]

AUTHORITY = {SESSION: "session", ENTERING: "session", APPEND: "append"}
PROBLEM: Json = {
    "type": "object",
    "required": ["status", "code", "sentence"],
    "properties": {
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "sentence": {"type": "string", "description": "For the person, in their language."},
    },
}
RECEIPT: Json = {
    "type": "object",
    "required": ["id", "sha256", "status", "needs_repair"],
    "properties": {
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Of the sealed bytes."},
        "status": {"enum": ["stored", "duplicate", "conflict", "rejected"]},
        "needs_repair": {"type": "boolean", "description": "Kept, but not yet understood."},
        "arrived_at": {"type": "string", "format": "date-time"},
        "code": {"type": "string"},
        "sentence": {"type": "string"},
    },
}
SYNC: Json = {
    "type": "object",
    "required": ["person", "items"],
    "properties": {
        "person": schema_of(Identifier()),
        "items": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_ITEMS,
            "description": "Each has id, patient, key and sealed (base64url). They are read one by one: "
            "one that cannot be taken is rejected in its receipt and holds up no other.",
        },
    },
}


def request_of(schema: Schema) -> Json:
    """What a request body's schema takes."""
    return {
        "type": "object",
        "required": [name for name, field in schema.fields.items() if field.required],
        "properties": {name: _taken_by(field) for name, field in schema.fields.items()},
    }


def _taken_by(field: Any) -> Json:
    if isinstance(field, fields.Boolean):
        return {"type": "boolean"}
    return request_of(field.schema) if isinstance(field, fields.Nested) else schema_of(field)


def _preferences() -> Json:
    made = request_of(account.PREFERENCES)
    zones = {"enum": sorted(filter(is_zone, available_timezones()))}
    return {**made, "properties": {**made["properties"], "zone": zones}}


@cache
def _requests() -> dict[str, Json]:
    """Made when somebody asks for it: a start does not read every zone's file for that."""
    return {
        "sync.sync": SYNC,
        "own.set_preferences": _preferences(),
        "own.invite_caregiver": request_of(account.INVITATION),
        "agreements.add_agreement": request_of(agreements.AGREEMENT),
        "gaps.tell_series_ended": request_of(gaps.ENDED),
        "gaps.put_gap_aside": request_of(gaps.REVIEW),
        "receipts.receive": {
            "type": "object",
            "required": ["event"],
            "properties": {"event": {"enum": list(receipts.EVENTS)}},
        },
        "subscriptions.add_subscription": request_of(subscriptions.SUBSCRIPTION),
    }


ANSWERS: dict[str, Json] = {
    "sync.sync": {
        "type": "object",
        "required": ["receipts", "server_time"],
        "properties": {"receipts": {"type": "array", "items": RECEIPT, "description": "One per item."}},
    },
    "sync.keys": {"type": "object", "required": ["keys"]},
    "overview.overview": {"type": "object", "required": ["person", "patients", "keys", "server_time"]},
}


@blueprint.get("/api/openapi.json")
def show_openapi() -> AnyResponse:
    """This document. Public, and the same for everybody."""
    document = describe(current_app)
    response = Response(json.dumps(document, indent=1), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.add_etag()
    return response.make_conditional(request)


def describe(app: Flask) -> Json:
    """OpenAPI 3.1 of every route below /api/: an endpoint that exists cannot be missing in it."""
    paths: dict[str, Json] = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            paths.setdefault(path, {})[_method(rule)] = _operation(app, rule)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Between",
            "version": "1",
            "description": "Every answer that is not 2XX is a problem with a code and a sentence. 503 means "
            "that nothing was stored or acknowledged: come again after Retry-After.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": {"Problem": PROBLEM}, "securitySchemes": _security_schemes(app)},
    }


def _method(rule: Rule) -> str:
    (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    return method.lower()


def _operation(app: Flask, rule: Rule) -> Json:
    endpoint = rule.endpoint
    authority = AUTHORITY.get(POLICIES[endpoint].authority)
    words = (app.view_functions[endpoint].__doc__ or endpoint).strip().partition("\n")[0]
    operation: Json = {
        "operationId": endpoint,
        "summary": words,
        "security": [{authority: []}] if authority else [],
        "parameters": [_parameter(rule, name) for name in sorted(rule.arguments)],
        "responses": _responses(endpoint),
    }
    if endpoint in _requests():
        content = {"application/json": {"schema": _requests()[endpoint]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameter(rule: Rule, name: str) -> Json:
    is_id = f"<uuid:{name}>" in rule.rule
    kind = schema_of(Identifier()) if is_id else {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,200}$"}
    return {"name": name, "in": "path", "required": True, "schema": kind}


def _responses(endpoint: str) -> Json:
    said = {"application/json": {"schema": ANSWERS.get(endpoint, {"type": "object"})}}
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    retry = {"Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "required": True}}
    return {
        "204": {"description": "Done, and nothing to say."},
        "2XX": {"description": "Done.", "content": said},
        "4XX": {"description": "Refused; nothing was changed.", "content": problem},
        "503": {"description": "Not now; nothing was changed.", "headers": retry, "content": problem},
    }


def _security_schemes(app: Flask) -> Json:
    prefix = "__Host-" if app.config["SESSION_COOKIE_SECURE"] else ""
    append = f"{prefix}append-{{first 8 hex digits of the person's id}}"
    return {
        "session": {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]},
        "append": {
            "type": "apiKey",
            "in": "cookie",
            "name": f"{prefix}append-00000000",
            "description": f"{append}: may only hand in what that person wrote, and survives sign-out.",
        },
    }

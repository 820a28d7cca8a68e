"""Schemathesis asks every operation of the API what its own document promises, and what it forbids."""

import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from app import create_app
from app.config import load_settings
from tests.factories import Factory, Member, signed_in

# Ends the session that the others need; asked last.
LAST = "own.end_own_session"
# Of the right shape and refused, rightly: an address that no push service gave out, consent of a child.
MORE_THAN_SHAPE = ("subscriptions.add_subscription", "agreements.add_agreement")


@dataclass
class Outcome:
    """How many operations were asked, how often, and what they should not have answered."""

    operations: int = 0
    asked: int = 0
    answers: dict[int, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def prove_api(url: str, instance: Path, *, examples: int, start: int) -> Outcome:
    """Valid and invalid requests to each operation, by a patient, on the database at `url`."""
    environ = {
        "BETWEEN_INSTANCE": str(instance),
        "DATABASE_URL": url,
        "BETWEEN_DEMO": "0",
        "BETWEEN_LIMITS": "0",
    }
    app = create_app(load_settings(environ))
    database = app.extensions["between"].database
    make = Factory(database, datetime.now(UTC))
    outcome = _prove(app, make.patient(make.clinician(make.clinic())), settings_for(examples), start)
    database.dispose()
    return outcome


def _prove(app: Flask, member: Member, how: settings, start: int) -> Outcome:
    outcome = Outcome()
    # Who may is tried cell by cell elsewhere; here somebody who may asks for odd things.
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    schema: Any = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=config)
    found = [result.ok() for result in schema.get_all_operations()]
    cookies = _cookies(app, member)
    for operation in sorted(found, key=lambda one: one.definition.raw["operationId"] == LAST):
        outcome.operations += 1
        for mode in _modes(operation):
            _ask(outcome, operation, mode, member, cookies, how, start)
    return outcome


def _modes(operation: Any) -> tuple[GenerationMode, ...]:
    """What takes nothing can be asked nothing wrong."""
    takes = operation.definition.raw["parameters"] or "requestBody" in operation.definition.raw
    return (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if takes else (GenerationMode.POSITIVE,)


def settings_for(examples: int) -> settings:
    """As many examples, however long one takes."""
    return settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )


def _ask(
    outcome: Outcome,
    operation: Any,
    mode: Any,
    member: Member,
    cookies: dict[str, str],
    how: settings,
    start: int,
) -> None:
    excluded = [ignored_auth]
    if operation.definition.raw["operationId"] in MORE_THAN_SHAPE:
        excluded.append(positive_data_acceptance)

    @seed(start)
    @how
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if isinstance(case.body, dict) and "person" in case.body and mode is GenerationMode.POSITIVE:
            # Else every request of somebody else's would be refused before anything of it is read.
            case.body["person"] = str(member.person_id)
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            # A schema has no words for it: our whole numbers are written without a point.
            case.body = {name: _without_point(value) for name, value in case.body.items()}
        response = case.call_and_validate(
            headers={"Sec-Fetch-Site": "same-origin"}, cookies=cookies, excluded_checks=excluded
        )
        outcome.asked += 1
        outcome.answers[response.status_code] = outcome.answers.get(response.status_code, 0) + 1

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ask()
    except BaseExceptionGroup as error:
        outcome.faults.append(f"{operation.label}, {mode.name.lower()}: {error}")


def _without_point(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _cookies(app: Flask, member: Member) -> dict[str, str]:
    browser = signed_in(app, member)
    browser.get("/healthz")
    held: Any = browser._cookies  # type: ignore[attr-defined]
    return {one.key: one.value for one in held.values()}

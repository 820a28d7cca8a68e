"""Who may: every route × role × ownership. An unlisted cell fails, and so does a policy that is removed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.config import Settings
from app.http import refuse_unguarded
from app.models import Membership
from app.services import access
from app.services.access import ENTERING, PUBLIC, SESSION, Policy
from app.services.invitations import invite
from tests.access_table import TABLE, VISITORS
from tests.access_world import World, ask, build_world
from tests.factories import visitor


def deviations(world: World, endpoints: list[str]) -> list[str]:
    """Every cell that is not as listed."""
    wrong = []
    for endpoint in endpoints:
        for name, expected in zip(VISITORS, TABLE[endpoint][1].split(), strict=True):
            status = ask(world, endpoint, name)
            if status != int(expected):
                wrong.append(f"{endpoint} for {name}: {status}, not {expected}")
    return wrong


@pytest.fixture
def sqlite_app(sqlite_url: str, settings_for: Callable[[str], Settings]) -> Flask:
    app = create_app(settings_for(sqlite_url))
    app.testing = False
    return app


@pytest.fixture
def settings_for(tmp_path: object) -> Callable[[str], Settings]:
    from app.config import load_settings

    return lambda url: load_settings(
        {"BETWEEN_INSTANCE": f"{tmp_path}/instance", "DATABASE_URL": url, "BETWEEN_DEMO": "0"}
    )


def test_every_route_is_in_the_table(sqlite_app: Flask) -> None:
    methods = {
        (rule.endpoint, method)
        for rule in sqlite_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert methods == {(endpoint, method) for endpoint, (method, _row) in TABLE.items()}


def test_every_cell_is_as_listed(sqlite_app: Flask) -> None:
    wrong = deviations(build_world(sqlite_app), list(TABLE))
    assert not wrong, "\n".join(wrong)


def test_an_endpoint_without_a_policy_does_not_start(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for endpoint in TABLE:
        with monkeypatch.context() as patched:
            patched.delitem(access.POLICIES, endpoint)
            with pytest.raises(RuntimeError, match=endpoint):
                refuse_unguarded(sqlite_app)


def guarded() -> list[str]:
    return [
        endpoint
        for endpoint, policy in access.POLICIES.items()
        if policy.authority in (SESSION, ENTERING, "append")
    ]


@pytest.mark.parametrize("endpoint", guarded())
def test_a_removed_policy_is_caught(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    world = build_world(sqlite_app)
    monkeypatch.setitem(access.POLICIES, endpoint, Policy(PUBLIC))
    assert deviations(world, [endpoint])


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in guarded() if access.POLICIES[endpoint].roles])
def test_a_policy_open_to_every_role_is_caught(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    world = build_world(sqlite_app)
    every = frozenset({"patient", "clinician", "caregiver"})
    monkeypatch.setitem(access.POLICIES, endpoint, Policy(SESSION, every))
    assert deviations(world, [endpoint])


@pytest.mark.parametrize(
    ("scope", "endpoint"),
    [
        ("team", "visits.cancel_visit"),
        ("alert", "patient.show_patient"),
        ("alert", "alert_desk.open_alert"),
        ("self", "own.stop_sharing"),
    ],
)
def test_a_removed_scope_is_caught(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, scope: str, endpoint: str
) -> None:
    world = build_world(sqlite_app)
    monkeypatch.setitem(access.SCOPES, scope, lambda _actor: sa.true())
    assert deviations(world, [endpoint])


def test_whose_consent_ended_sees_no_visit(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world(sqlite_app)
    assert "Room 2" in world.browser("sam").get("/care").text
    assert "Room 2" not in world.browser("ended").get("/care").text
    monkeypatch.setitem(access.SCOPES, "consent", lambda _actor: sa.true())
    assert "Room 2" in world.browser("ended").get("/care").text, "the check above could not fail"


def test_a_caregiver_sees_no_answer(sqlite_app: Flask) -> None:
    world = build_world(sqlite_app)
    page = world.browser("sam").get("/care").text
    assert not [word for word in ("PHQ", "GAD", "refrigerator", "988, then", "Item 9") if word in page]


def test_an_invitation_opens_one_role_once(sqlite_app: Flask) -> None:
    world = build_world(sqlite_app)
    lead = world.people["lead"]
    assert lead is not None
    database = sqlite_app.extensions["between"].database
    with database.writing() as session:
        inviter = session.get_one(Membership, (lead.clinic_id, lead.membership_id))
        _made, code = invite(
            session, inviter=inviter, role="patient", name="Noor", language="en", now=datetime.now(UTC)
        )
    form = {
        "name": "Noor Haddad",
        "email": "noor@example.com",
        "language": "en",
        "passphrase": "five plain words for noor",
        "adult": "yes",
    }
    first, second = visitor(sqlite_app), visitor(sqlite_app)
    assert first.get(f"/join/{code}").status_code == 200
    assert first.post(f"/join/{code}", data=form).status_code == 302
    assert first.get("/api/overview").status_code == 200
    assert second.post(f"/join/{code}", data=form).status_code == 410

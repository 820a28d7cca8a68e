"""Who may: the written table against the application. An unlisted cell fails, a removed policy too."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.domain.roles import ROLES
from app.http import refuse_unguarded
from app.models import Membership
from app.services import access
from app.services.invitations import invite
from app.services.policies import ENTERING, POLICIES, PUBLIC, SESSION, Policy
from tests.access_cells import NEAREST, cells
from tests.access_table import TABLE
from tests.access_world import World, ask, build_world, shut_out
from tests.factories import visitor


def deviations(world: World, endpoints: list[str]) -> Iterator[str]:
    """Every cell that is not as listed."""
    for endpoint in endpoints:
        for name, expected in cells(endpoint):
            status = ask(world, endpoint, name)
            if status != expected:
                yield f"{endpoint} for {name}: {status}, not {expected}"


def test_every_route_is_in_the_table(sqlite_app: Flask) -> None:
    methods = {
        (rule.endpoint, method)
        for rule in sqlite_app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert methods == {(endpoint, row.method) for endpoint, row in TABLE.items()}


def test_every_cell_is_as_listed(sqlite_app: Flask) -> None:
    assert sum(1 for endpoint in TABLE for _cell in cells(endpoint)) >= 2000
    world = build_world(sqlite_app)
    shut_out(world)
    wrong = list(deviations(world, list(TABLE)))
    assert not wrong, "\n".join(wrong)


def test_an_endpoint_without_a_policy_does_not_start(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for endpoint in TABLE:
        with monkeypatch.context() as patched:
            patched.delitem(POLICIES, endpoint)
            with pytest.raises(RuntimeError, match=endpoint):
                refuse_unguarded(sqlite_app)


def guarded() -> list[str]:
    asks = (SESSION, ENTERING, "append")
    return [endpoint for endpoint, policy in POLICIES.items() if policy.authority in asks]


def test_a_removed_policy_is_caught(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """By nobody at all: the first column of its row."""
    world = build_world(sqlite_app)
    for endpoint in guarded():
        with monkeypatch.context() as patched:
            patched.setitem(POLICIES, endpoint, Policy(PUBLIC))
            assert next(deviations(world, [endpoint]), None), endpoint


def test_a_policy_open_to_one_more_role_is_caught(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whoever of that role is nearest to june."""
    world = build_world(sqlite_app)
    for endpoint in guarded():
        policy = POLICIES[endpoint]
        for role in set(ROLES) - policy.roles if policy.roles else ():
            with monkeypatch.context() as patched:
                patched.setitem(POLICIES, endpoint, Policy(SESSION, policy.roles | {role}))
                expected = dict(cells(endpoint))[NEAREST[role]]
                assert ask(world, endpoint, NEAREST[role]) != expected, f"{endpoint} opened to {role}"


@pytest.mark.parametrize(
    ("scope", "endpoint"),
    [
        ("team", "visits.cancel_visit"),
        ("alert", "patient.show_patient"),
        ("alert", "alert_desk.open_alert"),
        ("desk", "visits.cancel_visit"),
        ("self", "own.stop_sharing"),
    ],
)
def test_a_removed_scope_is_caught(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, scope: str, endpoint: str
) -> None:
    world = build_world(sqlite_app)
    monkeypatch.setitem(access.SCOPES, scope, lambda _actor: sa.true())
    assert next(deviations(world, [endpoint]), None)


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

"""The cookies a sign-in leaves: the session that reads, and for patients the credential that only appends."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import flask_login
from flask import Flask, Response, request, session
from sqlalchemy.orm import Session

from app.config import Settings
from app.domain.roles import PATIENT, STAFF
from app.http import SignedIn, current_now, parts
from app.services.actors import FORMER_PATIENT, Actor, load_actor
from app.services.entries import note_entry
from app.services.sessions import (
    APPEND_DAYS,
    append_cookie_suffix,
    end_session,
    fade_append_credential,
    find_session,
    give_append_credential,
    start_session,
)
from app.services.subscriptions import carry_on, end_of_session

SIGNED_IN_HINT = "between-signed-in"
LEFT_HINT = "between-left"
# Browsers keep no cookie longer than this. It is set at sign-in only: a late answer must not name who left.
LONGEST_COOKIE_DAYS = 400
# A passkey is two factors in one: the device, and what unlocks it.
PROOFS = ("proved", "recovery", "passkey")


def configure_cookies(app: Flask, settings: Settings, secret: bytes) -> None:
    """`__Host-` binds a cookie to this very host; browsers take it only over HTTPS."""
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="__Host-between" if settings.secure_cookies else "between",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=APPEND_DAYS),
    )


@dataclass(frozen=True)
class Opened:
    """A session that begins with this answer. `append_token`: for a patient's phone."""

    actor: Actor
    append_token: str | None


def sign_in(response: Response, person_id: uuid.UUID, outcome: str = "entered") -> Response:
    """Open a session in this browser, and let a patient's phone append. `outcome` as for `open_session`."""
    return remember(response, open_session(person_id, outcome))


def open_session(person_id: uuid.UUID, outcome: str) -> Opened:
    """A session of this person instead of the browser's own; `outcome` says what was shown to get it.

    Until a second factor that is owed is shown, it reads nothing, and no phone may append with it.
    """
    now, device = current_now(), request.user_agent.string
    proved_at = now if outcome in PROOFS else None
    with parts().database.writing() as database_session:
        user = flask_login.current_user
        if isinstance(user, SignedIn):
            end_session(database_session, user.token, now)
        token = start_session(database_session, person_id, device, now, proved_at)
        if before := session.get("_user_id"):
            carry_on(database_session, before, token)
        actor = load_actor(database_session, person_id, find_session(database_session, token, now))
        assert actor is not None
        append_token = _let_append(database_session, actor, device, now)
        note_entry(database_session, person_id, outcome, device, now)
    session.permanent = True
    flask_login.login_user(SignedIn(token, actor))
    return Opened(actor, append_token)


def _let_append(database_session: Session, actor: Actor, device: str, now: datetime) -> str | None:
    """For a patient's phone, instead of the credential that it had of this person."""
    if not any(held.role in (PATIENT, FORMER_PATIENT) for held in actor.roles):
        return None
    before = request.cookies.get(append_cookie_name(actor.person_id))
    if before is not None:
        fade_append_credential(database_session, before, now)
    return give_append_credential(database_session, actor.person_id, device, now)


def remember(response: Response, opened: Opened) -> Response:
    """Tell the browser whose it is now."""
    if not opened.actor.withheld:
        _hint_signed_in(response, opened.actor.person_id)
    if opened.append_token is not None:
        _set_append_cookie(response, opened.actor.person_id, opened.append_token)
    return response


def own_tokens() -> tuple[str, ...]:
    """What this browser shows of the person who is signed in: its session and its append credential."""
    user = flask_login.current_user
    if not isinstance(user, SignedIn):
        return ()
    append_token = request.cookies.get(append_cookie_name(user.actor.person_id))
    return (user.token,) if append_token is None else (user.token, append_token)


def _hint_signed_in(response: Response, person_id: uuid.UUID) -> None:
    """Tells the phone's script who is signed in, so that it shows nobody else's. It proves nothing here."""
    _hint(response, SIGNED_IN_HINT, person_id)


def _hint(response: Response, name: str, person_id: uuid.UUID) -> None:
    response.set_cookie(
        name,
        str(person_id),
        max_age=LONGEST_COOKIE_DAYS * 86_400,
        secure=parts().settings.secure_cookies,
        samesite="Lax",
    )


def sign_out(response: Response) -> Response:
    """End the session here. What waits on the phone may still be sent."""
    user = flask_login.current_user
    if isinstance(user, SignedIn):
        with parts().database.writing() as database_session:
            _end_here(database_session, user, current_now())
        # A page of the desk has no script that empties the phone: the phone's own does it when it runs next.
        _hint(response, LEFT_HINT, user.actor.person_id)
    flask_login.logout_user()
    session.clear()
    response.delete_cookie(SIGNED_IN_HINT, secure=parts().settings.secure_cookies, samesite="Lax")
    return response


def _end_here(database_session: Session, user: SignedIn, now: datetime) -> None:
    """What a clinic is told of is not shown on a device staff left; a patient's reminders say nothing."""
    web = find_session(database_session, user.token, now)
    if web is not None and any(held.role in STAFF for held in user.actor.roles):
        end_of_session(database_session, web.id, now)
    end_session(database_session, user.token, now)


def append_cookie_name(person_id: uuid.UUID) -> str:
    """The cookie that holds this person's append credential on this phone."""
    prefix = "__Host-" if parts().settings.secure_cookies else ""
    return prefix + append_cookie_suffix(person_id)


def renew_append_cookie(response: Response, person_id: uuid.UUID) -> None:
    """The browser forgets a cookie after 90 days unless it is told again; use tells it again."""
    token = request.cookies.get(append_cookie_name(person_id))
    if token is not None:
        _set_append_cookie(response, person_id, token)


def _set_append_cookie(response: Response, person_id: uuid.UUID, token: str) -> None:
    response.set_cookie(
        append_cookie_name(person_id),
        token,
        max_age=APPEND_DAYS * 86_400,
        secure=parts().settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )

"""What every view may ask of a request: who, when, and the parts. And the gate in front of all views."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import flask_login
from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, session
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from app.assets import Assets
from app.config import Settings
from app.db import Database
from app.door import REFUSED
from app.errors import CATALOGUE, BetweenError
from app.services.actors import Actor, load_actor
from app.services.code_apps import FactorKey
from app.services.intake import Intake
from app.services.policies import APPEND, ENTERING, POLICIES, SESSION, Policy
from app.services.sealing import Keyring
from app.services.sessions import (
    APPEND_COOKIE,
    end_session,
    find_last_person,
    find_session,
    keep_session,
    needs_keeping,
)
from app.watch import ROUTE

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_APPEND_COOKIES = 64
# One slash, then only what needs no escaping: browsers read tabs and backslashes away.
LOCAL_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~?=&-]*")
SECOND_STEP = "/account/second-step"
# Fields of the page that asks somebody to sign in again before a form is taken; no view reads them.
AGAIN = "again-"
Enter = Callable[[], AnyResponse | None]


@dataclass(frozen=True)
class Parts:
    """What create_app put together."""

    settings: Settings
    database: Database
    keyring: Keyring
    intake: Intake
    assets: Assets
    factor_key: FactorKey


class SignedIn(flask_login.UserMixin):  # type: ignore[misc]
    """Flask-Login's user: the actor, known to it by the session's opaque token."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token, self.actor = token, actor

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie."""
        return self.token


def parts() -> Parts:
    """The parts of the running application."""
    found: Parts = current_app.extensions["between"]
    return found


def current_now() -> datetime:
    """The moment of this request, one for everything it does. Aware UTC."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    now: datetime = g.now
    return now


def optional_actor() -> Actor | None:
    """Who is signed in, if anybody."""
    user = flask_login.current_user
    return user.actor if isinstance(user, SignedIn) else None


def current_actor() -> Actor:
    """Whom the gate let in. A view whose policy asks for no session has nobody to act as."""
    actor: Actor = g.actor
    return actor


def append_tokens() -> list[str]:
    """What this phone shows as append credentials, one for each person who used it. Nothing is proved yet."""
    tokens: list[str] = g.append_tokens
    return tokens


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A personal page: kept nowhere."""
    response = make_response(render_template(template, **context), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def answer(body: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body), status, mimetype="application/json")


def read_json() -> Any:
    """The request's body as JSON. Raises BetweenError not_json or malformed_json."""
    if not request.is_json:
        raise BetweenError("not_json")
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise BetweenError("malformed_json") from error


def read_body(schema: Schema) -> dict[str, Any]:
    """What the request's body says. Raises BetweenError wrong_shape, and what `read_json` raises."""
    try:
        said: dict[str, Any] = dict(schema.load(read_json()))
    except ValidationError as error:
        raise BetweenError("wrong_shape") from error
    return said


def local_path(path: str | None) -> str:
    """A path of this site to go on to, or the start. Never another site's address."""
    if not path or not LOCAL_PATH.fullmatch(path):
        return "/"
    return path


def install_gate(app: Flask, sign_in_again: Enter) -> None:
    """Put sign-in, the cross-site check and the policy table in front of every view.

    `sign_in_again` comes between: it takes a form that brings its own sign-in along.
    """
    # No template asks who is there; an error page that did would ask a database that is gone.
    manager = flask_login.LoginManager(app, add_context_processor=False)
    # "strong" signs people out when Wi-Fi becomes mobile data.
    manager.session_protection = None
    manager.user_loader(_load_user)
    app.before_request(_enter)
    app.before_request(sign_in_again)
    app.before_request(_admit)


def refuse_unguarded(app: Flask) -> None:
    """Deny by default: an endpoint without a policy stops the start."""
    unguarded = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - POLICIES.keys())
    if unguarded:
        raise RuntimeError(f"no policy for {', '.join(unguarded)}")


def _load_user(token: str) -> SignedIn | None:
    now, database = current_now(), parts().database
    with database.reading() as reader:
        found = find_session(reader, token, now)
        actor = load_actor(reader, found.person_id, found) if found else None
    if found is None or actor is None:
        return None
    if needs_keeping(found, now):
        with database.writing() as writer:
            keep_session(writer, found, now)
    return SignedIn(token, actor)


def _enter() -> None:
    current_now()
    if refused := request.environ.get(REFUSED):
        raise BetweenError(refused)
    if request.endpoint is None:
        return
    request.environ[ROUTE] = str(request.url_rule)
    policy = POLICIES[request.endpoint]
    if request.method not in SAFE_METHODS:
        _refuse_cross_site()
    if policy.authority == APPEND:
        _find_append_tokens()


def _find_append_tokens() -> None:
    shown = [value for name, value in request.cookies.items() if APPEND_COOKIE in name]
    g.append_tokens = shown[:MOST_APPEND_COOKIES]
    if not g.append_tokens:
        raise BetweenError("no_credential")


def needs_session() -> Policy | None:
    """The policy of this request, if it lets in only who is signed in."""
    policy = POLICIES[request.endpoint] if request.endpoint is not None else None
    return policy if policy is not None and policy.authority in (SESSION, ENTERING) else None


def _admit() -> AnyResponse | None:
    policy = needs_session()
    if policy is None:
        return None
    # Asked only here: a page that needs nobody needs no database either.
    actor = optional_actor()
    if actor is None:
        return _turn_away("/sign-in", "not_signed_in")
    g.language = actor.language
    if not actor.roles and not actor.withheld:
        _sign_out_here()
        raise BetweenError("no_place")
    if not policy.allows(actor):
        if not actor.withheld:
            raise BetweenError("not_allowed")
        return _turn_away(SECOND_STEP, "second_factor_needed")
    g.actor = actor
    return None


def _sign_out_here() -> None:
    """Whoever has no place any more is out of this browser; what waits on a phone is sent all the same."""
    user = flask_login.current_user
    with parts().database.writing() as writer:
        end_session(writer, user.token, current_now())
    flask_login.logout_user()


def _turn_away(to: str, code: str) -> AnyResponse:
    """A page is come back to; what was typed into a form is kept in the page that asks to sign in again."""
    if request.path.startswith("/api/"):
        raise BetweenError(code)
    if request.method == "GET":
        return redirect(f"{to}?next={quote(request.path)}")
    return again_page(CATALOGUE[code].status)


def again_page(status: int, error: str | None = None) -> Response:
    """Asks to sign in again. It carries what was typed; nothing of it is stored here.

    Status 403: somebody is signed in, and a second step is missing.
    """
    typed = [(name, value) for name, value in request.form.items(multi=True) if not name.startswith(AGAIN)]
    token = session.get("_user_id")
    with parts().database.reading() as database_session:
        email = find_last_person(database_session, token) if token else None
    query = f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string else ""
    return page(
        "account/again.html",
        status,
        action=request.path + query,
        typed=typed,
        email=request.form.get(AGAIN + "email", email),
        error=error,
        owes=status == CATALOGUE["second_factor_needed"].status,
    )


def _refuse_cross_site() -> None:
    """A cached page cannot hold a token, so the browser's own word decides: Sec-Fetch-Site, else Origin."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise BetweenError("cross_site")
        return
    if request.headers.get("Origin") not in (f"http://{request.host}", f"https://{request.host}"):
        raise BetweenError("cross_site")

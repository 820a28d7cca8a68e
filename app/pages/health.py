"""/clinic/health: the self-check, for whoever looks after the server. Nothing on it is about a person."""

from flask import Blueprint, Response

from app.checks import run_checks
from app.http import current_now, parts
from app.languages import gettext as _
from app.languages import mark
from app.pages.frame import desk_page, read_frame

STATES = {"ok": mark("Good"), "look": mark("Have a look"), "wrong": mark("Wrong")}

blueprint = Blueprint("health_page", __name__, url_prefix="/clinic/health")


@blueprint.get("")
def show_health() -> Response:
    """What is wrong first, then what to look at, then the rest."""
    findings = run_checks(parts().database, parts().settings, current_now())
    with parts().database.reading() as session:
        frame = read_frame(session)
    order = list(STATES)
    lines = [
        {
            "name": _(one.name),
            "state": one.state,
            "word": _(STATES[one.state]),
            "said": _(one.sentence, **one.values),
            "todo": _(one.todo, **one.values) if one.todo else "",
        }
        for one in sorted(findings, key=lambda one: -order.index(one.state))
    ]
    return desk_page("desk/health.html", frame, lines=lines)

"""/clinic/settings: what administrators set, section by section, and the button that opens the clinic."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.roles import ADMINISTRATOR
from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.pages.dates import Dates
from app.pages.frame import desk_page, read_frame
from app.pages.settings_form import SECTIONS, read_section
from app.pages.settings_presenter import present_settings
from app.pages.visit_form import Typed, whole_number
from app.services import clinic_settings
from app.services.clinic_settings import NotReadyError, Saved, SettingsMovedError, own_clinic, read_gaps

blueprint = Blueprint("settings", __name__, url_prefix="/clinic/settings")

NOTHING_TYPED = Typed("", {}, {})


@blueprint.get("")
def show_settings() -> Response:
    """Every section with what holds now, and what is missing before the clinic can open."""
    return _render(NOTHING_TYPED)


@blueprint.post("/<section>")
def save_section(section: str) -> Response:
    """Keep one section. Whoever saves second over the same page is told who was first."""
    if section not in SECTIONS:
        raise BetweenError("not_found")
    actor, seen = current_actor(), whole_number(request.form.get("version", ""))
    with parts().database.reading() as session:
        languages = own_clinic(session, actor).languages
    values, wrong = read_section(section, request.form, languages)
    if wrong:
        return _render(Typed(section, request.form, wrong), 422)
    try:
        with parts().database.writing() as session:
            clinic_settings.save_section(
                session, actor, section, -1 if seen is None else seen, values, current_now()
            )
    except SettingsMovedError as error:
        return _render(Typed(section, request.form, {"moved": _moved(error.last)}), 409)
    return redirect(url_for("settings.show_settings", done="settings", _anchor=section), 303)


@blueprint.post("/live")
def go_live() -> Response:
    """Open the clinic, or say what is missing."""
    try:
        with parts().database.writing() as session:
            clinic_settings.go_live(session, current_actor(), is_reachable(), current_now())
    except NotReadyError:
        return _render(Typed("live", {}, {"live": _("The clinic is not live: something is missing.")}), 409)
    return redirect(url_for("settings.show_settings", done="live"), 303)


def is_reachable() -> bool:
    """Whether somebody can be told of an alert who is not looking at the desk."""
    settings = parts().settings
    return settings.vapid_contact is not None or settings.mail is not None


def _render(typed: Typed, status: int = 200) -> Response:
    actor = current_actor()
    with parts().database.reading() as session:
        frame = read_frame(session, actor.in_role(ADMINISTRATOR))
        gaps = read_gaps(session, frame.clinic, is_reachable())
    shown = present_settings(
        frame.clinic, gaps, parts().settings.crisis, Dates(frame.clinic.zone, current_now())
    )
    return desk_page("desk/settings.html", frame, status=status, settings=shown, typed=typed)


def _moved(last: Saved | None) -> str:
    with parts().database.reading() as session:
        zone = own_clinic(session, current_actor()).zone
    if last is None:
        return _("Somebody saved before you. Look at what holds now, then save again.")
    when = Dates(zone, current_now()).near(last.at)
    return _(
        "{name} saved before you, {when}. What you typed is still here: look at it, then save again.",
        name=last.by,
        when=when,
    )

"""The pages of the desk, by what a person is there."""

from flask import url_for

from app.domain.roles import ADMINISTRATOR, CARERS, FRONT_DESK, RECEIVERS
from app.languages import gettext as _
from app.languages import mark
from app.services.actors import Actor

# Part of the desk, endpoint, words, and whose it is. The first that is somebody's is where they begin.
PAGES = (
    ("caseload", "caseload.show_caseload", mark("Caseload"), CARERS),
    ("contacts", "caseload.show_caseload", mark("Patients"), (FRONT_DESK,)),
    ("alerts", "alert_desk.show_alerts", mark("Alerts"), CARERS),
    ("settings", "settings.show_settings", mark("Settings"), (ADMINISTRATOR,)),
    ("staff", "staff.show_staff", mark("Staff"), (ADMINISTRATOR,)),
    ("invitations", "invitations.show_form", mark("Invite"), (ADMINISTRATOR,)),
    ("enrolment", "enrolment.show_form", mark("Enroll"), RECEIVERS),
    ("opened", "break_glass.show_form", mark("Open a record"), CARERS),
    ("repairs", "repairs.show_repairs", mark("Repairs"), CARERS),
    ("health", "health_page.show_health", mark("Self-check"), (ADMINISTRATOR,)),
)


def menu_of(actor: Actor) -> list[tuple[str, str, str]]:
    """Part, address and words of each page that one of the actor's roles opens; each address once."""
    held = {one.role for one in actor.roles}
    pages: dict[str, tuple[str, str, str]] = {}
    for part, endpoint, words, roles in PAGES:
        if held.intersection(roles):
            pages.setdefault(endpoint, (part, url_for(endpoint), _(words)))
    return list(pages.values())

"""GET /clinic/repairs: what arrived and could not be read. Nothing of it is shown."""

from flask import Blueprint, Response

from app.http import current_actor, current_now, parts
from app.pages.dates import Dates
from app.pages.frame import desk_page, note_read, read_frame
from app.pages.repairs_presenter import present_repairs
from app.services.repairs import read_repairs

blueprint = Blueprint("repairs", __name__)


@blueprint.get("/clinic/repairs")
def show_repairs() -> Response:
    """The newest first, a page of them."""
    with parts().database.reading() as session:
        frame = read_frame(session)
        repairs = read_repairs(session, current_actor())
    note_read("repairs", frame.clinic.id, frame)
    shown = present_repairs(repairs, Dates(frame.clinic.zone, current_now()))
    return desk_page("desk/repairs.html", frame, repairs=shown)

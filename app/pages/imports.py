"""A table of past totals and new patients: looked at line by line, then stored whole or not at all."""

import base64
import binascii
import uuid
from collections.abc import Callable
from datetime import date

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.errors import BetweenError
from app.formats.delimited import Table, TableError, read_table
from app.http import current_actor, current_now, parts
from app.languages import LANGUAGES, local
from app.languages import gettext as _
from app.models import Clinic
from app.pages.dates import Dates
from app.pages.frame import desk_page, read_frame
from app.pages.imports_presenter import present_plan, table_trouble
from app.services.import_rows import ORDERS, HeaderError, ImportRow, read_rows
from app.services.imports import PAGE, Known, Planned, Totals, Wish, carry_out, plan, read_known, read_totals
from app.services.past_totals import MOST_SOURCE

blueprint = Blueprint("imports", __name__, url_prefix="/clinic/import")

MOST_BYTES = 400_000


@blueprint.get("")
def show_form() -> Response:
    """What a table may hold, and the file."""
    return _page(200)


@blueprint.post("")
def look_at() -> Response:
    """Every line and what would become of it. Nothing is stored."""
    data = _given()
    read = _read(data)
    if isinstance(read, str):
        return _page(422, error=read)
    table, rows = read
    known = _read_everybody(_read_page)
    with parts().database.reading() as session:
        planned = _plan(session, rows, known)
    wrong = any(one.wrong for one in planned)
    return _page(422 if wrong else 200, table=table, planned=planned, content=base64.b64encode(data).decode())


@blueprint.post("/store")
def store() -> Response:
    """All of it in one commit. What changed since it was looked at is looked at once more."""
    data = _given()
    read = _read(data)
    if isinstance(read, str):
        return _page(422, error=read)
    table, rows = read
    actor = current_actor()
    with parts().database.writing() as session:
        known = _read_everybody(lambda after: read_known(session, actor, after))
        planned = _plan(session, rows, known)
        wrong = any(one.wrong for one in planned)
        if not wrong:
            carry_out(session, actor, actor.as_clinician(), planned, _wish(), current_now())
    content = base64.b64encode(data).decode() if wrong else ""
    return _page(422 if wrong else 200, table=table, planned=planned, content=content, is_done=not wrong)


def _given() -> bytes:
    """The file itself, or what the page before read of it."""
    uploaded = request.files.get("file")
    if uploaded is not None:
        data = uploaded.stream.read(MOST_BYTES + 1)
    else:
        try:
            data = base64.b64decode(request.form.get("content", ""), validate=True)
        except (binascii.Error, ValueError) as error:
            raise BetweenError("not_valid") from error
    if len(data) > MOST_BYTES:
        raise BetweenError("too_large")
    return data


def _read(data: bytes) -> tuple[Table, list[ImportRow]] | str:
    """The table and its rows, or why it is none, in a sentence."""
    wish, order = _wish(), request.form.get("order", "")
    if order not in ORDERS or wish.language not in LANGUAGES or not 1 <= len(wish.source) <= MOST_SOURCE:
        return _("Please say how days are written, the language, and where the totals come from.")
    if wish.enrols and request.form.get("adult") != "yes":
        return _("Between is for people of 18 or over.")
    try:
        table = read_table(data)
        return table, read_rows(table.rows, order, _today())
    except (TableError, HeaderError) as error:
        return table_trouble(error)


def _wish() -> Wish:
    form = request.form
    return Wish(form.get("unknown") == "enroll", form.get("language", ""), form.get("source", "").strip())


def _today() -> date:
    with parts().database.reading() as session:
        zone = session.get_one(Clinic, current_actor().as_clinician().clinic_id).zone
    return local(current_now(), zone).date()


def _read_page(after: uuid.UUID | None) -> list[Known]:
    """In a transaction of its own: a commit does not wait for a whole clinic to be read."""
    with parts().database.reading() as session:
        return read_known(session, current_actor(), after)


def _read_everybody(read: Callable[[uuid.UUID | None], list[Known]]) -> list[Known]:
    """By name and e-mail, a page at a time."""
    known: list[Known] = []
    while True:
        page = read(known[-1].id if known else None)
        known += page
        if len(page) < PAGE:
            return known


def _plan(session: Session, rows: list[ImportRow], known: list[Known]) -> list[Planned]:
    wish, clinic_id = _wish(), current_actor().as_clinician().clinic_id
    named = list({one.patient for one in plan(rows, known, {}, wish) if one.patient and not one.is_new})
    totals: Totals = {}
    for start in range(0, len(named), PAGE):
        totals |= read_totals(session, clinic_id, named[start : start + PAGE])
    return plan(rows, known, totals, wish)


def _page(
    status: int,
    *,
    error: str = "",
    table: Table | None = None,
    planned: list[Planned] | None = None,
    content: str = "",
    is_done: bool = False,
) -> Response:
    with parts().database.reading() as session:
        frame = read_frame(session)
    dates = Dates(frame.clinic.zone, current_now())
    shown = present_plan(table, planned, dates, is_done) if table and planned is not None else None
    return desk_page(
        "desk/import.html", frame, status=status, error=error, plan=shown, content=content, typed=request.form
    )

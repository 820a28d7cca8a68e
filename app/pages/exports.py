"""One patient's record as a file for the next clinic: audited, and read a page at a time while it is sent."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, request, stream_with_context

from app.errors import BetweenError
from app.formats.archive import Entry, stream_archive
from app.http import current_actor, current_now, parts
from app.languages import request_language
from app.pages.dates import Dates
from app.pages.export_files import make_csv, make_html, make_json, make_notices
from app.services import audit
from app.services.record_export import Record, find_record, read_record

blueprint = Blueprint("exports", __name__)


@blueprint.post("/clinic/patients/<uuid:patient_id>/export")
def export(patient_id: uuid.UUID) -> Response:
    """The whole record. The patient sees that it was made, by whom and when."""
    actor, now = current_actor(), current_now()
    if request.form.get("sure") != "yes":
        raise BetweenError("not_valid")
    with parts().database.writing() as session:
        patient = find_record(session, actor, patient_id)
        record = read_record(session, patient)
        audit.record_row(session, patient, "patient.exported", actor.person_id, now)
    body = stream_with_context(_pieces(record, now))
    response = Response(body, mimetype="application/zip", direct_passthrough=True)
    # The name of the file is no place for the patient's.
    response.headers["Content-Disposition"] = f'attachment; filename="between-record-{now:%Y-%m-%d}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _pieces(record: Record, now: datetime) -> Iterator[bytes]:
    database, dates = parts().database, Dates(record.zone, now)
    language = request_language()
    return stream_archive(
        [
            Entry("record.json", make_json(database, record, now)),
            Entry("scores.csv", make_csv(database, record)),
            Entry("notices.txt", make_notices()),
            Entry("record.html", make_html(database, record, dates, language)),
        ],
        now,
    )

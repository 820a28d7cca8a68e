"""The desk's front: whom the clinic knows, by name, and when they come next."""

import uuid

from flask import Response, request

from app.domain.roles import FRONT_DESK
from app.http import current_actor, current_now, parts
from app.pages.contact_presenter import present_contact, present_contacts
from app.pages.dates import Dates
from app.pages.frame import desk_page, note_read, read_frame
from app.pages.visit_form import Typed
from app.services.contacts import read_contact, read_contacts


def render_contacts(page: int) -> Response:
    """Everybody of the clinic, in the order of their names."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        frame = read_frame(session, actor.in_role(FRONT_DESK))
        found = read_contacts(session, actor, now, page)
    note_read("contacts", frame.clinic.id, frame)
    shown = present_contacts(found, Dates(frame.clinic.zone, now), page)
    return desk_page("desk/contacts.html", frame, contacts=shown)


def render_contact(patient_id: uuid.UUID, typed: Typed | None, status: int) -> Response:
    """Name, address and visits of one patient; `typed` is a form that needs another look."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        found = read_contact(session, actor, patient_id)
        frame = read_frame(session, actor.in_role(FRONT_DESK, found.patient.clinic_id))
    note_read("contact", patient_id, frame)
    undo = request.args.get("visit", "")
    shown = present_contact(found, Dates(frame.clinic.zone, now), undo, typed)
    return desk_page("desk/contact.html", frame, status=status if typed else 200, patient=shown)

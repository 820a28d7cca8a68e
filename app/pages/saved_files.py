"""POST /clinic/repairs/file: what a phone could not send, saved there as a file and handed to the clinic."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from app.http import current_actor, current_now, parts
from app.languages import gettext as _
from app.models import Patient
from app.pages.filled_form import hand_in
from app.pages.repairs import Taken, render_repairs
from app.reading import Sealed, open_arrival
from app.schemas.saved_file import SavedItem, read_saved_file
from app.services.access import visible_patients
from app.services.intake import Receipt
from app.services.timeline import patient_name

blueprint = Blueprint("saved_files", __name__, url_prefix="/clinic/repairs")


@blueprint.post("/file")
def take_file() -> Response:
    """Each item through the phones' intake, once, however often the file is handed in."""
    handed = request.files.get("file")
    try:
        items = read_saved_file(handed.read() if handed else b"")
    except ValidationError:
        sentence = _("This is not a file that Between saved on a phone. Its name begins with between-needs.")
        return render_repairs([], sentence)
    owners = _find_owners(items)
    return render_repairs([_take(item, owners) for item in items], "")


def _find_owners(items: Sequence[SavedItem]) -> dict[uuid.UUID, tuple[uuid.UUID, str]]:
    """Clinic and name of those patients whom this person looks after."""
    wanted = Patient.id.in_({item.patient_id for item in items})
    with parts().database.reading() as session:
        found = session.scalars(visible_patients(current_actor()).where(wanted)).all()
        return {one.id: (one.clinic_id, patient_name(session, one)) for one in found}


def _take(item: SavedItem, owners: dict[uuid.UUID, tuple[uuid.UUID, str]]) -> Taken:
    if item.patient_id not in owners:
        return Taken(None, _("This is of nobody whom you look after here. Nothing of it was taken in."))
    clinic_id, name = owners[item.patient_id]
    sealed = Sealed(
        item.person_id,
        clinic_id,
        item.patient_id,
        item.id,
        item.key_id,
        item.sealed,
        entered_by=current_actor().as_carer(clinic_id).membership_id,
    )
    arrival = open_arrival(parts().keyring, sealed)
    receipt = hand_in(current_actor().person_id, arrival, current_now())
    return Taken(item.patient_id, _what_came(receipt, name))


def _what_came(receipt: Receipt, name: str) -> str:
    if receipt.status == "duplicate":
        return _("{name}: this was here already. The phone may try again: then it knows.", name=name)
    if receipt.needs_repair:
        return _("{name}: it is kept and stands on this list, but cannot be read.", name=name)
    if receipt.status == "conflict":
        return _("{name}: it is kept beside what was here under the same number.", name=name)
    return _("{name}: it is taken in and stands with what the patient sent.", name=name)

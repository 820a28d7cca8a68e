"""The signed-in person's own: preferences, who else sees the visits, and the end of the session."""

import uuid
from datetime import timedelta

import segno
from flask import Blueprint, Response
from marshmallow import EXCLUDE, Schema, fields

from app.cookies import sign_out
from app.domain.cadence import is_zone
from app.errors import BetweenError
from app.http import answer, current_actor, current_now, parts, read_body
from app.languages import LANGUAGES
from app.models import Membership, Person
from app.schemas.fields import OneOf, Words
from app.services.access import own_patients
from app.services.care import end_care_link
from app.services.invitations import invite, spell_code

blueprint = Blueprint("own", __name__)

CARE_LASTS = timedelta(days=180)


class PreferencesSchema(Schema):
    """Any of the three; what is left out stays."""

    class Meta:
        unknown = EXCLUDE

    language = OneOf(LANGUAGES)
    zone = Words(80)
    numbers_hidden = fields.Boolean(truthy={True}, falsy={False})


class InvitationSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    name = Words(120, required=True)


PREFERENCES = PreferencesSchema()
INVITATION = InvitationSchema()


@blueprint.post("/api/preferences")
def set_preferences() -> Response:
    """Language, zone, and whether numbers are shown."""
    said = read_body(PREFERENCES)
    if "zone" in said and not is_zone(said["zone"]):
        raise BetweenError("wrong_shape")
    with parts().database.writing() as session:
        person = session.get_one(Person, current_actor().person_id)
        for name, value in said.items():
            setattr(person, name, value)
    return answer({name: said[name] for name in said})


@blueprint.post("/api/care-links/<uuid:link_id>/end")
def stop_sharing(link_id: uuid.UUID) -> Response:
    """The patient ends a caregiver's view, at once."""
    with parts().database.writing() as session:
        end_care_link(session, current_actor(), link_id, current_now())
    return answer({"ended": True})


@blueprint.post("/api/invitations")
def invite_caregiver() -> Response:
    """A patient invites somebody to see the visits: that is the consent, for half a year."""
    said = read_body(INVITATION)
    actor, now = current_actor(), current_now()
    if not said["name"].strip():
        raise BetweenError("not_valid")
    with parts().database.writing() as session:
        patient = session.scalars(own_patients(actor)).first()
        if patient is None:
            raise BetweenError("not_found")
        _invitation, code = invite(
            session,
            inviter=session.get_one(Membership, (patient.clinic_id, patient.membership_id)),
            role="caregiver",
            name=said["name"],
            language=actor.language,
            now=now,
            patient_id=patient.id,
            care_until=(now + CARE_LASTS).date(),
        )
    url = f"{parts().settings.public_url}/join/{code}"
    qr = segno.make(url, error="m").svg_data_uri(border=2, dark="#20252E", light="#FFFFFF")
    return answer({"url": url, "code": spell_code(code), "qr_svg_url": qr}, 201)


@blueprint.post("/api/sessions/end")
def end_own_session() -> Response:
    """Sign out, for the phone that has already put its answers in order."""
    return sign_out(Response(status=204))

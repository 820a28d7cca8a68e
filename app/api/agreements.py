"""POST /api/agreements: what a patient decided before the first check-in, however often it is said."""

from flask import Blueprint, Response
from marshmallow import EXCLUDE, Schema, fields

from app.errors import BetweenError
from app.http import answer, current_actor, current_now, parts, read_body
from app.languages import LANGUAGES
from app.schemas.fields import Identifier, OneOf, UtcMoment, Words
from app.services.access import find_own_patient
from app.services.agreements import Decision, keep_decision

blueprint = Blueprint("agreements", __name__)


class AgreementSchema(Schema):
    """One decision. Somebody who accepts says that they are 18 or over."""

    class Meta:
        unknown = EXCLUDE

    id = Identifier(required=True)
    patient = Identifier(required=True)
    version = Words(20, required=True)
    language = OneOf(LANGUAGES, required=True)
    accepted = fields.Boolean(truthy={True}, falsy={False}, required=True)
    adult = fields.Boolean(truthy={True}, falsy={False}, required=True)
    sends_unfinished = fields.Boolean(truthy={True}, falsy={False}, required=True)
    decided_at = UtcMoment(required=True)


AGREEMENT = AgreementSchema()


@blueprint.post("/api/agreements")
def add_agreement() -> Response:
    """The patient named in it must be the one who is signed in: a phone may still hold another's decision."""
    said = read_body(AGREEMENT)
    if said["accepted"] and not said["adult"]:
        raise BetweenError("not_valid")
    actor = current_actor()
    decision = Decision(
        said["id"],
        said["version"],
        said["language"],
        said["accepted"],
        said["adult"],
        said["sends_unfinished"],
        said["decided_at"],
    )
    with parts().database.writing() as session:
        patient = find_own_patient(session, actor, said["patient"])
        keep_decision(session, patient, actor.person_id, decision, current_now())
    return answer({"id": str(decision.client_id)})

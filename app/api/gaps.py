"""What a phone held and the clinic never got, as the phone tells of it: it was emptied; a word on the gap."""

from flask import Blueprint, Response
from marshmallow import EXCLUDE, Schema

from app.http import answer, current_actor, current_now, parts, read_body
from app.schemas.fields import Identifier, OneOf, Whole
from app.services.access import find_own_patient
from app.services.gaps import FURTHEST, Ended, Review, end_series, review_gap

blueprint = Blueprint("gaps", __name__)

# What a patient may say with one tap; the desk shows it in words.
WORDS = ("told", "not_needed")


class EndedSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    patient = Identifier(required=True)
    install = Identifier(required=True)
    last = Whole(1, FURTHEST, required=True)


class ReviewSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    patient = Identifier(required=True)
    missing = Whole(1, FURTHEST, required=True)
    words = OneOf(WORDS, required=True)


ENDED, REVIEW = EndedSchema(), ReviewSchema()


@blueprint.post("/api/series/ended")
def tell_series_ended() -> Response:
    """This phone's storage was emptied: items up to `last` were sealed here, and none is here any more."""
    said = read_body(ENDED)
    actor = current_actor()
    with parts().database.writing() as session:
        patient = find_own_patient(session, actor, said["patient"])
        end_series(session, patient, Ended(said["install"], said["last"]), actor.person_id, current_now())
    return answer({"told": True})


@blueprint.post("/api/gaps/review")
def put_gap_aside() -> Response:
    """The patient knows about the gap and needs no more of it; the clinic still sees it, with these words."""
    said = read_body(REVIEW)
    actor = current_actor()
    with parts().database.writing() as session:
        patient = find_own_patient(session, actor, said["patient"])
        review = Review(actor.person_id, "patient", said["missing"], said["words"])
        review_gap(session, patient, review, current_now())
    return answer({"reviewed": True})

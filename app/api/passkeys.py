"""What a browser asks before it makes or shows a passkey; its answer comes back as a form."""

from flask import Blueprint, Response

from app.http import current_actor, current_now, parts
from app.identify import throttle_address
from app.models import Person
from app.services.passkeys import ask_known as question_for_known
from app.services.passkeys import ask_new as question_for_new
from app.services.passkeys import site_of
from app.services.second_factors import check_may_change

blueprint = Blueprint("passkey_questions", __name__, url_prefix="/api/passkeys")


@blueprint.post("/new")
def ask_new() -> Response:
    """WebAuthn's creation options for whoever is signed in, good for five minutes and one answer."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        check_may_change(session, actor, now)
        person = session.get_one(Person, actor.person_id)
        options = question_for_new(session, site_of(parts().settings.public_url), person, now)
    return Response(options, mimetype="application/json")


@blueprint.post("/known")
def ask_known() -> Response:
    """WebAuthn's request options for anybody, good for five minutes and one answer."""
    throttle_address("passkey")
    with parts().database.writing() as session:
        options = question_for_known(session, site_of(parts().settings.public_url), current_now())
    return Response(options, mimetype="application/json")

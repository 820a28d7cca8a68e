"""What the pages of one's own account have in common."""

from flask import Response, make_response, redirect, request
from sqlalchemy.orm import Session

from app.http import SECOND_STEP, current_actor, current_now, local_path, page, parts
from app.languages import request_language
from app.models import Person
from app.services.second_factors import may_change


def own_page(template: str, status: int = 200, **context: object) -> Response:
    """A page of the signed-in person's account."""
    return page(template, status, language=request_language(), **context)


def going_to() -> str:
    """Where to go on afterwards, carried from page to page; never another site."""
    return local_path(request.values.get("next"))


def to_second_step() -> Response:
    """The page that says what there is, and asks for it when it was not just shown."""
    return make_response(redirect(SECOND_STEP, 303))


def read_own(session: Session) -> Person:
    """The person who is signed in."""
    return session.get_one(Person, current_actor().person_id)


def is_fresh() -> bool:
    """Whether this person may add and remove second factors at this moment."""
    with parts().database.reading() as session:
        return may_change(session, current_actor(), current_now())

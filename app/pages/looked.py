"""GET /account/looked: a patient sees who read which page of the own record, and when."""

from flask import Blueprint, Response, request

from app.errors import BetweenError
from app.http import current_actor, current_now, page, parts
from app.languages import request_language
from app.pages.looked_presenter import present_looks
from app.services.looked import read_looks

blueprint = Blueprint("looked", __name__)
LARGEST = 2**62


@blueprint.get("/account/looked")
def show_looked() -> Response:
    """The newest first, a page of them."""
    actor, before = current_actor(), request.args.get("before")
    with parts().database.reading() as session:
        found = read_looks(session, actor, None if before is None else _number(before))
    return page(
        "account/looked.html",
        language=request_language(),
        days=present_looks(found.looks, actor.zone, current_now()),
        before=found.before,
        is_first=before is None,
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < LARGEST):
        raise BetweenError("not_found")
    return int(text)

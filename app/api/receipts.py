"""POST /api/receipts/<token>: a phone says that a reminder was shown or opened."""

from flask import Blueprint, Response

from app.errors import BetweenError
from app.http import answer, current_now, parts, read_json
from app.identify import throttle_address
from app.services.delivery import record_receipt

blueprint = Blueprint("receipts", __name__)

EVENTS = ("shown", "opened", "acted")


@blueprint.post("/api/receipts/<token>")
def receive(token: str) -> Response:
    """The token alone is the authority: it works signed out, and says only what happened to one reminder."""
    body = read_json()
    event = body.get("event") if isinstance(body, dict) else None
    if event not in EVENTS:
        raise BetweenError("wrong_shape")
    with parts().database.writing() as session:
        known = record_receipt(session, token, event, current_now())
    if not known:
        throttle_address("receipt")
        raise BetweenError("not_found")
    return answer({"received": event})

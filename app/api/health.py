"""Whether this process is alive, GET /healthz, and whether it may be sent people, GET /readyz."""

import sqlalchemy as sa
from flask import Blueprint, Response

from app.errors import BUSY_SECONDS, BetweenError
from app.http import answer, parts
from app.migrations import is_at_head

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def show_health() -> Response:
    """200 when a question to the database comes back."""
    with parts().database.reading() as session:
        session.execute(sa.text("SELECT 1"))
    return answer({"status": "ok"})


@blueprint.get("/readyz")
def show_ready() -> Response:
    """200 when the database answers and has this version's tables; a newer server may have moved it on."""
    if not is_at_head(parts().database):
        raise BetweenError("not_ready", retry_after=BUSY_SECONDS)
    return answer({"status": "ready"})

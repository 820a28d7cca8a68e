"""GET /healthz: whether this process can reach its database."""

import sqlalchemy as sa
from flask import Blueprint, Response

from app.http import answer, parts

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def show_health() -> Response:
    """200 when a question to the database comes back."""
    with parts().database.reading() as session:
        session.execute(sa.text("SELECT 1"))
    return answer({"status": "ok"})

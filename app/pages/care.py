"""GET /care: the caregiver's page. The next visit, the ones after it, and what is shared until when."""

from flask import Blueprint, Response

from app.http import current_actor, current_now, page, parts
from app.languages import request_language
from app.pages.care_presenter import present_cared
from app.services.caregiving import mark_seen, read_cared
from app.services.clinic_words import crisis_of

blueprint = Blueprint("care", __name__)


@blueprint.get("/care")
def show_care() -> Response:
    """Visits that were shared, and nothing else."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        cared = read_cared(session, actor, now)
    with parts().database.writing() as session:
        mark_seen(session, actor, cared, now)
    return page(
        "care/visits.html",
        people=[present_cared(one, now) for one in cared],
        language=request_language(),
        assets=parts().assets,
        crisis=crisis_of(cared[0].clinic if cared else None, parts().settings.crisis),
    )

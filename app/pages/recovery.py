"""Ten codes on paper, shown once."""

from flask import Blueprint, Response

from app.http import current_actor, current_now, parts
from app.pages.own import going_to, own_page, to_second_step
from app.services.invitations import spell_code
from app.services.recovery_codes import make_recovery_codes
from app.services.second_factors import check_may_change, read_factors, record_of_person

blueprint = Blueprint("recovery", __name__)


@blueprint.post("/account/recovery-codes")
def make_codes() -> Response:
    """Ten new ones; whatever is on an older paper opens nothing any more."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        check_may_change(session, actor, now)
        if read_factors(session, actor.person_id).count == 0:
            return to_second_step()
        codes = make_recovery_codes(session, actor.person_id, now)
        record_of_person(session, actor.person_id, actor.person_id, "recovery_codes.made", now)
    return codes_page(codes, going_to())


def codes_page(codes: list[str], to: str) -> Response:
    """To print or to copy: the database keeps only what recognises them."""
    return own_page("account/recovery_codes.html", codes=[spell_code(code) for code in codes], next=to)

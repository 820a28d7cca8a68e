"""One's own passkeys: added with a name, removed."""

import uuid

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.cookies import open_session, remember
from app.http import current_actor, current_now, parts
from app.pages.devices_presenter import name_device
from app.pages.own import going_to, is_fresh, to_second_step
from app.pages.recovery import codes_page
from app.services.passkeys import add_passkey, claim_challenge, remove_passkey, site_of
from app.services.recovery_codes import first_recovery_codes
from app.services.second_factors import check_may_change, settle_factors

blueprint = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")


@blueprint.post("")
def add() -> Response:
    """Keep what the browser made. Making it proved its owner's hand, so this session counts as proved."""
    actor, now, answer = current_actor(), current_now(), request.form.get("credential", "")
    if not is_fresh():
        return to_second_step()
    with parts().database.writing() as session:
        challenge = claim_challenge(session, answer, actor.person_id, now)
    name = request.form.get("name", "").strip() or name_device(request.user_agent.string)
    site = site_of(parts().settings.public_url)
    with parts().database.writing() as session:
        add_passkey(session, site, actor.person_id, name, answer, challenge, now)
        settle_factors(session, actor.person_id, "second_factor.passkey_added", now)
        codes = first_recovery_codes(session, actor.person_id, now)
    opened = open_session(actor.person_id, "passkey")
    return remember(codes_page(codes, going_to()) if codes else to_second_step(), opened)


@blueprint.post("/<uuid:passkey_id>/remove")
def remove(passkey_id: uuid.UUID) -> Response:
    """It opens nothing any more."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        check_may_change(session, actor, now)
        remove_passkey(session, actor.person_id, passkey_id, now)
        settle_factors(session, actor.person_id, "second_factor.passkey_removed", now)
    return to_second_step()

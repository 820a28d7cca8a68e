"""Phones that may be reminded: POST /api/subscriptions, and its end."""

import uuid

from flask import Blueprint, Response
from marshmallow import EXCLUDE, Schema, fields

from app.cookies import own_tokens
from app.errors import BetweenError
from app.http import answer, current_actor, current_now, parts, read_body
from app.models import PushSubscription
from app.schemas.fields import Identifier, Words
from app.services.sessions import find_session
from app.services.subscriptions import end_subscription, subscribe

blueprint = Blueprint("subscriptions", __name__)


class KeysSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    p256dh = Words(200, required=True)
    auth = Words(100, required=True)


class SubscriptionSchema(Schema):
    """What PushSubscription.toJSON() gives, with the install it belongs to."""

    class Meta:
        unknown = EXCLUDE

    endpoint = Words(2000, required=True)
    install = Identifier(required=True)
    keys = fields.Nested(KeysSchema, required=True)


SUBSCRIPTION = SubscriptionSchema()


@blueprint.post("/api/subscriptions")
def add_subscription() -> Response:
    """Subscribe this phone, or move its endpoint to the person who holds it now."""
    said = read_body(SUBSCRIPTION)
    actor = current_actor()
    token, *_appends = own_tokens()
    with parts().database.writing() as session:
        web = find_session(session, token, current_now())
        subscription = subscribe(
            session,
            person_id=actor.person_id,
            install_id=said["install"],
            endpoint=said["endpoint"],
            p256dh=said["keys"]["p256dh"],
            auth=said["keys"]["auth"],
            now=current_now(),
            settings=parts().settings,
            session_id=web.id if web else None,
        )
    return answer({"id": str(subscription.id)}, 201)


@blueprint.post("/api/subscriptions/<uuid:subscription_id>/end")
def stop_subscription(subscription_id: uuid.UUID) -> Response:
    """No more reminders on that phone."""
    actor = current_actor()
    with parts().database.writing() as session:
        subscription = session.get(PushSubscription, subscription_id)
        if subscription is None or subscription.person_id != actor.person_id:
            raise BetweenError("not_found")
        end_subscription(session, actor.person_id, subscription_id, current_now())
    return answer({"ended": True})

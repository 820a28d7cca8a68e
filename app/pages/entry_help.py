"""How the clinic helps somebody back in: a code, the end of a lost phone or of a lost second step."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.errors import BetweenError
from app.http import current_actor, current_now, parts
from app.languages import format_time, request_language
from app.pages.dates import Dates
from app.pages.devices_presenter import word_devices
from app.pages.own import own_page
from app.services.actors import Actor
from app.services.audit import record
from app.services.devices import end_device, list_devices
from app.services.entries import note_entry
from app.services.entry_help import Helped
from app.services.invitations import spell_code
from app.services.places import Places
from app.services.resets import hand_out_code
from app.services.second_factors import drop_factors, read_factors

# Finds whom the actor may help, or raises BetweenError not_found.
Find = Callable[[Session, Actor, uuid.UUID], Helped]


@dataclass(frozen=True)
class Care:
    """What the reader may do beside handing out a code: phones, lost steps, places."""

    is_carer: bool = True
    places: Places | None = None


NO_PLACES = Care()


def show_help(
    find: Find, one: uuid.UUID, back: str, *, code: str = "", until: str = "", care: Care = NO_PLACES
) -> Response:
    """What there is of this person's ways in, and what may be done about it."""
    now = current_now()
    with parts().database.reading() as session:
        helped = find(session, current_actor(), one)
        devices = list_devices(session, helped.person.id, (), now)
        factors = read_factors(session, helped.person.id)
    _note_read(helped, now)
    return own_page(
        "account/entry_help.html",
        helped=helped,
        devices=word_devices(devices, Dates(current_actor().zone, now)),
        factors=factors,
        code=code,
        until=until,
        places=care.places,
        is_carer=care.is_carer,
        here=request.path.partition("/entry")[0] + "/entry",
        back=back,
    )


def _note_read(helped: Helped, now: datetime) -> None:
    with parts().database.writing() as session:
        record(
            session,
            at=now,
            actor_id=current_actor().person_id,
            action="entry.read",
            subject="person",
            subject_id=helped.person.id,
            clinic_id=helped.clinic_id,
        )


def hand_out(find: Find, one: uuid.UUID, back: str, *, care: Care = NO_PLACES) -> Response:
    """Make a code and show it, once."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        helped = find(session, actor, one)
        if not helped.may_hand_out:
            raise BetweenError("not_allowed")
        code, until = hand_out_code(session, actor, helped.person.id, helped.clinic_id, now)
    ends = format_time(until, actor.zone, request_language())
    return show_help(find, one, back, code=spell_code(code), until=ends, care=care)


def end_helped_device(find: Find, one: uuid.UUID, device_id: uuid.UUID) -> None:
    """A lost phone opens nothing any more."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        helped = find(session, actor, one)
        end_device(session, helped.person.id, device_id, actor.person_id, now)


def drop_helped_factor(find: Find, one: uuid.UUID) -> None:
    """The person sets up a second step anew; staff cannot go on without."""
    actor, now = current_actor(), current_now()
    with parts().database.writing() as session:
        helped = find(session, actor, one)
        if not helped.may_drop:
            raise BetweenError("not_allowed")
        drop_factors(session, helped.person.id, actor.person_id, helped.clinic_id, now)
        note_entry(session, helped.person.id, "factor_reset", "", now)

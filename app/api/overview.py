"""GET /api/overview: everything of one's own that the phone keeps for when there is no network."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from app.channels.vapid import load_vapid
from app.domain.cadence import due_on
from app.domain.modality import treatment_of, treatments_of
from app.http import answer, current_actor, current_now, parts
from app.languages import local
from app.models import Clinic, Delivery, Envelope, Membership, Patient, Person, Reminder, Visit
from app.services.access import own_records
from app.services.actors import Actor
from app.services.agreements import newest_agreement
from app.services.at_rest import open_texts, owner_of
from app.services.care import list_shared
from app.services.care_ends import care_ended_at
from app.services.clinic_words import crisis_of, hours_of, in_language
from app.services.envelopes import FIRST
from app.services.gaps import read_gap
from app.services.journal import Entry, read_check_ins
from app.services.subscriptions import live_installs
from app.services.visits import read_cadences, read_visits

blueprint = Blueprint("overview", __name__)

HISTORY = timedelta(days=84)
# Fewer are no number that could be told from another figure.
FEWEST_DIGITS = 7


@blueprint.get("/api/overview")
def overview() -> Response:
    """The actor's own, as patient, in one answer."""
    actor, now = current_actor(), current_now()
    with parts().database.reading() as session:
        return answer(
            {
                "person": _person(session, actor),
                "crisis": crisis_of(_first_clinic(session, actor), parts().settings.crisis),
                "keys": parts().keyring.public(),
                "push": _push(session, actor),
                "patients": [
                    _patient(session, actor, one, now) for one in session.scalars(own_records(actor))
                ],
                "server_time": iso(now),
            }
        )


def _first_clinic(session: Session, actor: Actor) -> Clinic | None:
    """Whose numbers stand on the help panel: those of the clinic the panel names."""
    patient = session.scalars(own_records(actor)).first()
    return session.get(Clinic, patient.clinic_id) if patient else None


def iso(moment: datetime | None) -> str | None:
    """A moment as the wire has it."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _person(session: Session, actor: Actor) -> dict[str, Any]:
    person = session.get_one(Person, actor.person_id)
    return {
        "id": str(person.id),
        "name": person.name,
        "language": person.language,
        "zone": person.zone,
        "numbers_hidden": person.numbers_hidden,
    }


def _push(session: Session, actor: Actor) -> dict[str, Any]:
    settings = parts().settings
    enabled = settings.vapid_contact is not None
    shown = session.scalar(
        sa.select(sa.func.max(Delivery.shown_at))
        .join(
            Reminder,
            sa.and_(Reminder.clinic_id == Delivery.clinic_id, Reminder.id == Delivery.reminder_id),
        )
        .where(Reminder.person_id == actor.person_id)
    )
    return {
        "enabled": enabled,
        "public_key": load_vapid(settings.instance).public_b64url if enabled else None,
        "installs": [str(install) for install in live_installs(session, actor.person_id)],
        "last_shown_at": iso(shown),
    }


def _patient(session: Session, actor: Actor, patient: Patient, now: datetime) -> dict[str, Any]:
    clinic = session.get_one(Clinic, patient.clinic_id)
    open_texts(session, owner_of(patient), [patient])
    ended_at = care_ended_at(session, patient)
    visits = read_visits(session, patient, now - HISTORY) if ended_at is None else []
    today = local(now, clinic.zone).date()
    return {
        "id": str(patient.id),
        "clinic": _clinic(clinic, actor.language, today) if ended_at is None else _silent(clinic),
        "care_ended_at": iso(ended_at),
        "clinician": _lead_name(session, patient),
        "safety_plan": _plan(patient.safety_plan, clinic.phone if ended_at else ""),
        "agreement": _agreement(session, patient),
        "visits": [_visit(visit) for visit in visits],
        "cadences": [
            {
                "modality": cadence.modality,
                "interval_days": cadence.interval_days,
                "due_on": _due_on(cadence.modality, cadence.interval_days, visits, now),
            }
            for cadence in read_cadences(session, patient)
        ],
        "treatments_had": list(treatments_of(visit.modality for visit in visits if was_had(visit, now))),
        "check_ins": [
            *_unread_envelopes(session, patient),
            *(
                _check_in(entry)
                for entry in read_check_ins(session, patient.clinic_id, patient.id, now - HISTORY)
            ),
        ],
        "missing": _missing(session, patient),
        "care_links": []
        if ended_at
        else [
            {
                "id": str(link.id),
                "caregiver": link.caregiver,
                "until": link.until.isoformat() if link.until else None,
                "last_seen_at": iso(link.last_seen_at),
            }
            for link in list_shared(session, patient, today)
        ],
    }


def _missing(session: Session, patient: Patient) -> int:
    """How many items a phone of theirs held and never sent; 0 also when they were told and know."""
    gap = read_gap(session, patient, "patient")
    return gap.missing if gap else 0


def was_had(visit: Visit, now: datetime) -> bool:
    """A visit whose time has come and that nobody cancelled."""
    return visit.state == "done" or (visit.state == "booked" and visit.starts_at <= now)


def _due_on(modality: str, interval: int, visits: list[Visit], now: datetime) -> str | None:
    """IV and IM are one treatment: the latest visit of the cadence's family counts, on its own calendar."""
    family = treatment_of(modality)
    had = [visit for visit in visits if treatment_of(visit.modality) == family and was_had(visit, now)]
    if not had:
        return None
    last = max(had, key=lambda visit: visit.starts_at)
    return due_on(local(last.starts_at, last.zone).date(), interval).isoformat()


def _silent(clinic: Clinic) -> dict[str, Any]:
    """Without what promises that somebody there answers, once care has ended."""
    silent = {"phone": "", "hours": "", "answer_words": ""}
    return {"id": str(clinic.id), "name": clinic.name, "zone": clinic.zone, **silent}


def _clinic(clinic: Clinic, language: str, today: date) -> dict[str, Any]:
    return {
        "id": str(clinic.id),
        "name": clinic.name,
        "phone": clinic.phone,
        "hours": hours_of(clinic, language, today),
        "answer_words": in_language(clinic.answer_words, language),
        "zone": clinic.zone,
        "window_hours": clinic.window_hours,
        "spacing_days": clinic.spacing_days,
    }


def _plan(text: str, gone: str) -> str:
    """The person's own plan stays; `gone` is a number in it at which nobody answers for them any more."""
    digits = re.sub(r"\D", "", gone)
    if len(digits) < FEWEST_DIGITS:
        return text
    return re.sub(r"\(?" + r"[\s().-]*".join(digits), "…", text)


def _lead_name(session: Session, patient: Patient) -> str:
    name = session.scalar(
        sa.select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.clinic_id == patient.clinic_id, Membership.id == patient.lead_id)
    )
    return name or ""


def _agreement(session: Session, patient: Patient) -> dict[str, Any] | None:
    agreed = newest_agreement(session, patient)
    if agreed is None:
        return None
    return {
        "id": str(agreed.client_id),
        "version": agreed.version,
        "accepted": agreed.accepted,
        "sends_unfinished": agreed.sends_unfinished,
        "decided_at": iso(agreed.decided_at),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "id": str(visit.id),
        "modality": visit.modality,
        "starts_at": iso(visit.starts_at),
        "zone": visit.zone,
        "minutes": visit.minutes,
        "place": visit.place,
        "state": visit.state,
    }


def _check_in(entry: Entry) -> dict[str, Any]:
    one = entry.check_in
    return {
        "id": str(one.client_id),
        "kind": one.kind,
        "answered_at": iso(one.answered_at),
        "arrived_at": iso(one.arrived_at),
        "phq9": _score(entry, "phq9"),
        "gad7": _score(entry, "gad7"),
        "difficulty": one.difficulty,
        "today": one.today,
        "notes": [
            {
                "dimension": note.dimension,
                "direction": note.direction,
                "text": note.body,
                "attribution": note.attribution,
            }
            for note in entry.notes.values()
        ],
        "read_at": iso(entry.sign_off.signed_at) if entry.sign_off else None,
        "read_by": entry.reader_name,
        "is_second_version": one.is_conflict,
        "needs_repair": False,
    }


def _score(entry: Entry, instrument: str) -> dict[str, Any] | None:
    """A prorated total is for clinicians, so the patient gets none."""
    score = entry.scores.get(instrument)
    if score is None:
        return None
    complete = score.status == "complete"
    return {
        "total": score.total if complete else None,
        "band": score.band if complete else None,
        "status": score.status,
    }


def _unread_envelopes(session: Session, patient: Patient) -> list[dict[str, Any]]:
    """What arrived but could not be read yet: the clinic has it, and the patient is told just that."""
    rows = session.scalars(
        sa.select(Envelope)
        .where(
            Envelope.clinic_id == patient.clinic_id, Envelope.patient_id == patient.id, Envelope.repair != ""
        )
        .order_by(Envelope.arrived_at.desc())
        .limit(20)
    )
    return [
        {
            "id": str(row.client_id),
            "kind": "full",
            "answered_at": iso(row.arrived_at),
            "arrived_at": iso(row.arrived_at),
            "phq9": None,
            "gad7": None,
            "difficulty": None,
            "today": None,
            "notes": [],
            "read_at": None,
            "read_by": None,
            "is_second_version": row.variant != FIRST,
            "needs_repair": True,
        }
        for row in rows
    ]

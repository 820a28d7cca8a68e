"""Patients with phones for the load: rows made directly, and check-ins sealed as a phone would seal them."""

import base64
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec

from app.db import Database
from app.models import Clinic, Membership, Patient, Person, SealingKey
from app.services.sealing import SUITE
from app.services.sessions import append_cookie_suffix, give_append_credential

NOTE = "The food fell out of the refrigerator and no explosion came. I picked it up and made toast instead. "


@dataclass(frozen=True)
class Phone:
    """What one phone knows of itself."""

    person: uuid.UUID
    patient: uuid.UUID
    cookie: str
    key_id: str
    key: ec.EllipticCurvePublicKey


def make_phones(database: Database, count: int) -> list[Phone]:
    """`count` patients of one clinic, each with an append credential."""
    now = datetime.now(UTC)
    with database.writing() as session:
        newest = session.scalars(sa.select(SealingKey).order_by(SealingKey.created_at.desc())).first()
        assert newest is not None, "the server makes its sealing key at start"
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), newest.public)
        clinic = Clinic(name="Load", phone="", zone="UTC", hours={}, answer_words={}, created_at=now)
        lead = Person(email=None, passphrase_hash=None, name="Lead", zone="UTC", created_at=now)
        session.add_all([clinic, lead])
        session.flush()
        led = Membership(clinic_id=clinic.id, person_id=lead.id, role="clinician", created_at=now)
        session.add(led)
        session.flush()
        made = []
        for number in range(count):
            person = Person(email=None, passphrase_hash=None, name=f"P {number}", zone="UTC", created_at=now)
            session.add(person)
            session.flush()
            membership = Membership(clinic_id=clinic.id, person_id=person.id, role="patient", created_at=now)
            session.add(membership)
            session.flush()
            patient = Patient(
                clinic_id=clinic.id, membership_id=membership.id, lead_id=led.id, created_at=now
            )
            session.add(patient)
            session.flush()
            token = give_append_credential(session, person.id, "bench", now)
            cookie = f"{append_cookie_suffix(person.id)}={token}"
            made.append(Phone(person.id, patient.id, cookie, newest.id, key))
    return made


def seal(phone: Phone) -> dict[str, str]:
    """A whole check-in with a note, sealed and ready for /api/sync."""
    item = uuid.uuid4()
    info = f"between/outbox/1|{phone.key_id}|{phone.person}|{item}".encode()
    sealed = SUITE.encrypt(json.dumps(envelope(item)).encode(), phone.key, info=info)
    encoded = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
    return {"id": str(item), "patient": str(phone.patient), "key": phone.key_id, "sealed": encoded}


def envelope(item: uuid.UUID) -> dict[str, object]:
    """Envelope version 1 with all of its parts filled."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    dimension = {"direction": "easier", "text": NOTE, "attribution": ["ketamine", "unsure"]}
    return {
        "format": "between/envelope/1",
        "id": str(item),
        "kind": "full",
        "supersedes": None,
        "visits": [],
        "language": "en",
        "instruments": {
            "phq9": {"version": "1", "answers": [1, 2, 1, 2, 1, 2, 1, 2, 0], "languages": ["en"] * 9},
            "gad7": {"version": "1", "answers": [1, 2, 1, 2, 1, 2, 1], "languages": ["en"] * 7},
        },
        "difficulty": {"value": 1, "language": "en"},
        "note": {"executive": dimension, "hedonic": dimension | {"text": NOTE * 2}},
        "today": 6,
        "should_know": {"answer": "no", "topics": [], "text": ""},
        "started_at": now,
        "answered_at": now,
        "wall": now[:19],
        "zone": "UTC",
        "offset": 0,
        "app": "0.1.0",
        "install": str(uuid.uuid4()),
        "sequence": 1,
        "pending": 0,
    }

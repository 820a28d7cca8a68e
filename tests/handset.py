"""A phone's credential and owner without its screen: for load, for kills, for anything that only sends."""

import base64
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database
from app.models import SealingKey
from app.services.sessions import append_cookie_suffix, give_append_credential
from tests.envelope import SealTo, seal_item
from tests.factories import Factory, Member


@dataclass(frozen=True)
class Handset:
    """What one phone knows of itself."""

    person: uuid.UUID
    patient: uuid.UUID
    cookie: str
    to: SealTo

    def seal(self, item: uuid.UUID | None = None, **envelope: object) -> dict[str, str]:
        """One sealed check-in of its owner."""
        return seal_item(self.to, self.person, self.patient, item, **envelope)

    def body(self, items: list[dict[str, str]]) -> bytes:
        """What it posts to /api/sync."""
        return json.dumps({"person": str(self.person), "items": items}).encode()

    def headers(self) -> dict[str, str]:
        """With what it posts."""
        return {
            "Content-Type": "application/json",
            "Cookie": self.cookie,
            "Sec-Fetch-Site": "same-origin",
        }


def make_handsets(database: Database, count: int) -> list[Handset]:
    """`count` patients of a new clinic, each with a phone. The server has run here, so its key exists."""
    now = datetime.now(UTC)
    make = Factory(database, now)
    lead = make.clinician(make.clinic())
    patients = [make.patient(lead, f"Patient {number}") for number in range(count)]
    with database.writing() as session:
        return [give_handset(session, member, now) for member in patients]


def give_handset(session: Session, member: Member, now: datetime) -> Handset:
    """A phone for this patient, that seals to the server's newest key."""
    newest = session.scalars(sa.select(SealingKey).order_by(SealingKey.created_at.desc())).first()
    assert newest is not None, "the server makes its sealing key at its first start"
    to = SealTo(newest.id, base64.urlsafe_b64encode(newest.public).rstrip(b"=").decode())
    token = give_append_credential(session, member.person_id, "a phone without a screen", now)
    cookie = f"{append_cookie_suffix(member.person_id)}={token}"
    return Handset(member.person_id, member.patient, cookie, to)

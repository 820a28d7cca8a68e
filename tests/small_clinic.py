"""A clinic with as few rows as a test of reminders needs."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.db import Database
from app.models import (
    Cadence,
    Clinic,
    Delivery,
    Membership,
    Patient,
    Person,
    PushSubscription,
    Reminder,
    Visit,
)

NEW_YORK = "America/New_York"


@dataclass(frozen=True)
class Who:
    """A patient's ids."""

    patient_id: uuid.UUID
    person_id: uuid.UUID
    membership_id: uuid.UUID


class SmallClinic:
    """Every method writes in a transaction of its own, as a request would."""

    def __init__(self, database: Database, now: datetime, zone: str = NEW_YORK) -> None:
        self.database, self.now, self.zone, self.id = database, now, zone, uuid.uuid4()
        words = {"en": "", "es": ""}
        with database.writing() as session:
            session.add(
                Clinic(
                    id=self.id,
                    name="Small",
                    phone="+1 555 0100",
                    zone=zone,
                    hours=words,
                    answer_words=words,
                    created_at=now,
                )
            )
        _, self.clinician = self._person("clinician", zone, "en", "active")

    def patient(self, zone: str = NEW_YORK, language: str = "en", state: str = "active") -> Who:
        person_id, membership_id = self._person("patient", zone, language, state)
        patient_id = uuid.uuid4()
        with self.database.writing() as session:
            session.add(
                Patient(
                    clinic_id=self.id,
                    id=patient_id,
                    membership_id=membership_id,
                    lead_id=self.clinician,
                    created_at=self.now,
                )
            )
        return Who(patient_id, person_id, membership_id)

    def _person(self, role: str, zone: str, language: str, state: str) -> tuple[uuid.UUID, uuid.UUID]:
        person_id, membership_id = uuid.uuid4(), uuid.uuid4()
        with self.database.writing() as session:
            session.add(
                Person(id=person_id, name="Ada Moss", language=language, zone=zone, created_at=self.now)
            )
            session.flush()
            session.add(
                Membership(
                    clinic_id=self.id,
                    id=membership_id,
                    person_id=person_id,
                    role=role,
                    state=state,
                    created_at=self.now,
                )
            )
        return person_id, membership_id

    def visit(
        self,
        who: Who,
        starts_at: datetime,
        modality: str = "ketamine_iv",
        state: str = "booked",
        made_at: datetime | None = None,
    ) -> uuid.UUID:
        visit_id = uuid.uuid4()
        with self.database.writing() as session:
            session.add(
                Visit(
                    clinic_id=self.id,
                    id=visit_id,
                    patient_id=who.patient_id,
                    modality=modality,
                    starts_at=starts_at,
                    zone=self.zone,
                    minutes=60,
                    place="Room 2",
                    state=state,
                    created_at=made_at or starts_at - timedelta(days=20),
                )
            )
        return visit_id

    def cadence(
        self, who: Who, days: int, modality: str = "ketamine_iv", set_at: datetime | None = None
    ) -> uuid.UUID:
        """Ends the open one of the same modality and opens another, as the desk does."""
        cadence_id, set_at = uuid.uuid4(), set_at or self.now - timedelta(days=90)
        with self.database.writing() as session:
            held = (Cadence.patient_id == who.patient_id, Cadence.modality == modality)
            session.execute(
                sa.update(Cadence).where(*held, Cadence.ended_at.is_(None)).values(ended_at=set_at)
            )
            session.add(
                Cadence(
                    clinic_id=self.id,
                    id=cadence_id,
                    patient_id=who.patient_id,
                    modality=modality,
                    interval_days=days,
                    set_by=self.clinician,
                    set_at=set_at,
                )
            )
        return cadence_id

    def change(self, table: type, row_id: uuid.UUID, **values: object) -> None:
        with self.database.writing() as session:
            session.execute(sa.update(table).where(table.id == row_id).values(**values))  # type: ignore[attr-defined]

    def reminders(self) -> list[Reminder]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Reminder).order_by(Reminder.due_at)))

    def reminder(self) -> Reminder:
        (only,) = self.reminders()
        return only

    def deliveries(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Delivery).order_by(Delivery.attempted_at)))

    def phones(self) -> list[PushSubscription]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(PushSubscription).order_by(PushSubscription.created_at)))

"""Erases one patient's record: every row that hangs on it, in one transaction, and the key of its words.

What hangs on a patient is read from the tables' own foreign keys: a table that is added later is erased
with the rest, and one that this could not follow stops the transaction.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import (
    AppendCredential,
    Base,
    Challenge,
    Entry,
    Erasure,
    Invitation,
    Membership,
    Passkey,
    Patient,
    Person,
    PushSubscription,
    RecoveryCode,
    ResetCode,
    ResetLetter,
    Totp,
    WebSession,
    table_of,
)
from app.services.wrapping import Owner

NOBODY = ""
_WAYS_IN = (WebSession, Passkey, Totp, RecoveryCode, Challenge, ResetCode, ResetLetter, Entry)


def erase_record(session: Session, erasure: Erasure, now: datetime) -> None:
    """Delete the record. What stays is the audit, which holds no content, and the tombstone."""
    owner = Owner(erasure.clinic_id, erasure.patient_id)
    # Whoever stores an item of this patient just now is waited for, and whoever comes next finds no patient.
    session.execute(
        sa.select(Patient.id)
        .where(Patient.clinic_id == owner.clinic_id, Patient.id == owner.patient_id)
        .with_for_update()
    )
    for table in reversed(_tables()):
        session.execute(sa.delete(table).where(_belongs(table, owner)))
    membership = session.get_one(Membership, (erasure.clinic_id, erasure.membership_id))
    membership.state = "ended"
    session.execute(
        sa.delete(Invitation).where(
            Invitation.clinic_id == erasure.clinic_id, Invitation.used_by == membership.person_id
        )
    )
    session.flush()
    if not _is_somebody_else_too(session, membership):
        _forget_person(session, membership.person_id, now)
    # Objects that were read before show rows that are gone.
    session.expire_all()


def _is_somebody_else_too(session: Session, membership: Membership) -> bool:
    """A caregiver, somebody of the staff, a patient of another clinic, even one whose care has ended there.

    The person signs in for that, and a record that stays keeps its name.
    """
    other = sa.select(Membership.id).where(
        Membership.person_id == membership.person_id,
        Membership.id != membership.id,
        sa.or_(Membership.state != "ended", _has_record()),
    )
    return session.scalar(other.limit(1)) is not None


def _has_record() -> sa.Exists:
    return sa.exists().where(
        Patient.clinic_id == Membership.clinic_id, Patient.membership_id == Membership.id
    )


def _forget_person(session: Session, person_id: uuid.UUID, now: datetime) -> None:
    """No name, no address, no way in. The credential that only adds stays: a late phone is told to forget."""
    for table in _WAYS_IN:
        session.execute(sa.delete(table).where(table.person_id == person_id))
    session.execute(
        sa.update(AppendCredential).where(AppendCredential.person_id == person_id).values(device=NOBODY)
    )
    # What was sent to a phone while somebody was staff still names the row.
    nowhere = {"endpoint": NOBODY, "p256dh": NOBODY, "auth": NOBODY, "ended_at": now}
    session.execute(
        sa.update(PushSubscription).where(PushSubscription.person_id == person_id).values(**nowhere)
    )
    gone = {"name": NOBODY, "email": None, "passphrase_hash": None, "second_factor_at": None}
    session.execute(sa.update(Person).where(Person.id == person_id).values(**gone))


def _belongs(table: sa.Table, owner: Owner) -> sa.ColumnElement[bool]:
    if table is table_of(Patient):
        return sa.and_(table.c.clinic_id == owner.clinic_id, table.c.id == owner.patient_id)
    key = _way(table)
    if key.referred_table is table_of(Patient):
        clinic, patient = key.columns
        return sa.and_(clinic == owner.clinic_id, patient == owner.patient_id)
    parents = [element.column for element in key.elements]
    of_patient = sa.select(*parents).where(_belongs(key.referred_table, owner))
    return sa.tuple_(*key.columns).in_(of_patient)


@cache
def _tables() -> tuple[sa.Table, ...]:
    """Every table whose rows hang on a patient, what is pointed at before what points."""
    found: list[sa.Table] = []
    for table in Base.metadata.sorted_tables:
        if table is table_of(Patient) or any(key.referred_table in found for key in _keys(table)):
            found.append(table)
    return tuple(found)


def _way(table: sa.Table) -> sa.ForeignKeyConstraint:
    """To the patient at once where there is one, for that is indexed; else through what is nearest to it."""
    order = [table_of(Patient), *_tables()]
    ways = [key for key in _keys(table) if key.referred_table in order]
    return min(ways, key=lambda key: order.index(key.referred_table))


def _keys(table: sa.Table) -> Iterator[sa.ForeignKeyConstraint]:
    yield from sorted(table.foreign_key_constraints, key=lambda key: str(key.name))

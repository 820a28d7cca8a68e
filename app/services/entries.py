"""Each person's list of sign-ins and tries: the last twenty, for their own eyes."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Entry

KEPT = 20


def note_entry(
    session: Session, person_id: uuid.UUID | None, outcome: str, device: str, now: datetime
) -> None:
    """Add a line and drop what is older than the last twenty.

    A try with an address that nobody has (`person_id` None) costs the same, so that time tells nobody apart.
    """
    session.add(Entry(person_id=person_id, at=now, device=device[:200], outcome=outcome))
    session.flush()
    newest = _of(person_id).order_by(Entry.at.desc(), Entry.id).limit(KEPT)
    whose = Entry.person_id.is_(None) if person_id is None else Entry.person_id == person_id
    session.execute(
        sa.delete(Entry).where(whose, Entry.id.not_in(newest)).execution_options(synchronize_session=False)
    )


def read_entries(session: Session, person_id: uuid.UUID) -> Sequence[Entry]:
    """The person's lines, newest first."""
    return session.scalars(
        sa.select(Entry).where(Entry.person_id == person_id).order_by(Entry.at.desc(), Entry.id)
    ).all()


def _of(person_id: uuid.UUID | None) -> sa.Select[uuid.UUID]:
    return sa.select(Entry.id).where(
        Entry.person_id.is_(None) if person_id is None else Entry.person_id == person_id
    )

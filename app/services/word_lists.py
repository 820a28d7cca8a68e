"""The words that a clinic's notes are compared with."""

import uuid

import sqlalchemy as sa

from app.domain.words_in_notes import WordList, clinic_list, plain_list
from app.models import Clinic

_WORDS = sa.select(Clinic.words_added, Clinic.words_removed).where(
    Clinic.id == sa.bindparam("clinic_id", type_=sa.Uuid())
)


def word_list_of(connection: sa.Connection, clinic_id: uuid.UUID) -> WordList:
    """The list that ships, as this clinic changed it."""
    row = connection.execute(_WORDS, {"clinic_id": clinic_id}).one()
    if not row.words_added and not row.words_removed:
        return plain_list()
    return clinic_list(tuple(row.words_added), tuple(row.words_removed))

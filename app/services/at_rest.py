"""What a patient's record says in words, sealed with the patient's own key wherever the database holds it.

Every value is bound to its place (table, column, clinic, row), so none can be moved to another row unseen.
An empty text stays empty: that somebody wrote nothing is no secret. A key is made with the first words.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.models import Base, Opened, Patient, PatientKey, table_of
from app.services.wrapping import (
    KEY_BYTES,
    CannotReadError,
    Cipher,
    Owner,
    Wrapped,
    keys_of,
    newest_wrapping_key,
)

Row = TypeVar("Row", bound=Base)
Ciphers = dict[Owner, Cipher]

_FIND = sa.select(PatientKey.clinic_id, PatientKey.patient_id, PatientKey.key_id, PatientKey.wrapped).where(
    PatientKey.clinic_id.in_(sa.bindparam("clinics", expanding=True)),
    PatientKey.patient_id.in_(sa.bindparam("patients", expanding=True)),
)


def owner_of(patient: Patient) -> Owner:
    """Whose words stand in this patient's record."""
    return Owner(patient.clinic_id, patient.id)


def seal_texts(session: Session, owner: Owner, row: Base, **texts: str) -> None:
    """Write these texts into the row, sealed. Its primary key must be known."""
    cipher = seal_for(session, owner)
    for name, text in texts.items():
        opened = _opened(type(row))[name]
        setattr(row, opened.sealed, seal(cipher, text, place_of_row(row, opened)))
        opened.remember(row, text)


def open_texts(session: Session, owner: Owner, rows: Iterable[Row]) -> list[Row]:
    """The rows of one patient, with their texts readable."""
    rows = list(rows)
    sealed = [
        (row, opened) for row in rows for opened in _opened(type(row)).values() if getattr(row, opened.sealed)
    ]
    if sealed:
        cipher = open_for(session, owner)
        for row, opened in sealed:
            opened.remember(row, open_text(cipher, getattr(row, opened.sealed), place_of_row(row, opened)))
    return rows


def seal(cipher: Cipher, text: str, place: bytes) -> bytes:
    """What stands in the column for this text."""
    return cipher.seal(text.encode(), place) if text else b""


def open_text(cipher: Cipher, sealed: bytes, place: bytes) -> str:
    """The text behind it. Raises CannotReadError."""
    return cipher.open(sealed, place).decode() if sealed else ""


def open_for(writer: Session | sa.Connection, owner: Owner) -> Cipher:
    """What opens this patient's words. Raises CannotReadError when the key is gone."""
    found = find_ciphers(writer, [owner])
    if owner not in found:
        raise CannotReadError("the key is gone")
    return found[owner]


def seal_for(writer: Session | sa.Connection, owner: Owner) -> Cipher:
    """What seals this patient's words, made now if these are the first. Only within a transaction."""
    return ciphers_to_seal(writer, [owner], {})[owner]


def ciphers_to_seal(
    writer: Session | sa.Connection, owners: Sequence[Owner], known: Mapping[Owner, Wrapped]
) -> Ciphers:
    """Of all these patients; `known` are keys that came with another statement of the same transaction."""
    keys = keys_of(writer)
    ciphers = {owner: keys.cipher(owner, known[owner]) for owner in owners if owner in known}
    missing = [owner for owner in owners if owner not in ciphers]
    if missing:
        ciphers |= find_ciphers(writer, missing)
    for owner in missing:
        if owner not in ciphers:
            ciphers[owner] = _make(writer, owner)
    return ciphers


def find_ciphers(writer: Session | sa.Connection, owners: Sequence[Owner]) -> Ciphers:
    """Of those patients who have a key."""
    keys = keys_of(writer)
    clinics, patients = {one.clinic_id for one in owners}, {one.patient_id for one in owners}
    rows = writer.execute(_FIND, {"clinics": list(clinics), "patients": list(patients)})
    return {
        Owner(row.clinic_id, row.patient_id): keys.cipher(
            Owner(row.clinic_id, row.patient_id), Wrapped(row.key_id, bytes(row.wrapped))
        )
        for row in rows
    }


def place_of(table: sa.Table, column: str, row: Mapping[str, Any] | sa.RowMapping) -> bytes:
    """The associated data of one value: table, column, clinic, and the row's other keys by their name."""
    return "|".join([table.name, column, *(str(row[name]) for name in _key_names(table))]).encode()


def place_of_row(row: Base, opened: Opened) -> bytes:
    """The same, of an object."""
    table, column = _column(type(row), opened)
    keys = [getattr(row, name) for name in _key_names(table)]
    return "|".join([table.name, column, *map(str, keys)]).encode()


def _make(writer: Session | sa.Connection, owner: Owner) -> Cipher:
    """Of two who make it at once one wins, and both use that one."""
    keys, key_id = keys_of(writer), newest_wrapping_key(writer)
    made = keys.wrap(key_id, owner, secrets.token_bytes(KEY_BYTES))
    writer.execute(
        insert_into(writer, PatientKey).values(**owner._asdict(), **made._asdict()).on_conflict_do_nothing()
    )
    return find_ciphers(writer, [owner])[owner]


@cache
def _opened(model: type[Base]) -> dict[str, Opened]:
    return {name: found for name, found in vars(model).items() if isinstance(found, Opened)}


@cache
def _column(model: type[Base], opened: Opened) -> tuple[sa.Table, str]:
    (column,) = sa.inspect(model).column_attrs[opened.sealed].columns
    return table_of(model), str(column.name)


@cache
def _key_names(table: sa.Table) -> tuple[str, ...]:
    others = sorted(column.name for column in table.primary_key if column.name != "clinic_id")
    return ("clinic_id", *others)

"""An import is looked at as a whole and done as a whole: every line is right, or nothing is stored."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Invitation, Membership, PastTotal, Patient, Person
from app.services.access import visible_patients
from app.services.actors import Actor, Role
from app.services.enrolment import NewPatient, enrol, give_code
from app.services.import_rows import ImportRow, fold
from app.services.past_totals import NewTotal, add_past_total

PAGE = 200
# What becomes of a line that is right.
NEW, KNOWN = "new", "known"


@dataclass(frozen=True)
class Known:
    """A patient of the clinic. `is_own`: on the actor's team."""

    id: uuid.UUID
    name: str
    email: str
    is_own: bool


@dataclass
class Planned:
    """One line and what becomes of it: `patient` is None until a new one is made."""

    row: ImportRow
    wrong: list[str] = field(default_factory=list)
    patient: uuid.UUID | None = None
    is_new: bool = False
    enters: list[NewTotal] = field(default_factory=list)
    has_already: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wish:
    """What was chosen beside the file: whether unknown patients are enrolled, and what no line says."""

    enrols: bool
    language: str
    source: str


Totals = dict[tuple[uuid.UUID, str, date], int]


def read_known(session: Session, actor: Actor, after: uuid.UUID | None) -> list[Known]:
    """One page of the clinic's patients by id; fewer than PAGE are the last."""
    held = actor.as_clinician()
    told = (
        sa.select(sa.func.max(Invitation.email))
        .where(
            Invitation.clinic_id == Patient.clinic_id,
            Invitation.patient_id == Patient.id,
            Invitation.role == "patient",
        )
        .scalar_subquery()
    )
    own = visible_patients(actor).with_only_columns(Patient.id)
    found = (
        sa.select(Patient.id, Person.name, sa.func.coalesce(Person.email, told, ""), Patient.id.in_(own))
        .join(
            Membership,
            sa.and_(Membership.clinic_id == Patient.clinic_id, Membership.id == Patient.membership_id),
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Patient.clinic_id == held.clinic_id)
        .order_by(Patient.id)
        .limit(PAGE)
    )
    rows = session.execute(found if after is None else found.where(Patient.id > after))
    return [Known(*row) for row in rows]


def read_totals(session: Session, clinic_id: uuid.UUID, patients: Sequence[uuid.UUID]) -> Totals:
    """The totals that count of up to PAGE patients."""
    rows = session.execute(
        sa.select(PastTotal.patient_id, PastTotal.instrument, PastTotal.day, PastTotal.total).where(
            PastTotal.clinic_id == clinic_id,
            PastTotal.patient_id.in_(patients),
            PastTotal.removed_at.is_(None),
        )
    )
    return {(row.patient_id, row.instrument, row.day): row.total for row in rows}


def plan(rows: Sequence[ImportRow], known: Sequence[Known], totals: Totals, wish: Wish) -> list[Planned]:
    """What becomes of each line. Lines that name the same new patient are one patient."""
    found = _Finder(known)
    planned = []
    for row in rows:
        one = Planned(row, list(row.wrong))
        if not one.wrong:
            found.find(one, wish)
        if not one.wrong and one.patient is not None:
            _plan_totals(one, totals, wish)
        planned.append(one)
    return planned


def carry_out(
    session: Session, actor: Actor, held: Role, planned: Sequence[Planned], wish: Wish, now: datetime
) -> list[uuid.UUID]:
    """Store a plan without a wrong line; the ids of who is new. In one transaction, or not at all."""
    made: list[uuid.UUID] = []
    for one in planned:
        assert not one.wrong
        assert one.patient is not None
        if one.is_new and one.patient not in made:
            _enrol(session, actor, held, one, wish, now)
            made.append(one.patient)
        patient = session.get_one(Patient, (held.clinic_id, one.patient))
        for total in one.enters:
            add_past_total(session, actor, patient, total, now)
    return made


def _enrol(session: Session, actor: Actor, held: Role, one: Planned, wish: Wish, now: datetime) -> None:
    assert one.patient is not None
    new = NewPatient(one.patient, one.row.name, one.row.language or wish.language, held.membership_id)
    patient = enrol(session, actor, held, new, now)
    if one.row.email:
        # It keeps the address; the code that somebody is given is made when the sheet is printed.
        give_code(session, held, patient, one.row.email, now)


def _plan_totals(one: Planned, totals: Totals, wish: Wish) -> None:
    """`totals` learns what this line enters, so that the next line that says so enters nothing."""
    assert one.patient is not None
    for instrument, total in one.row.totals.items():
        assert one.row.day is not None
        key = (one.patient, instrument, one.row.day)
        if key not in totals:
            totals[key] = total
            one.enters.append(NewTotal(instrument, total, one.row.day, one.row.source or wish.source))
        elif totals[key] == total:
            one.has_already.append(instrument)
        else:
            one.wrong.append(f"other_{instrument}")


class _Finder:
    """Who a line is about: by e-mail, else by a name that only one patient has."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._by_email = {one.email: one for one in known if one.email}
        self._by_name: dict[str, list[Known]] = {}
        for one in known:
            self._by_name.setdefault(fold(one.name), []).append(one)
        self._new: dict[str, uuid.UUID] = {}

    def find(self, one: Planned, wish: Wish) -> None:
        """Set the patient, or say what is wrong."""
        found = self._known(one)
        if one.wrong:
            return
        if found is not None:
            if not found.is_own:
                one.wrong.append("other_team")
            one.patient = found.id
        elif not wish.enrols:
            one.wrong.append("unknown")
        elif not one.row.name:
            one.wrong.append("nameless")
        else:
            key = one.row.email or fold(one.row.name)
            one.patient, one.is_new = self._new.setdefault(key, uuid.uuid4()), True

    def _known(self, one: Planned) -> Known | None:
        by_email = self._by_email.get(one.row.email) if one.row.email else None
        if by_email is not None:
            return by_email
        named = self._by_name.get(fold(one.row.name), []) if one.row.name else []
        # Another address is another person, whatever the name.
        named = [known for known in named if not (one.row.email and known.email)]
        if len(named) > 1:
            one.wrong.append("ambiguous")
        return named[0] if len(named) == 1 else None

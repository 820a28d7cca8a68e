"""Which rows an actor reaches: what is not in the scope is not found."""

import uuid
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import CARERS, FRONT_DESK
from app.errors import BetweenError
from app.models import Alert, AlertNotice, BreakGlass, CareLink, Patient, TeamMember
from app.services.actors import FORMER_PATIENT, Actor, Role


def _as(
    actor: Actor, roles: tuple[str, ...], reach: Callable[[Role], sa.ColumnElement[bool]]
) -> sa.ColumnElement[bool]:
    """What any of the actor's memberships in these roles reaches; without one, nothing."""
    return sa.or_(sa.false(), *(reach(held) for held in actor.roles if held.role in roles))


def _own_team(actor: Actor) -> sa.ColumnElement[bool]:
    return _as(
        actor,
        CARERS,
        lambda held: sa.exists().where(
            TeamMember.clinic_id == Patient.clinic_id,
            TeamMember.patient_id == Patient.id,
            TeamMember.clinic_id == held.clinic_id,
            TeamMember.membership_id == held.membership_id,
        ),
    )


def _is_member(actor: Actor) -> sa.ColumnElement[bool]:
    return _as(actor, CARERS, lambda held: _is_held(TeamMember, held))


def _own_alerts(actor: Actor) -> sa.ColumnElement[bool]:
    """Open alerts that the carer owns or was told of: help must not wait for a place on the team."""
    return _as(
        actor,
        CARERS,
        lambda held: sa.and_(
            Alert.clinic_id == held.clinic_id,
            Alert.closed_at.is_(None),
            sa.or_(
                Alert.owner_id == held.membership_id,
                sa.exists().where(
                    AlertNotice.clinic_id == Alert.clinic_id,
                    AlertNotice.alert_id == Alert.id,
                    AlertNotice.membership_id == held.membership_id,
                ),
            ),
        ),
    )


def _own_self(actor: Actor) -> sa.ColumnElement[bool]:
    return _as(actor, ("patient",), lambda held: _is_held(Patient, held))


def _own_past(actor: Actor) -> sa.ColumnElement[bool]:
    return _as(actor, (FORMER_PATIENT,), lambda held: _is_held(Patient, held))


def _own_consent(actor: Actor) -> sa.ColumnElement[bool]:
    return _as(actor, ("caregiver",), lambda held: _is_held(CareLink, held))


def _own_desk(actor: Actor) -> sa.ColumnElement[bool]:
    """Everybody of the clinic, by name and visits only."""
    return _as(actor, (FRONT_DESK,), lambda held: Patient.clinic_id == held.clinic_id)


def _is_held(table: type[TeamMember] | type[Patient] | type[CareLink], held: Role) -> sa.ColumnElement[bool]:
    return sa.and_(table.clinic_id == held.clinic_id, table.membership_id == held.membership_id)


SCOPES: dict[str, Callable[[Actor], sa.ColumnElement[bool]]] = {
    "team": _own_team,
    "alert": _own_alerts,
    "desk": _own_desk,
    "self": _own_self,
    "former": _own_past,
    "consent": _own_consent,
}


def visible_patients(actor: Actor) -> sa.Select[Patient]:
    """The patients of the carer's own team."""
    return sa.select(Patient).where(SCOPES["team"](actor))


def patients_on_desk(actor: Actor) -> sa.Subquery:
    """(clinic_id, id) of the own team, and of patients with an open alert that calls the carer."""
    # By the team's own index: asking each patient of the clinic grows with the clinic.
    own = sa.select(TeamMember.clinic_id, TeamMember.patient_id.label("id")).where(_is_member(actor))
    called = sa.select(Alert.clinic_id, Alert.patient_id).where(SCOPES["alert"](actor))
    return own.union(called).subquery("team")


def own_patients(actor: Actor) -> sa.Select[Patient]:
    """The actor as patient, one row for each clinic."""
    return sa.select(Patient).where(SCOPES["self"](actor)).order_by(Patient.created_at)


def own_records(actor: Actor) -> sa.Select[Patient]:
    """The actor as patient, where care goes on first; where it ended, the record is still their own."""
    ended = SCOPES["former"](actor)
    own = sa.select(Patient).where(sa.or_(SCOPES["self"](actor), ended))
    return own.order_by(sa.case((ended, 1), else_=0), Patient.created_at)


def own_care_links(actor: Actor) -> sa.Select[CareLink]:
    """The consents that patients gave to the actor as caregiver."""
    return sa.select(CareLink).where(SCOPES["consent"](actor)).order_by(CareLink.from_at)


def find_patient(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """A patient on the carer's desk. Raises BetweenError not_found for every other id, existing or not."""
    return _find(session, patient_id, _looked_after(actor))


def find_opened_patient(session: Session, actor: Actor, patient_id: uuid.UUID, now: datetime) -> Patient:
    """A patient whose record the carer may read: on the desk, or opened. Raises BetweenError."""
    return _find(session, patient_id, sa.or_(_looked_after(actor), _broken_glass(actor, now)))


def find_visitor(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """A patient whose name and visits the actor may see: the front desk too. Raises BetweenError."""
    return _find(session, patient_id, sa.or_(_looked_after(actor), SCOPES["desk"](actor)))


def _looked_after(actor: Actor) -> sa.ColumnElement[bool]:
    called = sa.exists().where(
        Alert.clinic_id == Patient.clinic_id, Alert.patient_id == Patient.id, SCOPES["alert"](actor)
    )
    return sa.or_(SCOPES["team"](actor), called)


def _broken_glass(actor: Actor, now: datetime) -> sa.ColumnElement[bool]:
    """What somebody outside the team opened, until it runs out or is closed."""
    return _as(
        actor,
        CARERS,
        lambda held: sa.exists().where(
            BreakGlass.clinic_id == Patient.clinic_id,
            BreakGlass.patient_id == Patient.id,
            BreakGlass.clinic_id == held.clinic_id,
            BreakGlass.membership_id == held.membership_id,
            BreakGlass.ended_at.is_(None),
            BreakGlass.until_at > now,
        ),
    )


def _find(session: Session, patient_id: uuid.UUID, reached: sa.ColumnElement[bool]) -> Patient:
    patient = session.scalar(sa.select(Patient).where(Patient.id == patient_id, reached))
    if patient is None:
        raise BetweenError("not_found")
    return patient


def find_own_patient(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """The actor as this patient. Raises BetweenError not_found for every other id."""
    patient = session.scalar(own_patients(actor).where(Patient.id == patient_id))
    if patient is None:
        raise BetweenError("not_found")
    return patient


def find_own_record(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """The same where care ended, too: the record is still the person's own. Raises BetweenError not_found."""
    patient = session.scalar(own_records(actor).where(Patient.id == patient_id))
    if patient is None:
        raise BetweenError("not_found")
    return patient


def find_own_care_link(session: Session, actor: Actor, link_id: uuid.UUID) -> CareLink:
    """A care link that the actor, as patient, gave. Raises BetweenError not_found."""
    link = session.scalar(
        sa.select(CareLink)
        .join(Patient, sa.and_(Patient.clinic_id == CareLink.clinic_id, Patient.id == CareLink.patient_id))
        .where(CareLink.id == link_id, SCOPES["self"](actor))
    )
    if link is None:
        raise BetweenError("not_found")
    return link

"""Everything that somebody had becomes a colleague's, in one transaction."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_into
from app.models import Alert, Invitation, Membership, Patient, TeamMember
from app.services.actors import Actor
from app.services.cover import change_owner


def hand_over_all(
    session: Session, actor: Actor, member: Membership, to_id: uuid.UUID, now: datetime
) -> None:
    """Open alerts, patients with their place on the team, and patients invited who have not come yet."""
    _hand_over_patients(session, member, to_id)
    _hand_over_alerts(session, actor, member, to_id, now)
    session.execute(
        sa.update(Invitation)
        .where(
            Invitation.clinic_id == member.clinic_id,
            sa.func.coalesce(Invitation.lead_id, Invitation.invited_by) == member.id,
            Invitation.role == "patient",
            Invitation.used_at.is_(None),
        )
        .values(lead_id=to_id)
    )


def _hand_over_patients(session: Session, member: Membership, to_id: uuid.UUID) -> None:
    led = session.scalars(
        sa.update(Patient)
        .where(Patient.clinic_id == member.clinic_id, Patient.lead_id == member.id)
        .values(lead_id=to_id)
        .returning(Patient.id)
    ).all()
    rows = [{"clinic_id": member.clinic_id, "patient_id": one, "membership_id": to_id} for one in led]
    if rows:
        session.execute(insert_into(session, TeamMember).on_conflict_do_nothing(), rows)


def leave_teams(session: Session, member: Membership) -> None:
    """Whoever comes back one day begins without patients."""
    session.execute(
        sa.delete(TeamMember).where(
            TeamMember.clinic_id == member.clinic_id, TeamMember.membership_id == member.id
        )
    )


def _hand_over_alerts(
    session: Session, actor: Actor, member: Membership, to_id: uuid.UUID, now: datetime
) -> None:
    """By the way every alert changes hands: written down, with who did it."""
    open_ids = session.scalars(
        sa.select(Alert.id).where(
            Alert.clinic_id == member.clinic_id, Alert.owner_id == member.id, Alert.closed_at.is_(None)
        )
    ).all()
    for alert_id in open_ids:
        change_owner(session, member.clinic_id, alert_id, member.id, to_id, actor, now)

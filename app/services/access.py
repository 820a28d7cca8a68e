"""Who may do what. Deny by default: an endpoint without a policy does not start."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ADMINISTRATOR
from app.errors import BetweenError
from app.models import Alert, AlertNotice, CareLink, Patient, TeamMember
from app.services.actors import Actor, Role, load_actor, must_prove

__all__ = ["POLICIES", "SCOPES", "Actor", "Policy", "Role", "load_actor", "must_prove"]

# ENTERING: somebody signed in who may still owe the second step, and to whom nothing else is open then.
PUBLIC, SESSION, ENTERING, APPEND, CAPABILITY = "public", "session", "entering", "append", "capability"


@dataclass(frozen=True)
class Policy:
    """What an endpoint asks for: its authority, and for a session one of `roles` (none: any person)."""

    authority: str
    roles: frozenset[str] = frozenset()

    def allows(self, actor: Actor | None) -> bool:
        """Whether a request with this actor may enter."""
        if self.authority != SESSION:
            return True
        if actor is None:
            return False
        return any(held.role in self.roles for held in actor.roles) if self.roles else not actor.withheld


_PUBLIC = Policy(PUBLIC)
_APPEND = Policy(APPEND)
_CAPABILITY = Policy(CAPABILITY)
_ENTERING = Policy(ENTERING)
_ANYONE = Policy(SESSION)
_PATIENT = Policy(SESSION, frozenset({"patient"}))
_CLINICIAN = Policy(SESSION, frozenset({"clinician"}))
# Patients are reminded, clinicians are told of alerts.
_REACHED = Policy(SESSION, frozenset({"patient", "clinician"}))
_CAREGIVER = Policy(SESSION, frozenset({"caregiver"}))
_ADMINISTRATOR = Policy(SESSION, frozenset({ADMINISTRATOR}))

POLICIES: dict[str, Policy] = {
    "pwa.check_in": _PUBLIC,
    "pwa.help_page": _PUBLIC,
    "pwa.licences": _PUBLIC,
    "pwa.shell": _PUBLIC,
    "pwa.worker": _PUBLIC,
    "pwa.manifest": _PUBLIC,
    "pwa.envelope_schema": _PUBLIC,
    "form.send_form": _PUBLIC,
    "health.show_health": _PUBLIC,
    "openapi.show_openapi": _PUBLIC,
    "account.start": _PUBLIC,
    "account.show_sign_in": _PUBLIC,
    "account.do_sign_in": _PUBLIC,
    "account.do_sign_out": _PUBLIC,
    "account.enter_with_passkey": _PUBLIC,
    "passkey_questions.ask_known": _PUBLIC,
    "passkey_questions.ask_new": _ENTERING,
    "forgotten.show_ways": _PUBLIC,
    "forgotten.ask_by_mail": _PUBLIC,
    "forgotten.use_code": _PUBLIC,
    "second_step.show": _ENTERING,
    "second_step.prove": _ENTERING,
    "code_app.begin": _ENTERING,
    "code_app.show": _ENTERING,
    "code_app.confirm": _ENTERING,
    "code_app.remove": _ENTERING,
    "passkeys.add": _ENTERING,
    "passkeys.remove": _ENTERING,
    "recovery.make_codes": _ENTERING,
    "devices.show": _ANYONE,
    "passphrase.show": _ANYONE,
    "passphrase.change": _ANYONE,
    "devices.end_one": _ANYONE,
    "devices.end_others": _ANYONE,
    "patient_entry.show": _CLINICIAN,
    "patient_entry.make_code": _CLINICIAN,
    "patient_entry.end_device": _CLINICIAN,
    "patient_entry.drop_factor": _CLINICIAN,
    "staff_entry.show": _ADMINISTRATOR,
    "staff_entry.make_code": _ADMINISTRATOR,
    "staff_entry.end_device": _ADMINISTRATOR,
    "staff_entry.drop_factor": _ADMINISTRATOR,
    "join.show_code": _PUBLIC,
    "join.type_code": _PUBLIC,
    "join.show_invitation": _CAPABILITY,
    "join.accept": _CAPABILITY,
    "receipts.receive": _CAPABILITY,
    "sync.sync": _APPEND,
    "sync.keys": _APPEND,
    "overview.overview": _PATIENT,
    "agreements.add_agreement": _PATIENT,
    "subscriptions.add_subscription": _REACHED,
    "subscriptions.stop_subscription": _REACHED,
    "own.set_preferences": _ANYONE,
    "own.end_own_session": _ENTERING,
    "own.stop_sharing": _PATIENT,
    "own.invite_caregiver": _PATIENT,
    "gaps.tell_series_ended": _PATIENT,
    "gaps.put_gap_aside": _PATIENT,
    "invitations.show_form": _CLINICIAN,
    "invitations.make_invitation": _CLINICIAN,
    "caseload.show_caseload": _CLINICIAN,
    "caseload.mark_called": _CLINICIAN,
    "patient.show_patient": _CLINICIAN,
    "patient.save_plan": _CLINICIAN,
    "gap_page.put_gap_aside": _CLINICIAN,
    "check_in_page.show_check_in": _CLINICIAN,
    "check_in_page.sign_off_check_in": _CLINICIAN,
    "visits.add_visit": _CLINICIAN,
    "visits.cancel_visit": _CLINICIAN,
    "visits.restore_visit": _CLINICIAN,
    "visits.set_cadence": _CLINICIAN,
    "visits.end_cadence": _CLINICIAN,
    "alerts.add_attempt": _CLINICIAN,
    "alerts.close_alert": _CLINICIAN,
    "alerts.give_alert": _CLINICIAN,
    "alerts.mark_words": _CLINICIAN,
    "alert_desk.show_alerts": _CLINICIAN,
    "alert_desk.open_alert": _CLINICIAN,
    "alert_desk.take_alert": _CLINICIAN,
    "alert_desk.add_absence": _CLINICIAN,
    "alert_desk.end_absence": _CLINICIAN,
    "standing_plans.sign_plan": _CLINICIAN,
    "standing_plans.end_plan": _CLINICIAN,
    "sign_off.sign_off_many": _CLINICIAN,
    "repairs.show_repairs": _CLINICIAN,
    "repairs.show_repair": _CLINICIAN,
    "repairs.read_again": _CLINICIAN,
    "repairs.dismiss": _CLINICIAN,
    "repairs.restore": _CLINICIAN,
    "care.show_care": _CAREGIVER,
}


def _as(actor: Actor, role: str, reach: Callable[[Role], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    """What any of the actor's memberships in this role reaches; without one, nothing."""
    return sa.or_(sa.false(), *(reach(held) for held in actor.roles if held.role == role))


def _own_team(actor: Actor) -> sa.ColumnElement[bool]:
    return _as(
        actor,
        "clinician",
        lambda held: sa.exists().where(
            TeamMember.clinic_id == Patient.clinic_id,
            TeamMember.patient_id == Patient.id,
            TeamMember.clinic_id == held.clinic_id,
            TeamMember.membership_id == held.membership_id,
        ),
    )


def _is_member(actor: Actor) -> sa.ColumnElement[bool]:
    return _as(actor, "clinician", lambda held: _is_held(TeamMember, held))


def _own_alerts(actor: Actor) -> sa.ColumnElement[bool]:
    """Open alerts that the clinician owns or was told of: help must not wait for a place on the team."""
    return _as(
        actor,
        "clinician",
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
    return _as(actor, "patient", lambda held: _is_held(Patient, held))


def _own_consent(actor: Actor) -> sa.ColumnElement[bool]:
    return _as(actor, "caregiver", lambda held: _is_held(CareLink, held))


def _is_held(table: type[TeamMember] | type[Patient] | type[CareLink], held: Role) -> sa.ColumnElement[bool]:
    return sa.and_(table.clinic_id == held.clinic_id, table.membership_id == held.membership_id)


SCOPES: dict[str, Callable[[Actor], sa.ColumnElement[bool]]] = {
    "team": _own_team,
    "alert": _own_alerts,
    "self": _own_self,
    "consent": _own_consent,
}


def visible_patients(actor: Actor) -> sa.Select[Patient]:
    """The patients of the clinician's own team."""
    return sa.select(Patient).where(SCOPES["team"](actor))


def patients_on_desk(actor: Actor) -> sa.Subquery:
    """(clinic_id, id) of the own team, and of patients with an open alert that calls the clinician."""
    # By the team's own index: asking each patient of the clinic grows with the clinic.
    own = sa.select(TeamMember.clinic_id, TeamMember.patient_id.label("id")).where(_is_member(actor))
    called = sa.select(Alert.clinic_id, Alert.patient_id).where(SCOPES["alert"](actor))
    return own.union(called).subquery("team")


def own_patients(actor: Actor) -> sa.Select[Patient]:
    """The actor as patient, one row for each clinic."""
    return sa.select(Patient).where(SCOPES["self"](actor)).order_by(Patient.created_at)


def own_care_links(actor: Actor) -> sa.Select[CareLink]:
    """The consents that patients gave to the actor as caregiver."""
    return sa.select(CareLink).where(SCOPES["consent"](actor)).order_by(CareLink.from_at)


def find_patient(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """A patient on the actor's desk. Raises BetweenError not_found for every other id, existing or not."""
    called = sa.exists().where(
        Alert.clinic_id == Patient.clinic_id, Alert.patient_id == Patient.id, SCOPES["alert"](actor)
    )
    patient = session.scalar(
        sa.select(Patient).where(Patient.id == patient_id, sa.or_(SCOPES["team"](actor), called))
    )
    if patient is None:
        raise BetweenError("not_found")
    return patient


def find_own_patient(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """The actor as this patient. Raises BetweenError not_found for every other id."""
    patient = session.scalar(own_patients(actor).where(Patient.id == patient_id))
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

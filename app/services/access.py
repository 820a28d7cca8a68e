"""Who may do what. Deny by default: an endpoint without a policy does not start."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.roles import ADMINISTRATOR, CARERS, CLINICIAN, FRONT_DESK, STAFF
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
# What is signed with a name: a nurse may not.
_CLINICIAN = Policy(SESSION, frozenset({CLINICIAN}))
_CARER = Policy(SESSION, frozenset(CARERS))
# Names, ways to reach people, and visits.
_DESK = Policy(SESSION, frozenset({*CARERS, FRONT_DESK}))
_STAFF = Policy(SESSION, frozenset(STAFF))
_ADMINISTRATOR = Policy(SESSION, frozenset({ADMINISTRATOR}))
# Patients are reminded, carers are told of alerts.
_REACHED = Policy(SESSION, frozenset({"patient", *CARERS}))
_CAREGIVER = Policy(SESSION, frozenset({"caregiver"}))

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
    "own.end_own_session": _ANYONE,
    "own.stop_sharing": _PATIENT,
    "own.invite_caregiver": _PATIENT,
    "gaps.tell_series_ended": _PATIENT,
    "gaps.put_gap_aside": _PATIENT,
    "invitations.show_form": _STAFF,
    "invitations.make_invitation": _STAFF,
    "caseload.show_caseload": _DESK,
    "caseload.mark_called": _CARER,
    "patient.show_patient": _DESK,
    "patient.save_plan": _CLINICIAN,
    "gap_page.put_gap_aside": _CARER,
    "check_in_page.show_check_in": _CARER,
    "check_in_page.sign_off_check_in": _CLINICIAN,
    "visits.add_visit": _DESK,
    "visits.cancel_visit": _DESK,
    "visits.restore_visit": _DESK,
    "visits.set_cadence": _CLINICIAN,
    "visits.end_cadence": _CLINICIAN,
    "alerts.add_attempt": _CARER,
    "alerts.close_alert": _CLINICIAN,
    "alerts.give_alert": _CARER,
    "alerts.mark_words": _CARER,
    "alert_desk.show_alerts": _CARER,
    "alert_desk.open_alert": _CARER,
    "alert_desk.take_alert": _CARER,
    "alert_desk.add_absence": _CARER,
    "alert_desk.end_absence": _CARER,
    "standing_plans.sign_plan": _CLINICIAN,
    "standing_plans.end_plan": _CLINICIAN,
    "sign_off.sign_off_many": _CLINICIAN,
    "repairs.show_repairs": _CARER,
    "repairs.show_repair": _CARER,
    "repairs.read_again": _CARER,
    "repairs.dismiss": _CARER,
    "repairs.restore": _CARER,
    "care.show_care": _CAREGIVER,
    "looked.show_looked": _PATIENT,
    "own_erasure.show_erasure": _PATIENT,
    "own_erasure.ask": _PATIENT,
    "own_erasure.undo": _PATIENT,
    "erasures.show_erasure": _CLINICIAN,
    "erasures.ask": _CLINICIAN,
    "erasures.undo": _CLINICIAN,
    "holds.show_holds": _ADMINISTRATOR,
    "holds.place": _ADMINISTRATOR,
    "holds.hold": _ADMINISTRATOR,
    "holds.lift": _ADMINISTRATOR,
    "team.add_member": _CLINICIAN,
    "team.remove_member": _CLINICIAN,
    "settings.show_settings": _ADMINISTRATOR,
    "settings.save_section": _ADMINISTRATOR,
    "settings.go_live": _ADMINISTRATOR,
    "staff.show_staff": _ADMINISTRATOR,
    "staff.show_member": _ADMINISTRATOR,
    "staff.suspend": _ADMINISTRATOR,
    "staff.resume": _ADMINISTRATOR,
    "staff.remove": _ADMINISTRATOR,
    "staff.add_absence": _ADMINISTRATOR,
    "staff.end_absence": _ADMINISTRATOR,
}


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


def own_care_links(actor: Actor) -> sa.Select[CareLink]:
    """The consents that patients gave to the actor as caregiver."""
    return sa.select(CareLink).where(SCOPES["consent"](actor)).order_by(CareLink.from_at)


def find_patient(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """A patient on the carer's desk. Raises BetweenError not_found for every other id, existing or not."""
    return _find(session, patient_id, _looked_after(actor))


def find_visitor(session: Session, actor: Actor, patient_id: uuid.UUID) -> Patient:
    """A patient whose name and visits the actor may see: the front desk too. Raises BetweenError."""
    return _find(session, patient_id, sa.or_(_looked_after(actor), SCOPES["desk"](actor)))


def _looked_after(actor: Actor) -> sa.ColumnElement[bool]:
    called = sa.exists().where(
        Alert.clinic_id == Patient.clinic_id, Alert.patient_id == Patient.id, SCOPES["alert"](actor)
    )
    return sa.or_(SCOPES["team"](actor), called)


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

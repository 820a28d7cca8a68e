"""What each endpoint asks for. Deny by default: one that is not here does not start."""

from dataclasses import dataclass

from app.domain.roles import ADMINISTRATOR, CARERS, CLINICIAN, FRONT_DESK, PATIENT, RECEIVERS, STAFF
from app.services.actors import FORMER_PATIENT, Actor

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
_PATIENT = Policy(SESSION, frozenset({PATIENT}))
_OWN_RECORD = Policy(SESSION, frozenset({PATIENT, FORMER_PATIENT}))
# What is signed with a name: a nurse may not.
_CLINICIAN = Policy(SESSION, frozenset({CLINICIAN}))
_CARER = Policy(SESSION, frozenset(CARERS))
# Names, ways to reach people, and visits.
_DESK = Policy(SESSION, frozenset({*CARERS, FRONT_DESK}))
_STAFF = Policy(SESSION, frozenset(STAFF))
_ADMINISTRATOR = Policy(SESSION, frozenset({ADMINISTRATOR}))
# Patients are reminded, carers are told of alerts.
_REACHED = Policy(SESSION, frozenset({PATIENT, *CARERS}))
# Who enrols, prints, hands out codes and the tablet: with no score or note in it, so the front desk too.
_RECEIVES = Policy(SESSION, frozenset(RECEIVERS))
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
    "health.show_ready": _PUBLIC,
    "metrics.show_metrics": _CAPABILITY,
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
    "patient_entry.show": _RECEIVES,
    "patient_entry.make_code": _RECEIVES,
    "patient_entry.end_device": _CARER,
    "patient_entry.drop_factor": _CARER,
    "patient_entry.change_place": _CLINICIAN,
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
    "overview.overview": _OWN_RECORD,
    "agreements.add_agreement": _PATIENT,
    "subscriptions.add_subscription": _REACHED,
    "subscriptions.stop_subscription": _REACHED,
    "own.set_preferences": _ANYONE,
    "own.end_own_session": _ENTERING,
    "own.stop_sharing": _PATIENT,
    "own.invite_caregiver": _PATIENT,
    "gaps.tell_series_ended": _PATIENT,
    "gaps.put_gap_aside": _PATIENT,
    "invitations.show_form": _ADMINISTRATOR,
    "invitations.make_invitation": _ADMINISTRATOR,
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
    "saved_files.take_file": _CARER,
    "health_page.show_health": _ADMINISTRATOR,
    "care.show_care": _CAREGIVER,
    "looked.show_looked": _OWN_RECORD,
    "own_erasure.show_erasure": _OWN_RECORD,
    "own_erasure.ask": _OWN_RECORD,
    "own_erasure.undo": _OWN_RECORD,
    "erasures.show_erasure": _CLINICIAN,
    "erasures.ask": _CLINICIAN,
    "erasures.undo": _CLINICIAN,
    "holds.show_holds": _ADMINISTRATOR,
    "holds.place": _ADMINISTRATOR,
    "holds.hold": _ADMINISTRATOR,
    "holds.lift": _ADMINISTRATOR,
    "break_glass.show_form": _CARER,
    "break_glass.open_record": _CARER,
    "break_glass.end_opening": _CARER,
    "break_glass.mark_seen": _CLINICIAN,
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
    "tablet.show_done": _PUBLIC,
    "tablet.show_form": _CAPABILITY,
    "tablet.send": _CAPABILITY,
    "enrolment.show_form": _RECEIVES,
    "enrolment.enrol_patient": _RECEIVES,
    "enrolment.give_code": _RECEIVES,
    "paper.print_form": _RECEIVES,
    "tablet.start": _RECEIVES,
    "baselines.sign_baseline": _CLINICIAN,
    "baselines.add_past_total": _CLINICIAN,
    "baselines.remove_past_total": _CLINICIAN,
    "care_ends.end_care": _CLINICIAN,
    "care_ends.return_to_care": _CLINICIAN,
    "exports.export": _CLINICIAN,
    "imports.show_form": _CLINICIAN,
    "imports.look_at": _CLINICIAN,
    "imports.store": _CLINICIAN,
    "paper.show_code": _CARER,
    "paper.find_by_code": _CARER,
    "paper.show_form": _CARER,
    "paper.enter_form": _CARER,
    "corrections.show_form": _CARER,
    "corrections.correct": _CARER,
}

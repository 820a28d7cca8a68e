"""Who may: every route × role × ownership, and what is left where a place does not count.

Written by hand from what each role is for, never from the policies: it is what they are compared with.
"""

from tests.access_row import Row

# In groups: nobody; patients (june, of the same clinic, of another), caregivers (june's, one whose consent
# ended, of another clinic), then clinicians, nurses, front desks and administrators (on june's team, of the
# same clinic, of another). june is the patient whose things are asked for.
VISITORS = (
    *("nobody", "june", "marcus", "away", "sam", "ended", "wide", "lead", "vega", "far"),
    *("nurse", "nurse2", "nurse3", "desk", "desk3", "admin", "admin3"),
)

SAME = ""  # Open to all, so a place that does not count changes nothing; asked of those who have one.
FROM_A_PHONE = "403 403 403  403 403 403  404 404 404  403 403 403  403 403  403 403"

# A name among those whose place counts, or role and state of one whose place does not.
Visitor = str | tuple[str, str]
SHUT_STATES = ("invited", "suspended", "ended")
FORMER = ("patient", "ended")

TABLE = {
    "pwa.check_in": Row("GET", "200", SAME),
    "pwa.help_page": Row("GET", "200", SAME),
    "pwa.licences": Row("GET", "200", SAME),
    "pwa.shell": Row("GET", "200", SAME),
    "pwa.worker": Row("GET", "200", SAME),
    "pwa.manifest": Row("GET", "200", SAME),
    "pwa.envelope_schema": Row("GET", "200", SAME),
    "health.show_health": Row("GET", "200", SAME),
    "health.show_ready": Row("GET", "200", SAME),
    # From this machine or with the operator's token: tests/test_metrics.py.
    "metrics.show_metrics": Row("GET", "200", SAME),
    "openapi.show_openapi": Row("GET", "200", SAME),
    "account.start": Row("GET", "302", SAME),
    "account.show_sign_in": Row("GET", "200", SAME),
    "account.do_sign_in": Row("POST", "422", SAME),
    "account.do_sign_out": Row("POST", "302", SAME),
    # A passkey is the authority: what answers no question of ours opens nothing.
    "account.enter_with_passkey": Row("POST", "422", SAME),
    "passkey_questions.ask_known": Row("POST", "200", SAME),
    "passkey_questions.ask_new": Row(
        "POST", "401  200 200 200  200 200 200  200 200 200  200 200 200  200 200  200 200", former="200"
    ),
    "forgotten.show_ways": Row("GET", "200", SAME),
    # No mail is set up here.
    "forgotten.ask_by_mail": Row("POST", "404", SAME),
    "forgotten.use_code": Row("POST", "422", SAME),
    "second_step.show": Row(
        "GET", "302  200 200 200  200 200 200  200 200 200  200 200 200  200 200  200 200", former="200"
    ),
    "second_step.prove": Row(
        "POST", "401  422 422 422  422 422 422  422 422 422  422 422 422  422 422  422 422", former="422"
    ),
    "code_app.show": Row(
        "GET", "302  303 303 303  303 303 303  303 303 303  303 303 303  303 303  303 303", former="303"
    ),
    "code_app.confirm": Row(
        "POST", "401  303 303 303  303 303 303  303 303 303  303 303 303  303 303  303 303", former="303"
    ),
    "code_app.begin": Row(
        "POST", "401  303 303 303  303 303 303  303 303 303  303 303 303  303 303  303 303", former="303"
    ),
    # Staff keep one second factor at least.
    "code_app.remove": Row(
        "POST", "401  303 303 303  303 303 303  409 409 409  409 409 409  409 409  409 409", former="303"
    ),
    "passkeys.add": Row(
        "POST", "401  422 422 422  422 422 422  422 422 422  422 422 422  422 422  422 422", former="422"
    ),
    "passkeys.remove": Row(
        "POST", "401  404 404 404  404 404 404  404 404 404  404 404 404  404 404  404 404", former="404"
    ),
    "recovery.make_codes": Row(
        "POST", "401  303 303 303  303 303 303  303 303 303  303 303 303  303 303  303 303", former="303"
    ),
    "passphrase.show": Row(
        "GET", "302  200 200 200  200 200 200  200 200 200  200 200 200  200 200  200 200", former="200"
    ),
    "passphrase.change": Row(
        "POST", "401  422 422 422  422 422 422  422 422 422  422 422 422  422 422  422 422", former="422"
    ),
    "devices.show": Row(
        "GET", "302  200 200 200  200 200 200  200 200 200  200 200 200  200 200  200 200", former="200"
    ),
    # june's phone, ended by june, and another one by the clinic.
    "devices.end_one": Row(
        "POST", "401  303 404 404  404 404 404  404 404 404  404 404 404  404 404  404 404", former="404"
    ),
    "patient_entry.show": Row(
        "GET", "302  403 403 403  403 403 403  200 404 404  403 403 403  403 403  403 403"
    ),
    "patient_entry.make_code": Row(
        "POST", "401  403 403 403  403 403 403  200 404 404  403 403 403  403 403  403 403"
    ),
    "patient_entry.end_device": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "patient_entry.drop_factor": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "staff_entry.show": Row(
        "GET", "302  403 403 403  403 403 403  403 403 403  403 403 403  403 403  200 404"
    ),
    "staff_entry.make_code": Row(
        "POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  200 404"
    ),
    "staff_entry.end_device": Row(
        "POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 404"
    ),
    "staff_entry.drop_factor": Row(
        "POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 404"
    ),
    "join.show_code": Row("GET", "200", SAME),
    "join.type_code": Row("POST", "422", SAME),
    # The token is the authority: one that nobody gave out opens nothing, whoever asks.
    "join.show_invitation": Row("GET", "410", SAME),
    "join.accept": Row("POST", "410", SAME),
    "receipts.receive": Row("POST", "404", SAME),
    # A check-in is stored for a patient, asks who it is from, and is refused to others.
    "form.send_form": Row(
        "POST", "401  200 200 200  403 403 403  403 403 403  403 403 403  403 403  403 403", former="200"
    ),
    # june's items with the visitor's own credentials.
    "sync.sync": Row(
        "POST", "401  200 401 401  401 401 401  401 401 401  401 401 401  401 401  401 401", former="401"
    ),
    # A phone whose owner has no place any more still hands in what waits: it needs the keys.
    "sync.keys": Row(
        "GET",
        "401  200 200 200  401 401 401  401 401 401  401 401 401  401 401  401 401",
        "200 401 401 401 401 401",
        "200",
    ),
    "overview.overview": Row(
        "GET", "401  200 200 200  403 403 403  403 403 403  403 403 403  403 403  403 403", former="200"
    ),
    # june's decision with the visitor's own session.
    "agreements.add_agreement": Row(
        "POST", "401  200 404 404  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    "subscriptions.add_subscription": Row(
        "POST", "401  400 400 400  403 403 403  400 400 400  400 400 400  403 403  403 403"
    ),
    "subscriptions.stop_subscription": Row(
        "POST", "401  200 404 404  403 403 403  404 404 404  404 404 404  403 403  403 403"
    ),
    "own.set_preferences": Row(
        "POST", "401  200 200 200  200 200 200  200 200 200  200 200 200  200 200  200 200", former="200"
    ),
    "own.end_own_session": Row(
        "POST", "401  204 204 204  204 204 204  204 204 204  204 204 204  204 204  204 204", former="204"
    ),
    "own.stop_sharing": Row(
        "POST", "401  200 404 404  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    "own.invite_caregiver": Row(
        "POST", "401  201 201 201  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    "gaps.tell_series_ended": Row(
        "POST", "401  200 404 404  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    "gaps.put_gap_aside": Row(
        "POST", "401  200 404 404  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    "gap_page.put_gap_aside": Row(
        "POST", "401  403 403 403  403 403 403  422 404 404  422 404 404  403 403  403 403"
    ),
    "invitations.show_form": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  200 200 200  200 200  200 200"
    ),
    # A patient is invited: who is no clinician must name one, and an administrator invites staff only.
    "invitations.make_invitation": Row(
        "POST", "401  403 403 403  403 403 403  200 200 200  422 422 422  422 422  422 422"
    ),
    "caseload.show_caseload": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  200 200 200  200 200  403 403"
    ),
    "caseload.mark_called": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  303 404 404  403 403  403 403"
    ),
    # The front desk gets a page of another kind: name and visits.
    "patient.show_patient": Row(
        "GET", "302  403 403 403  403 403 403  200 404 404  200 404 404  200 404  403 403"
    ),
    "patient.save_plan": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "check_in_page.show_check_in": Row(
        "GET", "302  403 403 403  403 403 403  200 404 404  200 404 404  403 403  403 403"
    ),
    "check_in_page.sign_off_check_in": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "visits.add_visit": Row(
        "POST", "401  403 403 403  403 403 403  422 404 404  422 404 404  422 404  403 403"
    ),
    "visits.cancel_visit": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  303 404 404  303 404  403 403"
    ),
    "visits.restore_visit": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  303 404 404  303 404  403 403"
    ),
    "visits.set_cadence": Row(
        "POST", "401  403 403 403  403 403 403  422 404 404  403 403 403  403 403  403 403"
    ),
    "visits.end_cadence": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    # The second over the same version is told of the first.
    "alerts.add_attempt": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  409 404 404  403 403  403 403"
    ),
    "alerts.close_alert": Row(
        "POST", "401  403 403 403  403 403 403  409 404 404  403 403 403  403 403  403 403"
    ),
    "alerts.give_alert": Row(
        "POST", "401  403 403 403  403 403 403  409 404 404  409 404 404  403 403  403 403"
    ),
    "alerts.mark_words": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  303 404 404  403 403  403 403"
    ),
    "alert_desk.show_alerts": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  200 200 200  403 403  403 403"
    ),
    "alert_desk.open_alert": Row(
        "GET", "302  403 403 403  403 403 403  302 404 404  302 404 404  403 403  403 403"
    ),
    # The alert is not past its time, so nobody takes it from its owner.
    "alert_desk.take_alert": Row(
        "POST", "401  403 403 403  403 403 403  404 404 404  404 404 404  403 403  403 403"
    ),
    "alert_desk.add_absence": Row(
        "POST", "401  403 403 403  403 403 403  422 422 422  422 422 422  403 403  403 403"
    ),
    "alert_desk.end_absence": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  404 404 404  403 403  403 403"
    ),
    "standing_plans.sign_plan": Row(
        "POST", "401  403 403 403  403 403 403  422 404 404  403 403 403  403 403  403 403"
    ),
    "standing_plans.end_plan": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "sign_off.sign_off_many": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "repairs.show_repairs": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  200 200 200  403 403  403 403"
    ),
    "repairs.show_repair": Row(
        "GET", "302  403 403 403  403 403 403  200 404 404  200 404 404  403 403  403 403"
    ),
    "repairs.read_again": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  303 404 404  403 403  403 403"
    ),
    "repairs.restore": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  409 404 404  403 403  403 403"
    ),
    "saved_files.take_file": Row(
        "POST", "401  403 403 403  403 403 403  422 422 422  422 422 422  403 403  403 403"
    ),
    "repairs.dismiss": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  409 404 404  403 403  403 403"
    ),
    "care.show_care": Row("GET", "302  403 403 403  200 200 200  403 403 403  403 403 403  403 403  403 403"),
    "team.add_member": Row(
        "POST", "401  403 403 403  403 403 403  422 404 404  403 403 403  403 403  403 403"
    ),
    "team.remove_member": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "health_page.show_health": Row(
        "GET", "302  403 403 403  403 403 403  403 403 403  403 403 403  403 403  200 200"
    ),
    "settings.show_settings": Row(
        "GET", "302  403 403 403  403 403 403  403 403 403  403 403 403  403 403  200 200"
    ),
    "settings.save_section": Row(
        "POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  422 422"
    ),
    "settings.go_live": Row(
        "POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 303"
    ),
    "staff.show_staff": Row(
        "GET", "302  403 403 403  403 403 403  403 403 403  403 403 403  403 403  200 200"
    ),
    "staff.show_member": Row(
        "GET", "302  403 403 403  403 403 403  403 403 403  403 403 403  403 403  200 404"
    ),
    "staff.add_absence": Row(
        "POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  422 404"
    ),
    "staff.end_absence": Row(
        "POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 404"
    ),
    "staff.suspend": Row("POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 404"),
    "staff.resume": Row("POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 404"),
    "staff.remove": Row("POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 404"),
    # Before somebody undoes what was asked: only what is asked for, or held, is on the page.
    "holds.show_holds": Row(
        "GET", "302  403 403 403  403 403 403  403 403 403  403 403 403  403 403  200 200"
    ),
    # Without a reason nothing is held.
    "holds.place": Row("POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  422 422"),
    "holds.hold": Row("POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 404"),
    "holds.lift": Row("POST", "401  403 403 403  403 403 403  403 403 403  403 403 403  403 403  303 404"),
    "looked.show_looked": Row(
        "GET", "302  200 200 200  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    "own_erasure.show_erasure": Row(
        "GET", "302  200 200 200  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    # june's record with the visitor's own session; undone where it was asked for.
    "own_erasure.ask": Row(
        "POST", "401  303 404 404  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    "own_erasure.undo": Row(
        "POST", "401  303 404 404  403 403 403  403 403 403  403 403 403  403 403  403 403"
    ),
    "erasures.show_erasure": Row(
        "GET", "302  403 403 403  403 403 403  200 404 404  403 403 403  403 403  403 403"
    ),
    "erasures.ask": Row("POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"),
    "erasures.undo": Row("POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"),
    "enrolment.show_form": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  403 403 403  403 403  403 403"
    ),
    "enrolment.enrol_patient": Row(
        "POST", "401  403 403 403  403 403 403  422 422 422  403 403 403  403 403  403 403"
    ),
    # june has an account.
    "enrolment.give_code": Row(
        "POST", "401  403 403 403  403 403 403  409 404 404  403 403 403  403 403  403 403"
    ),
    "baselines.sign_baseline": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "baselines.add_past_total": Row(
        "POST", "401  403 403 403  403 403 403  422 404 404  403 403 403  403 403  403 403"
    ),
    "baselines.remove_past_total": Row(
        "POST", "401  403 403 403  403 403 403  303 404 404  403 403 403  403 403  403 403"
    ),
    "imports.show_form": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  403 403 403  403 403  403 403"
    ),
    "imports.look_at": Row(
        "POST", "401  403 403 403  403 403 403  422 422 422  403 403 403  403 403  403 403"
    ),
    "imports.store": Row("POST", "401  403 403 403  403 403 403  422 422 422  403 403 403  403 403  403 403"),
    "paper.print_form": Row(
        "POST", "401  403 403 403  403 403 403  200 404 404  403 403 403  403 403  403 403"
    ),
    "exports.export": Row(
        "POST", "401  403 403 403  403 403 403  200 404 404  403 403 403  403 403  403 403"
    ),
    "tablet.start": Row("POST", "401  403 403 403  403 403 403  200 404 404  403 403 403  403 403  403 403"),
    "tablet.show_form": Row("GET", "410", SAME),
    "tablet.send": Row("POST", "410", SAME),
    "tablet.show_done": Row("GET", "200", SAME),
    "paper.show_code": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  403 403 403  403 403  403 403"
    ),
    "paper.find_by_code": Row(
        "POST", "401  403 403 403  403 403 403  303 422 422  403 403 403  403 403  403 403"
    ),
    "paper.show_form": Row(
        "GET", "302  403 403 403  403 403 403  200 404 404  403 403 403  403 403  403 403"
    ),
    "paper.enter_form": Row(
        "POST", "401  403 403 403  403 403 403  422 404 404  403 403 403  403 403  403 403"
    ),
    "corrections.show_form": Row("GET", f"302  {FROM_A_PHONE}"),
    "corrections.correct": Row("POST", f"401  {FROM_A_PHONE}"),
    # An alert of june's is open, and nobody was named for it.
    "care_ends.end_care": Row(
        "POST", "401  403 403 403  403 403 403  409 404 404  403 403 403  403 403  403 403"
    ),
    # june is in care.
    "care_ends.return_to_care": Row(
        "POST", "401  403 403 403  403 403 403  409 404 404  403 403 403  403 403  403 403"
    ),
    # The last one: it ends what others are asked with.
    "devices.end_others": Row(
        "POST", "401  303 303 303  303 303 303  303 303 303  303 303 303  303 303  303 303", former="303"
    ),
}

"""Who may: the rows of the access table about patients who join and leave."""

from tests.access_row import SAME, Row

JOINING = {
    "enrolment.show_form": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  200 200 200  200 200  403 403"
    ),
    "enrolment.enrol_patient": Row(
        "POST", "401  403 403 403  403 403 403  422 422 422  422 422 422  422 422  403 403"
    ),
    # june has an account.
    "enrolment.give_code": Row(
        "POST", "401  403 403 403  403 403 403  409 404 404  409 404 404  409 404  403 403"
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
        "POST", "401  403 403 403  403 403 403  200 404 404  200 404 404  200 404  403 403"
    ),
    "exports.export": Row(
        "POST", "401  403 403 403  403 403 403  200 404 404  403 403 403  403 403  403 403"
    ),
    "tablet.start": Row("POST", "401  403 403 403  403 403 403  200 404 404  200 404 404  200 404  403 403"),
    "tablet.show_form": Row("GET", "410", SAME),
    "tablet.send": Row("POST", "410", SAME),
    "tablet.show_done": Row("GET", "200", SAME),
    "paper.show_code": Row(
        "GET", "302  403 403 403  403 403 403  200 200 200  200 200 200  403 403  403 403"
    ),
    "paper.find_by_code": Row(
        "POST", "401  403 403 403  403 403 403  303 422 422  303 422 422  403 403  403 403"
    ),
    "paper.show_form": Row(
        "GET", "302  403 403 403  403 403 403  200 404 404  200 404 404  403 403  403 403"
    ),
    "paper.enter_form": Row(
        "POST", "401  403 403 403  403 403 403  422 404 404  422 404 404  403 403  403 403"
    ),
    # June's came from her phone.
    "corrections.show_form": Row(
        "GET", "302  403 403 403  403 403 403  404 404 404  404 404 404  403 403  403 403"
    ),
    "corrections.correct": Row(
        "POST", "401  403 403 403  403 403 403  404 404 404  404 404 404  403 403  403 403"
    ),
    # An alert of june's is open, and nobody was named for it.
    "care_ends.end_care": Row(
        "POST", "401  403 403 403  403 403 403  409 404 404  403 403 403  403 403  403 403"
    ),
    # june is in care.
    "care_ends.return_to_care": Row(
        "POST", "401  403 403 403  403 403 403  409 404 404  403 403 403  403 403  403 403"
    ),
}

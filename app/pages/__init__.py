"""The HTML for clinic, caregiver and account: a view and its presenter per subject."""

from app.pages import (
    account,
    alert_desk,
    alerts,
    care,
    caseload,
    check_in_page,
    form,
    gaps,
    health,
    invitations,
    join,
    patient,
    repairs,
    sign_off,
    standing_plans,
    visits,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        account,
        alert_desk,
        alerts,
        care,
        caseload,
        check_in_page,
        form,
        gaps,
        health,
        invitations,
        join,
        patient,
        repairs,
        sign_off,
        standing_plans,
        visits,
    )
)

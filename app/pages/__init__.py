"""The HTML for clinic, caregiver and account: a view and its presenter per subject."""

from app.pages import (
    account,
    alert_desk,
    alerts,
    care,
    caseload,
    check_in_page,
    erasures,
    form,
    gaps,
    holds,
    invitations,
    join,
    looked,
    own_erasure,
    patient,
    repairs,
    settings,
    sign_off,
    staff,
    standing_plans,
    team,
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
        erasures,
        form,
        gaps,
        holds,
        invitations,
        join,
        looked,
        own_erasure,
        patient,
        repairs,
        settings,
        sign_off,
        staff,
        standing_plans,
        team,
        visits,
    )
)

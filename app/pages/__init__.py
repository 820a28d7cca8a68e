"""The HTML for clinic, caregiver and account: a view and its presenter per subject."""

from app.pages import (
    account,
    alert_desk,
    alerts,
    baselines,
    care,
    care_ends,
    caseload,
    check_in_page,
    enrolment,
    exports,
    form,
    gaps,
    imports,
    invitations,
    join,
    paper,
    patient,
    repairs,
    sign_off,
    standing_plans,
    tablet,
    visits,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        account,
        alert_desk,
        alerts,
        baselines,
        care,
        care_ends,
        caseload,
        check_in_page,
        enrolment,
        exports,
        form,
        gaps,
        imports,
        invitations,
        join,
        paper,
        patient,
        repairs,
        sign_off,
        standing_plans,
        tablet,
        visits,
    )
)

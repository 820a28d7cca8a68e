"""The HTML for clinic, caregiver and account: a view and its presenter per subject."""

from app.pages import (
    account,
    alerts,
    care,
    caseload,
    check_in_page,
    form,
    gaps,
    invitations,
    join,
    patient,
    repairs,
    visits,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        account,
        alerts,
        care,
        caseload,
        check_in_page,
        form,
        gaps,
        invitations,
        join,
        patient,
        repairs,
        visits,
    )
)

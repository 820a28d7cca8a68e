"""The HTML for clinic, caregiver and account: a view and its presenter per subject."""

from app.pages import account, form, invitations, join

BLUEPRINTS = tuple(module.blueprint for module in (account, form, invitations, join))

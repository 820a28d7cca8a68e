"""The JSON the phone speaks: one module, one blueprint."""

from app.api import (
    account,
    agreements,
    gaps,
    health,
    metrics,
    openapi,
    overview,
    passkeys,
    receipts,
    subscriptions,
    sync,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        account,
        agreements,
        gaps,
        health,
        metrics,
        openapi,
        overview,
        passkeys,
        receipts,
        subscriptions,
        sync,
    )
)

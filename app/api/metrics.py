"""GET /metrics: what Prometheus asks for, from this machine or with the operator's token."""

import hmac
from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.db import UNAVAILABLE
from app.door import is_this_machine
from app.errors import BetweenError
from app.http import current_now, parts
from app.services.queues import Queue, measure_queues

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """Counts and times; whoever may not see them finds nothing here."""
    if not (is_this_machine(request.environ) or _shows_token()):
        raise BetweenError("not_found")
    body = current_app.extensions["metrics"].write(_Waiting(current_now()))
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _shows_token() -> bool:
    token = parts().settings.metrics_token
    shown = request.headers.get("Authorization", "").encode()
    return token is not None and hmac.compare_digest(shown, f"Bearer {token}".encode())


class _Waiting(Collector):
    """What the database knows. When it does not answer, that is what is told of it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        try:
            with parts().database.reading() as session:
                queues = measure_queues(session, self._now)
        except UNAVAILABLE:
            yield GaugeMetricFamily("between_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("between_database_up", "Whether the database answers.", 1)
        yield from _of_queue("reminders", queues.reminders)
        yield from _of_queue("alert_steps", queues.alert_steps)
        yield GaugeMetricFamily(
            "between_alerts_late", "Open alerts past their time that nobody answered.", queues.alerts_late
        )
        yield GaugeMetricFamily("between_repairs", "Items kept that could not be read.", queues.repairs)


def _of_queue(what: str, queue: Queue) -> Iterator[Metric]:
    yield GaugeMetricFamily(f"between_{what}_waiting", "Due and not taken by a worker.", queue.waiting)
    yield GaugeMetricFamily(
        f"between_{what}_lag_seconds", "How long the oldest of them waits.", queue.lag_seconds
    )

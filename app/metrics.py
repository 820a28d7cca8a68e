"""What is counted while serving. No label ever holds a person, an id or a path: only routes as templates."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Where several processes of one machine write their counts; prometheus_client reads it when it is imported.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counts of this process, or with the shared folder of all that write there."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "between_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "between_request_seconds",
            "How long making the answer took.",
            ("route",),
            registry=self._registry,
            buckets=SECONDS,
        )
        self._items = Counter(
            "between_intake_items",
            "What came of items handed in.",
            ("outcome",),
            registry=self._registry,
        )

    def count_request(self, method: str, route: str, status: str, seconds: float) -> None:
        """One request is over. A method that nobody knows is told as such: its name is the client's."""
        self._requests.labels(method if method in METHODS else "other", route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def count_item(self, outcome: str) -> None:
        """One item was stored, duplicate, conflict, rejected or needs_repair."""
        self._items.labels(outcome).inc()

    def write(self, more: Collector) -> bytes:
        """Everything in Prometheus' text format, with what `more` collects at this moment."""
        told = self._registry
        if os.environ.get(SHARED_FOLDER):
            told = CollectorRegistry()
            MultiProcessCollector(told)  # type: ignore[no-untyped-call]
        now = CollectorRegistry()
        now.register(more)
        return generate_latest(told) + generate_latest(now)

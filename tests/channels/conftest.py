"""A push service on this machine."""

from collections.abc import Iterator

import pytest

from tests.push_sink import PushSink


@pytest.fixture
def sink() -> Iterator[PushSink]:
    """A push service that checks everything it is told."""
    sink = PushSink()
    yield sink
    sink.close()

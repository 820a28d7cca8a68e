"""A push service and what sends to it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.config import Settings
from tests.push_sink import PushSink


@pytest.fixture
def sink() -> Iterator[PushSink]:
    """A push service on this machine."""
    sink = PushSink()
    yield sink
    sink.close()


@pytest.fixture
def push_settings(settings: Settings, sink: PushSink) -> Settings:
    """An operator who allowed that push service."""
    return replace(settings, push_origins=(sink.origin,))

"""What the worker's tests share: a channel that writes down, the time, and how a patient agrees."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.channels.push import Message, Target
from tests.push_sink import SinkPhone
from tests.small_clinic import Who

NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


Subscribes = Callable[[Who, SinkPhone], None]


class Recording:
    """A channel that writes down what it was given, and may look at the database meanwhile."""

    is_on = True

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.topics: list[str] = []
        self._meanwhile = meanwhile

    def send(self, target: Target, message: Message) -> int:
        self.topics.append(message.topic)
        self._meanwhile()
        return 201

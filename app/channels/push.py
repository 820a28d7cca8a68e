"""Web Push (RFC 8030, 8291, 8292) through pywebpush.

pywebpush and what it brings take a fifth of a second to import: read when the first push is sent, so that a
server answers before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app.channels.endpoint import check_endpoint
from app.channels.errors import ChannelError
from app.channels.vapid import VapidKey
from app.config import Settings
from app.errors import BetweenError

if TYPE_CHECKING:
    import requests
    from pywebpush import WebPushException

    from app.channels.connection import PushSession

TIMEOUT_SECONDS = (5, 10)
# RFC 8030 lets a service shorten it; FCM refuses more than four weeks.
LONGEST_TTL = 28 * 24 * 3600
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Target:
    """A phone's subscription, as the browser gave it."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Message:
    """What to send. The push service sees topic, time to live and size; only the phone reads `payload`."""

    payload: str
    topic: str
    ttl: int
    urgency: str = "normal"


class PushChannel:
    """Sends to push services. Safe to use from several threads."""

    def __init__(self, settings: Settings, key: VapidKey) -> None:
        self._settings = settings
        self._key = key

    @cached_property
    def _session(self) -> PushSession:
        from app.channels.connection import PushSession

        return PushSession(self._settings.push_origins)

    @property
    def is_on(self) -> bool:
        """Push services ask who is calling; with nobody named, push is off."""
        return self._settings.vapid_contact is not None

    def send(self, target: Target, message: Message) -> int:
        """The status with which the service took it. Raises ChannelError."""
        try:
            check_endpoint(target.endpoint, self._settings)
        except BetweenError as error:
            raise ChannelError(permanent=True) from error
        import requests
        from pywebpush import WebPushException

        try:
            response = self._post(target, message)
        except WebPushException as error:
            raise _refusal(error) from error
        except requests.RequestException as error:
            # Its text names the endpoint, which is a secret; the cause keeps it for a debugger only.
            raise ChannelError(permanent=False) from error
        except ValueError as error:
            raise ChannelError(permanent=True) from error
        return response.status_code

    def close(self) -> None:
        """Close idle connections."""
        if "_session" in vars(self):
            self._session.close()

    def _post(self, target: Target, message: Message) -> requests.Response:
        from pywebpush import webpush

        response: requests.Response = webpush(
            {"endpoint": target.endpoint, "keys": {"p256dh": target.p256dh, "auth": target.auth}},
            message.payload,
            vapid_private_key=self._key.private,
            # Fresh each time: it writes audience and expiry into what it is given.
            vapid_claims={"sub": self._settings.vapid_contact},
            ttl=max(1, min(message.ttl, LONGEST_TTL)),
            headers={"topic": message.topic, "urgency": message.urgency},
            timeout=TIMEOUT_SECONDS,
            requests_session=self._session,
        )
        return response


def _refusal(error: WebPushException) -> ChannelError:
    status: int | None = error.status_code
    after = error.retry_after
    seconds = int(after) if after and after.isascii() and after.isdigit() else None
    return ChannelError(permanent=status not in TRY_AGAIN, status=status, retry_after=seconds)

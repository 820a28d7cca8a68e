"""One HTTP session for all pushes: no proxy from the environment, no redirects, no address inside."""

import socket
from collections.abc import Iterable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from app.channels.endpoint import is_public

POOL = 16


class PushSession(requests.Session):
    """The session that pywebpush posts with."""

    def __init__(self, origins: Iterable[str]) -> None:
        super().__init__()
        self.trust_env = False
        self.adapters.clear()
        self.mount("https://", _PublicAdapter(pool_connections=POOL, pool_maxsize=POOL))
        for origin in origins:
            # What the operator wrote down may be local. With the slash, a longer host name does not match.
            self.mount(f"{origin}/", HTTPAdapter(pool_connections=POOL, pool_maxsize=POOL))

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        """A redirect is an answer like any other; nothing follows it."""
        options["allow_redirects"] = False
        return super().request(method, url, *args, **options)


class _PublicConnection(HTTPSConnection):
    """Looks at the address after connecting: one looked up before could have changed in between."""

    def _new_conn(self) -> socket.socket:
        connected: socket.socket = super()._new_conn()
        if not is_public(connected.getpeername()[0]):
            connected.close()
            raise NewConnectionError(self, "not a public address")
        return connected


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}

"""A client of a proxy: what it sends as itself, and what comes back, header by header."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any

from prove.front import NAME, Front


@dataclass(frozen=True)
class Reply:
    """One answer. Header names are lower case; a name may come twice."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        """Its first value, or none."""
        return (self.all(name) or [""])[0]

    @property
    def json(self) -> dict[str, Any]:
        """What it says as JSON; nothing where it is none."""
        try:
            said: dict[str, Any] = json.loads(self.body)
        except ValueError:
            return {}
        return said


@dataclass
class Browser:
    """Asks through the proxy, with cookies, from an address of its own."""

    front: Front
    source: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, secured: bool = True, **headers: str
    ) -> Reply:
        said = {"Host": NAME, "Sec-Fetch-Site": "same-origin"}
        said |= {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(NAME, timeout=60)
        connection.sock = self.front.connect(secured=secured, source=self.source)
        connection.request(method, path, body, said)
        answer = connection.getresponse()
        reply = Reply(answer.status, [(k.lower(), v) for k, v in answer.getheaders()], answer.read())
        connection.close()
        for cookie in reply.all("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply

    def post_json(self, path: str, said: object, **headers: str) -> Reply:
        return self.ask("POST", path, json.dumps(said).encode(), Content_Type="application/json", **headers)

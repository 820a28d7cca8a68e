"""What a phone may hear that is no receipt of ours for what it sent."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from prove.machine_phone import NO_REPLY, Record, Reply, Request

HOTEL = b"<!doctype html><title>Welcome</title><h1>Please accept our terms</h1>"


def _plain(status: int, body: bytes = b"", content_type: str = "text/html") -> Callable[[Request], Reply]:
    return lambda _request: Reply(status, body, content_type)


def _receipts(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        receipts = [change(_receipt(record)) for record in request.records]
        return Reply(200, json.dumps({"receipts": receipts, "server_time": "2026-11-21T12:00:00Z"}).encode())

    return answer


def _receipt(record: Record) -> dict[str, Any]:
    told = {"id": record.id, "sha256": record.sha256, "status": "stored", "needs_repair": False}
    return told | {"arrived_at": "2026-11-21T12:00:00Z"}


# The nearest to a receipt that is none.
FORGED: dict[str, Callable[[Request], Reply]] = {
    "other ids": _receipts(lambda receipt: receipt | {"id": str(uuid.uuid4())}),
    "other hashes": _receipts(lambda receipt: receipt | {"sha256": "0" * 64}),
    "no hash": _receipts(lambda receipt: receipt | {"sha256": None}),
    "an unknown status": _receipts(lambda receipt: receipt | {"status": "fine"}),
}
WRONG_REPLIES: dict[str, Callable[[Request], Reply]] = {
    "nothing": lambda _request: NO_REPLY,
    "a hotel's page": _plain(200, HOTEL),
    "a page that says it is JSON": _plain(200, HOTEL, "application/json"),
    "an empty 200": _plain(200),
    "an empty list": _plain(200, b'{"receipts": []}', "application/json"),
    "null": _plain(200, b"null", "application/json"),
    "204": _plain(204),
    "302": _plain(302),
    "400": _plain(400, b'{"code": "bad_request"}', "application/json"),
    "401": _plain(401, b'{"code": "no_credential"}', "application/json"),
    "403": _plain(403, HOTEL),
    "404": _plain(404, HOTEL),
    "413 of a proxy": _plain(413, HOTEL),
    "413 that is not JSON": _plain(413, HOTEL, "application/json"),
    "429": _plain(429, b'{"code": "too_many_tries"}', "application/json"),
    "500": _plain(500, b'{"code": "our_fault"}', "application/json"),
    "502": _plain(502, HOTEL),
    "503": _plain(503, b'{"code": "busy"}', "application/json"),
    "511": _plain(511, HOTEL),
    **FORGED,
}

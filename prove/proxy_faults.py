"""What a network, a hotel, a proxy or a tired server does to a request: each fault by its name."""

import json
import random
import time
import uuid
from collections.abc import Callable
from typing import Any

from prove.proxy import Exchange, Fault

# Longer than the phone waits: its 45 seconds are a thirtieth of that in these runs.
HOLD_SECONDS = 1.8
HOTEL = b"<!doctype html><title>Welcome</title><h1>Please accept our terms</h1>"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
Act = Callable[[Exchange], bool]


def cut_request(at: int, *, abruptly: bool) -> Fault:
    """After `at` bytes of the request both connections end."""

    def act(exchange: Exchange) -> bool:
        exchange.ask_with(min(at, len(exchange.request) - 1))
        return abruptly and exchange.reset()

    return Fault(f"request cut after {at} bytes", act)


def cut_answer(at: int, *, abruptly: bool) -> Fault:
    """The server has it, and the phone hears only `at` bytes of its answer."""

    def act(exchange: Exchange) -> bool:
        answer = exchange.ask()
        exchange.tell_part(answer[: min(at, len(answer) - 1)])
        return abruptly and exchange.reset()

    return Fault(f"answer cut after {at} bytes", act)


def answer_bytes(status: str, body: bytes = b"", kind: str = HTML, **headers: str) -> bytes:
    """An HTTP answer."""
    told = {"Content-Type": kind, "Content-Length": str(len(body))} | headers
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def _said(code: str) -> bytes:
    return json.dumps({"status": 0, "code": code, "sentence": "No."}).encode()


STRANGE_ANSWERS = {
    "a hotel's page": answer_bytes("200 OK", HOTEL),
    "a hotel's page called JSON": answer_bytes("200 OK", HOTEL, JSON),
    "a redirect to a page": answer_bytes("302 Found", Location="/help/en"),
    "a redirect to itself": answer_bytes("307 Temporary Redirect", Location="/api/sync"),
    "a redirect elsewhere": answer_bytes("302 Found", Location="http://127.0.0.1:9/hotel"),
    "511": answer_bytes("511 Network Authentication Required", HOTEL),
    "an empty 200": answer_bytes("200 OK"),
    "an empty 200 called JSON": answer_bytes("200 OK", b"", JSON),
    "null": answer_bytes("200 OK", b"null", JSON),
    "no receipts": answer_bytes("200 OK", b'{"receipts": []}', JSON),
    "204": answer_bytes("204 No Content"),
    "400": answer_bytes("400 Bad Request", _said("bad_request"), JSON),
    "401": answer_bytes("401 Unauthorized", _said("no_credential"), JSON),
    "403": answer_bytes("403 Forbidden", HOTEL),
    "404": answer_bytes("404 Not Found", HOTEL),
    "413": answer_bytes("413 Content Too Large", HOTEL),
    "413 called JSON": answer_bytes("413 Content Too Large", HOTEL, JSON),
    "429": answer_bytes("429 Too Many Requests", _said("too_many_tries"), JSON, Retry_After="1"),
    "500": answer_bytes("500 Internal Server Error", _said("our_fault"), JSON),
    "502": answer_bytes("502 Bad Gateway", HOTEL),
    "503": answer_bytes("503 Service Unavailable", _said("busy"), JSON, Retry_After="1"),
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
}


def _strange(answer: bytes, *, reached: bool) -> Act:
    def act(exchange: Exchange) -> bool:
        if reached:
            exchange.ask()
        return exchange.tell(answer) and answer.startswith(b"HTTP/")

    return act


def _changed(change: Callable[[dict[str, Any]], Any]) -> Act:
    """The server's own answer with every receipt changed on the way."""

    def act(exchange: Exchange) -> bool:
        body = json.loads(exchange.ask().partition(b"\r\n\r\n")[2])
        receipts = [change(receipt) for receipt in body.get("receipts", ())]
        return exchange.tell(answer_bytes("200 OK", json.dumps(body | {"receipts": receipts}).encode(), JSON))

    return act


CHANGED_RECEIPTS = {
    "receipts for other ids": lambda receipt: receipt | {"id": str(uuid.uuid4())},
    "receipts for other bytes": lambda receipt: receipt | {"sha256": "0" * 64},
    "receipts without a hash": lambda receipt: receipt | {"sha256": None},
    "an unknown status": lambda receipt: receipt | {"status": "fine"},
    "nulls for receipts": lambda _receipt: None,
}


def _half_receipt(exchange: Exchange) -> bool:
    """Half of the text, with the length of a half."""
    body = exchange.ask().partition(b"\r\n\r\n")[2]
    return exchange.tell(answer_bytes("200 OK", body[: len(body) // 2], JSON))


def _short_receipt(exchange: Exchange) -> bool:
    """Half of the text, with the length of the whole."""
    body = exchange.ask().partition(b"\r\n\r\n")[2]
    exchange.tell_part(answer_bytes("200 OK", body[: len(body) // 2], JSON, Content_Length=str(len(body))))
    return False


def _chunk_cut(exchange: Exchange) -> bool:
    """All of the text in chunks, and never the last chunk."""
    body = exchange.ask().partition(b"\r\n\r\n")[2]
    head = answer_bytes("200 OK", b"", JSON).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    exchange.tell_part(head + f"{len(body):x}\r\n".encode() + body + b"\r\n")
    return False


def _doubled(exchange: Exchange) -> bool:
    exchange.ask()
    return exchange.tell(exchange.ask())


def _late_too(exchange: Exchange) -> bool:
    exchange.ask_later()
    return exchange.tell(exchange.ask())


def _late_only(exchange: Exchange) -> bool:
    exchange.ask_later()
    return exchange.reset()


def _held(exchange: Exchange) -> bool:
    """Stored, and the answer comes when the phone has given up."""
    answer = exchange.ask()
    time.sleep(HOLD_SECONDS)
    return exchange.tell(answer)


def _delayed(exchange: Exchange) -> bool:
    time.sleep(0.1)
    return exchange.tell(exchange.ask())


def _dripped(exchange: Exchange) -> bool:
    answer = exchange.ask()
    exchange.note(answer)
    for at in range(0, len(answer), 64):
        exchange.tell_part(answer[at : at + 64])
        time.sleep(0.002)
    return True


FAULTS = (
    *(Fault(name, _strange(answer, reached=False)) for name, answer in STRANGE_ANSWERS.items()),
    *(Fault(f"{name}, stored", _strange(answer, reached=True)) for name, answer in STRANGE_ANSWERS.items()),
    *(Fault(name, _changed(change)) for name, change in CHANGED_RECEIPTS.items()),
    Fault("half a receipt", _half_receipt),
    Fault("a receipt shorter than it says", _short_receipt),
    Fault("chunks without an end", _chunk_cut),
    Fault("sent twice", _doubled),
    Fault("arrives again much later", _late_too),
    Fault("reset, arrives much later", _late_only),
    Fault("reset at once", Exchange.reset),
    Fault("answered too late", _held),
    Fault("delayed", _delayed),
    Fault("answered drop by drop", _dripped),
)
MOST_IN_A_ROW = 4


def random_script(dice: random.Random, size: int) -> list[Fault]:
    """One to four faults in a row; a quarter of them cuts anywhere in `size` bytes."""
    return [_random_fault(dice, size) for _ in range(dice.randint(1, MOST_IN_A_ROW))]


def _random_fault(dice: random.Random, size: int) -> Fault:
    if dice.random() < 0.25:
        cut = dice.choice((cut_request, cut_answer))
        return cut(dice.randrange(size), abruptly=dice.random() < 0.5)
    return dice.choice(FAULTS)


def cuts(request: int, answer: int, count: int) -> list[Fault]:
    """A cut after every k bytes of a request and of its answer, k such that there are about `count`."""
    step = max(1, -(-(request + answer) // max(1, count)))
    places = [(cut_request, at) for at in range(0, request, step)]
    places += [(cut_answer, at) for at in range(0, answer, step)]
    return [cut(at, abruptly=bool(number % 2)) for number, (cut, at) in enumerate(places)]

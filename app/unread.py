"""What is answered to something that never became a request: too long a line, a header nobody can read."""

import json
from http import HTTPStatus

from gunicorn.http import errors

from app.errors import CATALOGUE, Problem
from app.response_headers import BARE

TOO_LARGE = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
}
NOT_A_CLIENTS = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


def judge(error: Exception) -> tuple[HTTPStatus, Problem]:
    """The status and the catalogue's words. What the client did not do is ours."""
    if type(error) in TOO_LARGE:
        return TOO_LARGE[type(error)], CATALOGUE["too_large"]
    if isinstance(error, errors.UnsupportedTransferCoding):
        return HTTPStatus.NOT_IMPLEMENTED, CATALOGUE["bad_request"]
    if isinstance(error, errors.ParseException) and not isinstance(error, NOT_A_CLIENTS):
        return HTTPStatus.BAD_REQUEST, CATALOGUE["bad_request"]
    return HTTPStatus.INTERNAL_SERVER_ERROR, CATALOGUE["our_fault"]


def write_answer(status: HTTPStatus, problem: Problem) -> bytes:
    """The whole answer as it goes over the wire, with nothing in it of what came."""
    body = json.dumps({"status": status, "code": problem.code, "sentence": problem.sentence}).encode()
    headers = {
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **BARE,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{head}\r\n".encode() + body

"""How an error reaches the person: a status, a code and a sentence. Nothing of it is content."""

from typing import Any

import structlog
from flask import Flask, make_response, render_template, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.db import UNAVAILABLE
from app.errors import BUSY_SECONDS, CATALOGUE, BetweenError, Problem, problem_for_status
from app.http import answer
from app.languages import request_language, translate
from app.logs import place_of

LOG: Any = structlog.get_logger()


def install_failures(app: Flask) -> None:
    """Answer every error from the catalogue."""
    app.register_error_handler(BetweenError, _named)
    app.register_error_handler(HTTPException, _http)
    for unavailable in UNAVAILABLE:
        app.register_error_handler(unavailable, _busy)
    app.register_error_handler(IntegrityError, _done_before)
    app.register_error_handler(Exception, _unforeseen)


def _named(error: BetweenError) -> Response:
    return _say(error.problem, error.retry_after)


def _http(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    response = _say(problem_for_status(error.code or 500), None)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _busy(error: Exception) -> Response:
    _log(error)
    return _say(CATALOGUE["busy"], BUSY_SECONDS)


def _done_before(_error: IntegrityError) -> Response:
    """Two did the same at once, and a unique key let one of them through."""
    return _say(CATALOGUE["already_done"], None)


def _unforeseen(error: Exception) -> Response:
    _log(error)
    return _say(CATALOGUE["our_fault"], None)


def _log(error: Exception) -> None:
    """Where it happened, without the message: messages quote what people wrote."""
    LOG.error(
        "error", type=type(error).__name__, place=place_of(error.__traceback__), endpoint=request.endpoint
    )


def _say(problem: Problem, retry_after: int | None) -> Response:
    language = request_language()
    sentence = translate(language, problem.sentence)
    if request.path.startswith("/api/"):
        response = answer(
            {"status": problem.status, "code": problem.code, "sentence": sentence}, problem.status
        )
    else:
        page = render_template(
            "account/error.html", status=problem.status, sentence=sentence, language=language, way=None
        )
        response = make_response(page, problem.status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response

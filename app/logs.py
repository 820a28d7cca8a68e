"""What a server says of itself: a line each to stderr, JSON or plain, and never what people wrote.

Our own lines are made of names that stand in this code. Of what libraries say, only the words of their
template are told: what they put into it may be a path with a token, or a letter.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

PACKAGE = Path(__file__).parent
OWN = ("between", "app")
_LINE = threading.Lock()


class Stderr:
    """Writes a line at a time, wherever stderr leads at that moment."""

    def msg(self, line: str) -> None:
        """One line, whole."""
        with _LINE:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


class Telling(logging.Handler):
    """Lets what goes through `logging` out in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        """One record, without what it quotes."""
        said: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[0]:
            said |= {"type": record.exc_info[0].__name__, "place": place_of(record.exc_info[2])}
        log: Any = structlog.get_logger()
        getattr(log, record.levelname.lower(), log.error)(_words_of(record), **said)


def say_plainly(_logger: object, _name: str, facts: MutableMapping[str, Any]) -> str:
    """`14:02:05 GET /today 200 3 ms` for a request, else the words with what belongs to them."""
    told = {name: value for name, value in facts.items() if name != "request_id"}
    time, event, level = told.pop("time"), told.pop("event"), told.pop("level")
    if event == "request":
        return f"{time} {told['method']} {told['route']} {told['status']} {told['ms']:.0f} ms"
    return " ".join([time, f"{level}:", event, *(f"{name}={value}" for name, value in told.items())])


FORMS: dict[str, tuple[Any, ...]] = {
    "json": (
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.JSONRenderer(),
    ),
    "plain": (structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False, key="time"), say_plainly),
}


def configure_logs(level: str, form: str = "json") -> None:
    """From now on everything is told in one form, from `level` on; of libraries, from warnings on.

    `form` is one of FORMS.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *FORMS[form],
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_names: Stderr(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, Telling) for handler in root.handlers):
        root.addHandler(Telling())
    for name in OWN:
        logging.getLogger(name).setLevel(level.upper())


def place_of(trace: TracebackType | None) -> str:
    """Where it happened in our own code, or else where at all: file, function and line."""
    frames = traceback.extract_tb(trace)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    if not (own or frames):
        return "unknown"
    last = (own or frames)[-1]
    path = Path(last.filename)
    told = path.relative_to(PACKAGE.parent).as_posix() if own else path.name
    return f"{told}:{last.name}:{last.lineno}"


def _words_of(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    args = record.args if isinstance(record.args, tuple) else ()
    is_ours = record.name.partition(".")[0] in OWN
    counts = bool(args) and all(isinstance(value, int | float) for value in args)
    return record.getMessage() if is_ours or counts else record.msg

"""What the fields of a form say, without script, on the clinic's tablet or from paper, and handing it in."""

import uuid
from datetime import datetime
from typing import Any

from flask import current_app
from werkzeug.datastructures import MultiDict

from app.domain.check_in import Arrival
from app.domain.note import DIMENSIONS
from app.http import parts
from app.services.intake import Handed, Receipt

ITEMS = {"phq9": 9, "gad7": 7}


def hand_in(person_id: uuid.UUID, arrival: Arrival, now: datetime) -> Receipt:
    """Through the phones' intake, and counted as theirs are. Raises BetweenError busy: nothing is stored."""
    (receipt,) = parts().intake.take(Handed(person_id, [arrival], now))
    current_app.extensions["metrics"].count_item("needs_repair" if receipt.needs_repair else receipt.status)
    return receipt


def answers_of(form: MultiDict[str, str], language: str) -> dict[str, Any]:
    """The envelope's answers from the fields of the form. A field that is not there was skipped."""
    return {
        "kind": "full",
        "supersedes": None,
        "visits": [],
        "language": language,
        "instruments": {
            name: {
                "version": "1",
                "answers": [_number(form.get(f"{name}-{item}")) for item in range(1, count + 1)],
                "languages": [language] * count,
            }
            for name, count in ITEMS.items()
        },
        "difficulty": {"value": _number(form.get("difficulty")), "language": language},
        "note": {dimension: _note(form, dimension) for dimension in DIMENSIONS},
        "today": _number(form.get("today")),
        "should_know": _should_know(form),
        # Left out when nobody said: the same form, sent again after an upgrade, is still the same.
        **({"answered_by": form["answered-by"]} if form.get("answered-by") else {}),
    }


def _note(form: MultiDict[str, str], dimension: str) -> dict[str, Any]:
    return {
        "direction": form.get(f"{dimension}-direction") or None,
        "text": form.get(f"{dimension}-text", ""),
        "attribution": form.getlist(f"{dimension}-attribution"),
    }


def _should_know(form: MultiDict[str, str]) -> dict[str, Any] | None:
    topics, text = form.getlist("should-know-topic"), form.get("should-know-text", "")
    said = form.get("should-know")
    if not said and not topics and not text:
        return None
    return {"answer": "yes" if topics or text else said, "topics": topics, "text": text}


def _number(value: str | None) -> int | str | None:
    """A form has only text: what is no number stays text, and the schema refuses it."""
    if not value:
        return None
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else value

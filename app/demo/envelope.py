"""A planned check-in as the phone of that person would have written it: envelope version 1."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.demo.answers import gad7_answers, phq9_answers
from app.demo.plan import CheckInPlan, Story, Words

FORMAT = "between/envelope/1"
APP_VERSION = "0.2.0"
PEOPLE = uuid.UUID("7e2f4a0c-5d1b-5c58-9a52-0c1f6f5c9e11")
MINUTES_TAKEN = {"full": 5, "note": 2, "today": 1, "in_person": 1}


def write_envelope(
    story: Story, plan: CheckInPlan, sequence: int, answered_at: datetime, visits: list[uuid.UUID], zone: str
) -> dict[str, Any]:
    there = answered_at.astimezone(ZoneInfo(zone))
    instruments = _instruments(story, plan, sequence)
    return {
        "format": FORMAT,
        "id": str(uuid.uuid5(PEOPLE, f"{story.key}/{sequence}/{answered_at.isoformat()}")),
        "kind": plan.kind,
        "supersedes": None,
        "visits": [str(visit) for visit in visits],
        "language": story.language,
        "instruments": instruments,
        "difficulty": _difficulty(story, plan, instruments),
        "note": _note(plan),
        "today": plan.today,
        "should_know": _should_know(plan),
        "started_at": _iso(answered_at - timedelta(minutes=MINUTES_TAKEN[plan.kind])),
        "answered_at": _iso(answered_at),
        "wall": there.replace(tzinfo=None, microsecond=0).isoformat(),
        "zone": zone,
        "offset": _offset_minutes(there),
        "app": APP_VERSION,
        "install": str(uuid.uuid5(PEOPLE, f"{story.key}/phone")),
        "sequence": sequence,
        "pending": 0,
    }


def _instruments(story: Story, plan: CheckInPlan, turn: int) -> dict[str, Any]:
    said = {}
    if plan.phq9 is not None:
        answers = phq9_answers(plan.phq9, story.phq_profile, plan.item9, plan.skipped_phq9, turn)
        said["phq9"] = _instrument(answers, story.language)
    if plan.gad7 is not None:
        said["gad7"] = _instrument(
            gad7_answers(plan.gad7, story.gad_profile, plan.skipped_gad7, turn), story.language
        )
    return said


def _instrument(answers: list[int | None], language: str) -> dict[str, Any]:
    return {"version": "1", "answers": answers, "languages": [language] * len(answers)}


def _difficulty(story: Story, plan: CheckInPlan, instruments: dict[str, Any]) -> dict[str, Any] | None:
    """Asked once, after the first instrument with any item above 0."""
    if not any(answer for said in instruments.values() for answer in said["answers"]):
        return None
    return {"value": plan.difficulty, "language": story.language}


def _note(plan: CheckInPlan) -> dict[str, Any] | None:
    if plan.executive is None and plan.hedonic is None:
        return None
    return {"executive": _words(plan.executive), "hedonic": _words(plan.hedonic)}


def _words(words: Words | None) -> dict[str, Any]:
    said = words or Words()
    return {"direction": said.direction, "text": said.text, "attribution": list(said.attribution)}


def _should_know(plan: CheckInPlan) -> dict[str, Any] | None:
    if plan.should_know is not None:
        return {"answer": "yes", "topics": list(plan.should_know.topics), "text": plan.should_know.text}
    return {"answer": "no", "topics": [], "text": ""} if plan.kind == "full" else None


def _offset_minutes(there: datetime) -> int:
    offset = there.utcoffset() or timedelta()
    return int(offset.total_seconds() // 60)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

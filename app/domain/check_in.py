"""What one opened envelope says, checked and scored, before any table knows of it."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.gad7 import score_gad7
from app.domain.phq9 import score_phq9
from app.domain.score import Score

IN_PERSON = "in_person"
KINDS = ("full", "today", "note", "partial", IN_PERSON)
ANSWERED_BY = ("me", "with_help")
SCORERS = {"phq9": score_phq9, "gad7": score_gad7}


@dataclass(frozen=True)
class InstrumentFacts:
    """The answers of one instrument, `None` for a skipped item, with the language each was shown in."""

    version: str
    answers: tuple[int | None, ...]
    languages: tuple[str, ...]
    score: Score


@dataclass(frozen=True)
class NoteFacts:
    """One dimension of the note."""

    direction: str | None
    text: str
    attribution: tuple[str, ...]


@dataclass(frozen=True)
class CheckInFacts:
    """One version of a check-in. Moments are aware UTC; `offset` is in minutes east of UTC."""

    kind: str
    language: str
    supersedes: uuid.UUID | None
    visits: tuple[uuid.UUID, ...]
    instruments: dict[str, InstrumentFacts]
    difficulty: int | None
    difficulty_asked: bool
    notes: dict[str, NoteFacts]
    today: int | None
    should_know: str | None
    should_know_topics: tuple[str, ...]
    should_know_text: str
    answered_by: str | None
    started_at: datetime
    answered_at: datetime
    wall: str
    zone: str
    offset: int
    app_version: str
    install_id: uuid.UUID
    sequence: int
    pending: int

    @property
    def item9(self) -> int | None:
        """The answer to PHQ-9 item 9, None when it was not answered or not asked."""
        phq9 = self.instruments.get("phq9")
        return phq9.answers[8] if phq9 else None


@dataclass(frozen=True)
class Arrival:
    """One item as it came in: the bytes, and what they say (`facts`) or why that is not known (`repair`).

    `entered_by` is the membership that typed it in from paper.
    """

    client_id: uuid.UUID
    clinic_id: uuid.UUID
    patient_id: uuid.UUID
    source: str
    key_id: str
    sealed: bytes
    sha256: bytes
    facts: CheckInFacts | None
    repair: str = ""
    entered_by: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def score_instrument(
    instrument: str, version: str, answers: list[int | None], languages: list[str]
) -> InstrumentFacts:
    """Score the answers of one instrument. Raises AnswerError when they are not its answers."""
    score = SCORERS[instrument](answers)
    return InstrumentFacts(version, tuple(answers), tuple(languages), score)

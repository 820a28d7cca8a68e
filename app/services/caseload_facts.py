"""What the caseload says about a patient."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from app.models import Alert, AlertWords
from app.services.alert_reading import Occasion


@dataclass(frozen=True)
class OpenAlert:
    """An open thread, with the newest answer and the newest words in it, and how often somebody tried."""

    alert: Alert
    owner: str
    owner_id: uuid.UUID
    newest: Occasion | None
    words: AlertWords | None
    attempts: int


@dataclass(frozen=True)
class News:
    """What one patient sent and nobody read: check-ins (so many of them with a note), notes, today ratings.

    `asked_at` says since when the patient asks to talk in person; that is none of the notes.
    """

    check_ins: int
    with_note: int
    notes: int
    ratings: int
    asked_at: datetime | None
    newest_at: datetime
    wants_known: bool
    item9_skipped: bool

    @property
    def unread(self) -> int:
        """How many wait to be read beside the asking."""
        return self.check_ins + self.notes + self.ratings


@dataclass(frozen=True)
class Score:
    """One PHQ-9 total."""

    at: datetime
    total: int
    is_prorated: bool


@dataclass(frozen=True)
class Stretch:
    """Maintenance that is due with nothing booked."""

    modality: str
    interval_days: int
    last_at: datetime


@dataclass(frozen=True)
class Rise:
    """How far the last complete score is above the best of the last 90 days."""

    instrument: str
    points: int
    best_at: datetime


@dataclass(frozen=True)
class Unreached:
    """A reminder that no phone could show."""

    reminder_id: uuid.UUID
    rule: str
    due_at: datetime


@dataclass
class Treatment:
    """Visits of one modality family: how many were had, the last and the next."""

    had: int = 0
    last_at: datetime | None = None
    next_at: datetime | None = None
    interval_days: int | None = None


@dataclass
class Row:
    """One patient on the caseload."""

    patient_id: uuid.UUID
    name: str
    scores: list[Score] = field(default_factory=list)
    item9_run: list[int | None] = field(default_factory=list)
    treatments: dict[str, Treatment] = field(default_factory=dict)
    alert: OpenAlert | None = None
    news: News | None = None
    stretches: list[Stretch] = field(default_factory=list)
    rises: list[Rise] = field(default_factory=list)
    unreached: list[Unreached] = field(default_factory=list)
    heard_at: datetime | None = None
    care_ended_at: datetime | None = None


@dataclass(frozen=True)
class Caseload:
    """Each patient stands once, under the first heading that applies."""

    needs: list[Row]
    news: list[Row]
    drifting: list[Row]
    unreached: list[Row]
    quiet: list[Row]
    total: int
    quiet_total: int

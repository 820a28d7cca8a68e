"""One line of the self-check."""

from dataclasses import dataclass, field
from datetime import datetime

from app.config import Settings
from app.db import Database

OK, LOOK, WRONG = "ok", "look", "wrong"


@dataclass(frozen=True)
class Asked:
    """What a check may look at."""

    database: Database
    settings: Settings
    now: datetime


@dataclass(frozen=True)
class Finding:
    """`name`, `sentence` and `todo` are keys of the translations; `values` fill their places."""

    name: str
    state: str
    sentence: str
    todo: str = ""
    values: dict[str, object] = field(default_factory=dict)

    def said(self) -> str:
        """The sentence, in English."""
        return self.sentence.format(**self.values)

    def told(self) -> str:
        """What to do, in English."""
        return self.todo.format(**self.values)

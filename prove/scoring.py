"""Every possible set of answers, scored by the server, by the phone, and by a second reading of the rules.

PHQ-9 has 5⁹ sets of answers when skipping counts as one, GAD-7 has 5⁷: few enough to try them all.
"""

import hashlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from playwright.sync_api import Page, sync_playwright

from app.domain.check_in import SCORERS
from app.domain.score import Score
from tests.browser.modules import module_page
from tests.browser.phone import FLAGS, chromium

ITEMS = {"phq9": 9, "gad7": 7}
MOST_MISSING = {"phq9": 2, "gad7": 0}
BANDS = {
    "phq9": [(4, "minimal"), (9, "mild"), (14, "moderate"), (19, "moderately_severe"), (27, "severe")],
    "gad7": [(4, "minimal"), (9, "mild"), (14, "moderate"), (21, "severe")],
}
CHOICES = (0, 1, 2, 3, None)
Answers = tuple[int | None, ...]

# One digest for all sets that begin with the same two answers: small to hand over, exact to compare.
PHONE = """async ([instrument, first, second, items]) => {
  const { scorePhq9 } = await import("/domain/phq9.js");
  const { scoreGad7 } = await import("/domain/gad7.js");
  const score = instrument === "phq9" ? scorePhq9 : scoreGad7;
  const say = (value) => value ?? "-";
  const lines = [];
  const extend = (answers) => {
    if (answers.length < items) {
      for (const answer of [0, 1, 2, 3, null]) extend([...answers, answer]);
      return;
    }
    const found = score(answers);
    const parts = [say(found.total), say(found.band), found.status, found.missing, say(found.item9)];
    lines.push(parts.join("|"));
  };
  extend([first, second]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines.join("\\n")));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}"""


@dataclass
class Outcome:
    """How many sets of answers were scored three times, and where the three differ."""

    tried: int = 0
    faults: list[str] = field(default_factory=list)


def prove_scoring() -> Outcome:
    """Score every set of answers three times."""
    outcome = Outcome()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with module_page(browser) as page:
            for instrument, beginning in _all_beginnings():
                _score_all(page, instrument, beginning, outcome)
        browser.close()
    return outcome


def _all_beginnings() -> Iterator[tuple[str, Answers]]:
    """Every first two answers of both instruments."""
    return ((name, pair) for name in ITEMS for pair in itertools.product(CHOICES, repeat=2))


def _score_all(page: Page, instrument: str, beginning: Answers, outcome: Outcome) -> None:
    lines = []
    for rest in itertools.product(CHOICES, repeat=ITEMS[instrument] - 2):
        answers = (*beginning, *rest)
        line = _told(SCORERS[instrument](answers))
        if line != _second_reading(instrument, answers):
            outcome.faults.append(f"{instrument} {answers}: the server says {line}")
        lines.append(line)
    outcome.tried += len(lines)
    server = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    if page.evaluate(PHONE, [instrument, *beginning, ITEMS[instrument]]) != server:
        outcome.faults.append(f"{instrument} {beginning}…: the phone scores some of these otherwise")


def _told(score: Score) -> str:
    missing = ",".join(str(number) for number in score.missing)
    return "|".join((_say(score.total), _say(score.band), score.status, missing, _say(score.item9)))


def _second_reading(instrument: str, answers: Answers) -> str:
    """The rules again, written from the page and not from the code, in fractions."""
    missing = [number for number, answer in enumerate(answers, start=1) if answer is None]
    item9 = None if instrument == "gad7" else _item9(answers[8])
    listed = ",".join(str(number) for number in missing)
    if len(missing) > MOST_MISSING[instrument]:
        return "|".join(("-", "-", "incomplete", listed, _say(item9)))
    mean = Fraction(sum(filter(None, answers)), len(answers) - len(missing))
    total = math.floor(mean * len(answers) + Fraction(1, 2))
    band = next(name for highest, name in BANDS[instrument] if total <= highest)
    return "|".join((str(total), band, "prorated" if missing else "complete", listed, _say(item9)))


def _item9(answer: int | None) -> str:
    if answer is None:
        return "not_answered"
    return "positive" if answer > 0 else "negative"


def _say(value: object) -> str:
    return "-" if value is None else str(value)

"""The phone scores the shared cases in a real browser, and agrees with the server on answers nobody wrote."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.domain.check_in import SCORERS
from tests.browser.modules import module_page

TESTS = Path(__file__).parent.parent
CASES = json.loads((TESTS / "data" / "scoring_cases.json").read_text())["cases"]
SCORED = [case for case in CASES if case["kind"] in ("phq9", "gad7")]
REFUSED = [case for case in CASES if case["kind"].startswith("invalid_")]
SCORE = """async (asked) => {
  const { scorePhq9 } = await import("/domain/phq9.js");
  const { scoreGad7 } = await import("/domain/gad7.js");
  return asked.map(([instrument, answers]) => {
    try {
      return { score: (instrument === "phq9" ? scorePhq9 : scoreGad7)(answers) };
    } catch (error) {
      return { refused: error.name };
    }
  });
}"""


@pytest.fixture(scope="module")
def scoring_page(browser: Browser) -> Iterator[Page]:
    """An empty page that can import the phone's own modules; no server is needed for that."""
    with module_page(browser) as page:
        yield page


def scored(page: Page, asked: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = page.evaluate(SCORE, asked)
    return results


def test_every_case_scores_as_written(scoring_page: Page) -> None:
    assert len(SCORED) == 41
    results = scored(scoring_page, [(case["kind"], case["answers"]) for case in SCORED])
    for case, result in zip(SCORED, results, strict=True):
        expect = case["expect"]
        found = result["score"]
        # The file says "not scorable" where the code says "incomplete".
        status = {"not_scorable": "incomplete"}.get(expect["status"], expect["status"])
        assert (found["total"], found["band"], found["status"], found["missing"]) == (
            expect["total"],
            expect["band"],
            status,
            expect["missing"],
        ), case
        assert found.get("item9") == expect.get("item9"), case


def test_what_the_server_refuses_the_phone_refuses(scoring_page: Page) -> None:
    assert len(REFUSED) == 6
    asked = [(case["kind"].removeprefix("invalid_"), case["answers"]) for case in REFUSED]
    asked += [("phq9", "000000000"), ("phq9", None), ("phq9", {"length": 9}), ("gad7", [-1, *[0] * 6])]
    for (instrument, answers), result in zip(asked, scored(scoring_page, asked), strict=True):
        # Deliberately, that is; a TypeError from some line below would be luck.
        assert result.get("refused") == "Error", (instrument, answers)


def test_phone_and_server_agree(scoring_page: Page) -> None:
    chance = random.Random(9)
    asked = [("phq9", answers(chance, 9)) for _ in range(2000)] + [
        ("gad7", answers(chance, 7)) for _ in range(500)
    ]
    for (instrument, given), result in zip(asked, scored(scoring_page, asked), strict=True):
        server = SCORERS[instrument](given)
        phone = result["score"]
        assert (phone["total"], phone["band"], phone["status"], tuple(phone["missing"])) == (
            server.total,
            server.band,
            server.status,
            server.missing,
        ), given
        assert phone.get("item9") == server.item9, given


def answers(chance: random.Random, items: int) -> list[int | None]:
    """Mostly answered: with many gaps nothing but "incomplete" would be compared."""
    return [chance.choice((0, 1, 2, 3)) if chance.random() > 0.1 else None for _ in range(items)]

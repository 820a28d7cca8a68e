"""The check-in as the server sends it: without script, and while the script is still on its way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from app.domain.instruments import load_instrument
from tests.browser.check_in import walk_to
from tests.browser.phone import Phones, until
from tests.browser.server import LiveServer

PHONE = {"viewport": {"width": 360, "height": 740}}
SHIFTS = """() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 300);
})"""


@pytest.fixture
def plain(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser runs no script."""
    context = browser.new_context(java_script_enabled=False, **PHONE)
    yield context
    context.close()


@pytest.fixture
def small(browser: Browser) -> Iterator[Page]:
    """A small phone."""
    context = browser.new_context(**PHONE)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_question_in_its_published_words(
    reading_server: LiveServer, plain: BrowserContext, language: str
) -> None:
    page = plain.new_page()
    page.goto(f"{reading_server.url}/check-in/{language}")
    for name in ("phq9", "gad7"):
        instrument = load_instrument(name)
        for item in instrument.items:
            section = page.locator(f"#{name}-{item.number}")
            expect(section.locator("legend .stem")).to_have_text(instrument.instruction.text(language))
            expect(section.locator("legend .ask")).to_have_text(item.text(language))
            answers = [answer.text(language) for answer in instrument.answers]
            expect(section.locator("label.answer")).to_have_text(answers)
        notice = page.locator(f"#{name}-1 .notice")
        expect(notice).to_be_visible()
        expect(notice).to_contain_text(instrument.copyright.text(language))


def test_without_script_item_9_shows_help_and_the_difficulty_question_comes_once(
    reading_server: LiveServer, plain: BrowserContext
) -> None:
    page = plain.new_page()
    page.goto(f"{reading_server.url}/check-in/en")
    help_card, first, second = (
        page.locator(name) for name in ("#phq9-9 .reveal", "#difficulty-phq9", "#difficulty-gad7")
    )
    for hidden in (help_card, first, second):
        expect(hidden).to_be_hidden()
    page.locator("#gad7-1 .answer").nth(1).click()
    expect(second).to_be_visible()
    page.locator("#phq9-9 .answer").nth(1).click()
    expect(help_card).to_be_visible()
    expect(help_card.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")
    expect(first).to_be_visible()
    expect(second).to_be_hidden()
    page.locator("#phq9-9 .answer").nth(0).click()
    expect(help_card).to_be_hidden()


@pytest.mark.parametrize("size", [(360, 740), (412, 839)])
def test_nothing_moves_when_the_script_arrives(
    reading_server: LiveServer, small: Page, size: tuple[int, int]
) -> None:
    held: list[Route] = []
    small.set_viewport_size({"width": size[0], "height": size[1]})
    small.route(re.compile(r"/check-in/main\.js"), lambda route: held.append(route))
    small.goto(f"{reading_server.url}/check-in/en", wait_until="commit")
    expect(small.locator("#phq9-1 .notice")).to_be_visible()
    painted = "() => new Promise((wake) => requestAnimationFrame(() => setTimeout(wake)))"
    small.evaluate(painted)
    until(small, lambda: bool(held))
    held[0].continue_()
    expect(small.locator("html.on")).to_be_attached()
    assert small.evaluate(SHIFTS) == 0


def test_a_tap_before_the_script_is_kept(reading_server: LiveServer, small: Page) -> None:
    held: list[Route] = []
    small.route(re.compile(r"/check-in/main\.js"), lambda route: held.append(route))
    small.goto(f"{reading_server.url}/check-in/en", wait_until="commit")
    small.locator("#phq9-1 .answer").nth(3).click()
    assert not small.locator("html.on").count()
    until(small, lambda: held)[0].continue_()
    expect(small.locator("html.on")).to_be_attached()
    expect(small.locator("#phq9-1 [value='3']")).to_be_checked()
    expect(small.locator("#phq9-1 .saved")).to_have_text("Saved on this phone. No network needed.")
    expect(small.locator("#phq9-1 .next")).to_be_visible()


def test_until_the_first_question_at_most_40_kilobytes(reading_server: LiveServer, small: Page) -> None:
    client = small.context.new_cdp_session(small)
    client.send("Network.enable")
    sizes = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    # The document alone is needed: its style is in it, and the answers are its own radio buttons.
    small.route(re.compile(r"\.js$"), lambda route: route.abort())
    small.goto(f"{reading_server.url}/check-in/en")
    small.locator("#phq9-1 .answer").first.click()
    expect(small.locator("#phq9-1 [value='0']")).to_be_checked()
    assert 0 < sum(sizes) <= 40_000


def test_arrow_keys_choose_and_only_enter_moves_on(reading_server: LiveServer, small: Page) -> None:
    small.goto(f"{reading_server.url}/check-in/en")
    expect(small.locator("html.on")).to_be_attached()
    small.locator("#phq9-1 input").first.focus()
    for _ in range(3):
        small.keyboard.press("ArrowDown")
    expect(small.locator("#phq9-1 .saved")).to_have_text("Saved on this phone. No network needed.")
    small.wait_for_timeout(600)
    expect(small.locator("#phq9-1")).to_be_visible()
    small.keyboard.press("Enter")
    expect(small.locator("#phq9-2")).to_be_visible()


def test_a_tap_moves_on_but_never_from_item_9(reading_server: LiveServer, small: Page) -> None:
    small.goto(f"{reading_server.url}/check-in/en")
    expect(small.locator("html.on")).to_be_attached()
    for number in range(1, 9):
        small.locator(f"#phq9-{number} .answer").first.click()
        expect(small.locator(f"#phq9-{number}")).to_be_hidden()
    small.locator("#phq9-9 .answer").first.click()
    small.wait_for_timeout(600)
    expect(small.locator("#phq9-9")).to_be_visible()
    small.locator("#back").click()
    expect(small.locator("#phq9-8")).to_be_visible()
    expect(small.locator("#phq9-8 [value='0']")).to_be_checked()


def test_the_clinics_own_treatments_only(
    live_server: LiveServer, phone_context: Phones, tmp_path: Path
) -> None:
    page = phone_context(tmp_path).pages[0]
    page.goto(f"{live_server.url}/check-in/en")
    expect(page.locator("html.on")).to_be_attached()
    for treatment in ("ketamine", "esketamine", "tms", "both"):
        expect(page.locator(f"#executive .chip:has([value={treatment}])")).to_have_attribute("hidden", "")


def test_a_full_phone_says_so_and_stays_at_the_question(reading_server: LiveServer, small: Page) -> None:
    small.goto(f"{reading_server.url}/check-in/en")
    expect(small.locator("html.on")).to_be_attached()
    small.evaluate(
        """() => {
          const full = () => { throw new DOMException("Full.", "QuotaExceededError"); };
          IDBObjectStore.prototype.put = full;
        }"""
    )
    small.locator("#phq9-1 .answer").first.click()
    expect(small.locator("#phq9-1 .saved")).to_have_text("Only on this screen: this phone cannot save it.")
    small.wait_for_timeout(600)
    expect(small.locator("#phq9-1")).to_be_visible()


def test_the_difficulty_question_comes_once_after_the_first_problem(
    reading_server: LiveServer, small: Page
) -> None:
    small.goto(f"{reading_server.url}/check-in/en")
    expect(small.locator("html.on")).to_be_attached()
    walk_to(small, "gad7-1", {f"phq9-{number}": "0" for number in range(1, 10)})
    walk_to(small, "difficulty-gad7")
    small.locator("#difficulty-gad7 .answer").nth(2).click()
    expect(small.locator("#note")).to_be_visible()
    walk_to(small, "look")
    expect(small.locator("#look .row", has_text="If you checked off any problems")).to_have_count(1)
    expect(small.locator("#look .row", has_text="If you checked off any problems")).to_contain_text(
        "Very difficult"
    )

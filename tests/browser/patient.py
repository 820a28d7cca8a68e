"""A patient's phone between two steps: what lies on it, told in the phone's own modules."""

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.check_in import step, walk_to
from tests.browser.phone import until
from tests.browser.screens import enter
from tests.browser.server import LiveServer

PANEL = "dialog.help-panel[open]"
LEAVE_ALONE = """const { transact, ask } = await of('store/db.js');
  await transact(['drafts'], 'readwrite', async (store) => {
    for (const slot of await ask(store('drafts').getAllKeys())) {
      const draft = await ask(store('drafts').get(slot));
      draft.saved_at -= 13 * 3600000;
      await ask(store('drafts').put(draft, slot));
    }
  });"""


def sign_in_as(page: Page, server: LiveServer, name: str, language: str = "en") -> None:
    """The demo's patient of that name, on a phone that heard from the clinic, in this language."""
    server.change("UPDATE person SET language = :language", language=language)
    enter(page, server, f"{name}@harbor.example")
    expect(page.locator("h1")).not_to_have_text("Between")
    expect(page.locator(".tabs")).to_be_visible()


def with_modules(page: Page, body: str) -> Any:
    """What `body` returns, with `of(path)` importing one of the page's own modules."""
    base = json.loads(page.locator("#build").text_content() or "")["static"]
    return page.evaluate(f"async () => {{ const of = (path) => import('{base}pwa/' + path); {body} }}")


def leave_for_hours(page: Page) -> None:
    """What was saved was saved thirteen hours ago."""
    with_modules(page, LEAVE_ALONE)


def answer_above_zero(page: Page, server: LiveServer, language: str = "en", value: str = "1") -> None:
    """Up to item 9 and a finger on an answer above 0: the panel is open."""
    page.goto(f"{server.url}/check-in/{language}")
    step(page)
    walk_to(page, "phq9-9")
    page.locator(f"#phq9-9 label:has(input[value='{value}'])").click()
    expect(page.locator(f"{PANEL} .tell")).to_be_visible()


def open_panel(page: Page) -> None:
    page.locator("[data-help]:visible").first.click()
    expect(page.locator(PANEL)).to_be_visible()


def close_panel(page: Page) -> None:
    # It opens a moment after the answer: a key pressed before that closes nothing.
    expect(page.locator(PANEL)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_have_count(0)


def back_to(page: Page, stop: str) -> None:
    """With the app's own Back."""
    while (here := step(page)) != stop:
        page.locator("#back").click()
        expect(page.locator(f"#{here}")).to_be_hidden()


def until_kept(page: Page, expression: str) -> None:
    """Until the draft on the disk makes a JavaScript expression of `draft` true."""
    look = f"const draft = await (await of('store/drafts.js')).readDraft(); return Boolean({expression});"
    until(page, lambda: with_modules(page, look))

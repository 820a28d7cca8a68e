"""Somebody who answers a check-in with the keys: one question a screen, without the beat a finger waits."""

from collections.abc import Mapping

from playwright.sync_api import Page, expect

from tests.browser.phone import PATIENCE_SECONDS, poll

ANSWERS = {"phq9-9": "0", "today": "6", "should-know": "no"}
USUAL = "1"


# One question after the other in the page itself, as Space and Enter would: a round trip for each key is most
# of what a walk costs. It stops before what opens the help panel.
WALK = """async ({ stop, given, usual, patience }) => {
  const until = performance.now() + patience;
  const come = async (reached) => {
    while (!reached()) {
      if (performance.now() > until) throw new Error(`still at ${document.documentElement.dataset.step}`);
      await new Promise((wake) => setTimeout(wake, 5));
    }
  };
  const form = document.getElementById("form");
  for (;;) {
    await come(() => document.documentElement.dataset.step);
    const here = document.documentElement.dataset.step;
    const value = given[here] ?? usual;
    if (here === stop || (here === "phq9-9" && value !== "0")) return here;
    const section = document.getElementById(here);
    const chosen = section.querySelector(`input[type=radio][value="${CSS.escape(value)}"]`);
    if (here === "note") section.querySelector(".next").click();
    else {
      chosen.focus();
      chosen.click();
      form.requestSubmit();
    }
    await come(() => section.hidden);
  }
}"""


def step(page: Page) -> str:
    """The question on the screen, by the id of its section."""
    shown: str = poll(page, "document.documentElement.dataset.step")
    return shown


def walk_to(page: Page, stop: str, answers: Mapping[str, str] | None = None) -> None:
    """Answer every question up to `stop`, by its section's id."""
    given = ANSWERS | dict(answers or {})
    asked = {"stop": stop, "given": given, "usual": USUAL, "patience": PATIENCE_SECONDS * 1000}
    while (here := page.evaluate(WALK, asked)) != stop:
        answer(page, here, given.get(here, USUAL))


def answer(page: Page, here: str, value: str) -> None:
    """Answer the question `here` and go on, however it goes on."""
    section = page.locator(f"#{here}")
    if here == "note":
        section.locator(".next").click()
    else:
        section.locator(f"input[type=radio][value='{value}']").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
    if here == "phq9-9" and value != "0":
        close_help(page)
    expect(section).to_be_hidden()


def close_help(page: Page) -> None:
    """Put away the help panel that opened by itself."""
    panel = page.locator("dialog[open]")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)

"""axe finds nothing on any screen: light, dark, on a narrow phone, with text at 200%; nothing is cut off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import describe, violations
from tests.browser.screens import SCREENS, STAFF, Screen, Visitors, double_text
from tests.browser.server import LiveServer

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 800}
# The page itself may not scroll sideways; a wide table may, inside a frame of its own.
TOO_WIDE = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= edge) return [];
  const sticks = (one) => one.getBoundingClientRect().right > edge + 0.5;
  return [...document.body.querySelectorAll("*")]
    .filter((one) => sticks(one) && !sticks(one.parentElement))
    .map((one) => `${one.localName}#${one.id}.${one.getAttribute("class")} by `
      + `${Math.ceil(one.getBoundingClientRect().right - edge)} px`);
}"""


@pytest.fixture(scope="module")
def visitors(browser: Browser, reading_server: LiveServer) -> Visitors:
    return Visitors(browser, reading_server)


def variants(page: Page) -> Iterator[str]:
    """The page in each of its shapes, one after the other."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    yield "dark"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield "light"
    page.set_viewport_size(NARROW)
    yield "320 px"
    page.set_viewport_size(PHONE)
    double_text(page)
    yield "200% text"


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_screen_is_accessible(visitors: Visitors, screen: Screen) -> None:
    found = []
    size = DESK if screen.role in STAFF else PHONE
    with visitors.context(screen.role, viewport=size) as context:
        page = visitors.open(screen, context)
        for variant in variants(page):
            found += [f"{variant}: {describe(finding)}" for finding in violations(page)]
            found += [f"{variant}: sticks out to the right: {what}" for what in page.evaluate(TOO_WIDE)]
    assert found == [], "\n".join(["", *found])

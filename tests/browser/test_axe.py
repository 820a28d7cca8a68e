"""axe finds nothing on any screen: light, dark, on a narrow phone, with text at 200%; nothing is cut off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import violations
from tests.browser.screens import SCREENS, Screen, Visitors, double_text
from tests.browser.server import LiveServer

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def visitors(browser: Browser, reading_server: LiveServer) -> Visitors:
    return Visitors(browser, reading_server)


def variants(page: Page) -> Iterator[str]:
    """The page in each of its shapes, one after the other."""
    for size in (DESK, PHONE, NARROW):
        page.set_viewport_size(size)
        yield f"{size['width']} px"
    page.set_viewport_size(PHONE)
    double_text(page)
    yield "200% text"


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_screen_is_accessible(visitors: Visitors, screen: Screen) -> None:
    found = []
    with visitors.context(screen.role, viewport=PHONE) as context:
        page = visitors.open(screen, context)
        for variant in variants(page):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found += [
                    f"{variant}, {scheme}: {one['id']}: {one['help']}: "
                    + "; ".join(f"{node['target']} {node['failureSummary']}" for node in one["nodes"])
                    for one in violations(page)
                ]
            wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
            if wide > 0:
                found.append(f"{variant}: {wide} px stick out to the right")
    assert found == [], "\n".join(["", *found])

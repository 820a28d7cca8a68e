"""The machine's phone does what the real one does, request by request."""

from playwright.sync_api import Browser

from prove.machine_bugs import DeleteBeforeReceipt
from prove.machine_likeness import compare
from tests.browser.modules import module_page

SCRIPTS = 80


def test_the_model_makes_the_same_requests_and_keeps_the_same_items(browser: Browser) -> None:
    with module_page(browser) as page:
        assert compare(page, scripts=SCRIPTS, seed=3) == []


def test_another_phone_would_be_told_apart(browser: Browser) -> None:
    with module_page(browser) as page:
        assert compare(page, scripts=10, seed=3, phone_type=DeleteBeforeReceipt)

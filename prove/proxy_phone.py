"""A phone that is a real Chromium: its store, its uploader, its worker, on a page of the real server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.browser.phone import poll, wait_for_worker
from tests.browser.screens import PASSPHRASE

# The page has nothing of its own to send, so that every request in a run is one of that run.
PAGE = "/help/en"
PREPARE = (Path(__file__).parent / "proxy_phone.js").read_text("utf-8")


@dataclass(frozen=True)
class Patient:
    """Who writes, by the ids that the phone uses."""

    email: str
    person: str
    patient: str


Places = dict[str, dict[str, str | None]]


class Phone:
    """Its calls return when the phone is done."""

    def __init__(self, context: BrowserContext, url: str, people: list[Patient]) -> None:
        self._context = context
        self._page = context.pages[0]
        for one in people:
            _sign_in(self._page, url, one.email)
        wait_for_worker(self._page)
        self._page.goto(url + PAGE)
        poll(self._page, "Boolean(navigator.serviceWorker.controller)")
        self._page.evaluate(PREPARE)

    def queue(self, writers: list[tuple[Patient, bool]]) -> Places:
        """One item for each writer, through the real store; True: an answer told on its own."""
        items = [{"person": one.person, "patient": one.patient, "alone": alone} for one, alone in writers]
        return dict(self._page.evaluate("(list) => self.rig.queue(list)", items))

    def look(self, ids: list[str]) -> Places:
        """In which store each item is, and with which hash."""
        return dict(self._page.evaluate("(ids) => self.rig.look(ids)", ids))

    def sync(self) -> dict[str, Any]:
        """As the page's triggers do it."""
        outcome: dict[str, Any] = self._page.evaluate("() => self.rig.sync()")
        return outcome

    def sync_by_worker(self) -> None:
        """As a sync event or a push does it."""
        self._context.service_workers[0].evaluate("() => self.BetweenOutbox.upload()")

    def sync_by_both(self) -> None:
        """The page and the worker at the same moment."""
        self._page.evaluate("() => void self.rig.sync()")
        self.sync_by_worker()
        self.sync()


def _sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/sign-in?next=/today")
    page.locator("[name=email]").fill(email)
    page.locator("[name=passphrase]").fill(PASSPHRASE)
    page.locator("form .btn").first.click()
    page.wait_for_url("**/today")

"""A real browser and a real server for every test here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.nursery import Nursery
from tests.browser.phone import DESK, FLAGS, PATIENCE_SECONDS, Phones, chromium
from tests.browser.server import LiveServer, Seed


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium to use."""
    return chromium()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright, browser_path: str) -> Iterator[Browser]:
    """One desk browser for the run; each test gets a context of its own in it."""
    browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where servers are forked from."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Seed:
    """The demo clinic, made once by `python app.py`."""
    return Seed(tmp_path_factory.mktemp("live"), nursery.begin)


@pytest.fixture
def live_server(seed: Seed) -> Iterator[LiveServer]:
    """A running server with its own copy of the demo clinic."""
    server = seed.server().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def reading_server(seed: Seed) -> Iterator[LiveServer]:
    """One server for all tests that only look."""
    server = seed.server().start()
    yield server
    server.stop()


@pytest.fixture
def phone_context(playwright: Playwright, browser_path: str) -> Iterator[Phones]:
    """Call it with a directory to switch a phone on."""
    phones = Phones(playwright, browser_path)
    yield phones
    phones.close()


@pytest.fixture
def phone(phone_context: Phones, tmp_path: Path) -> Page:
    """A phone's first tab."""
    return phone_context(tmp_path / "phone").pages[0]


@pytest.fixture
def desk_context(browser: Browser) -> Iterator[BrowserContext]:
    """A laptop at the clinic."""
    context = browser.new_context(**DESK)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    yield context
    context.close()


@pytest.fixture
def desk(desk_context: BrowserContext) -> Page:
    """The laptop's first tab."""
    return desk_context.new_page()

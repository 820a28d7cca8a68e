"""A page that can import the phone's own modules; no server is needed for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

PHONE = Path(__file__).parents[2] / "app" / "static" / "pwa"
ORIGIN = "http://localhost:9"


@contextmanager
def module_page(browser: Browser) -> Iterator[Page]:
    """An empty page at an origin whose files are those of app/static/pwa."""
    page = browser.new_page()
    page.route(f"{ORIGIN}/**", serve_from_disk)
    page.goto(f"{ORIGIN}/")
    yield page
    page.close()


def serve_from_disk(route: Route) -> None:
    """The file at that path, else an empty page."""
    path = PHONE / route.request.url.removeprefix(f"{ORIGIN}/")
    if path.is_file():
        route.fulfill(path=path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Modules</title>", content_type="text/html")

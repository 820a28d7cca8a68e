"""A phone that is a real Chromium: its profile outlives it, and it can die at any moment."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
from playwright.sync_api import BrowserContext, Page, Playwright
from playwright.sync_api import Error as PlaywrightError

# The browser counts only the last `--disable-features`: Playwright's own are said again. The two added keep
# it from making its address bar a page, which no test sees and which costs as much as a phone's start.
NOT_WANTED = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
)
FLAGS = [
    f"--disable-features={','.join(NOT_WANTED)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# For a machine that does several things at once; whatever comes earlier is not waited for.
PATIENCE_SECONDS = 30.0
T = TypeVar("T")
DESK = {"viewport": {"width": 1280, "height": 800}}


class Phones:
    """Opens phones on profile directories and closes what a test left open."""

    def __init__(self, playwright: Playwright, browser_path: str) -> None:
        self._playwright = playwright
        self._browser_path = browser_path
        self._open: list[BrowserContext] = []

    def __call__(self, directory: Path, *, device: str = "Pixel 7", **options: Any) -> BrowserContext:
        """A phone with its storage in `directory`: the same one is the same phone, switched on again."""
        preset = {k: v for k, v in self._playwright.devices[device].items() if k != "default_browser_type"}
        context = self._playwright.chromium.launch_persistent_context(
            str(directory), executable_path=self._browser_path, headless=True, args=FLAGS, **preset | options
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        context.profile = directory  # type: ignore[attr-defined]
        self._open.append(context)
        return context

    def close(self) -> None:
        """Close every phone that is still on."""
        for context in self._open:
            with contextlib.suppress(PlaywrightError):
                context.close()


def kill_browser(context: BrowserContext) -> None:
    """SIGKILL every process of this phone: no unload, no flush."""
    profile = f"--user-data-dir={context.profile}"  # type: ignore[attr-defined]
    doomed = [
        process for process in psutil.process_iter(["cmdline"]) if profile in (process.info["cmdline"] or [])
    ]
    if not doomed:
        raise RuntimeError(f"No browser runs on {context.profile}")  # type: ignore[attr-defined]
    doomed += [child for process in doomed for child in process.children(recursive=True)]
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(doomed, timeout=10)
    with contextlib.suppress(PlaywrightError):
        context.close()


def wait_for_worker(page: Page, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Until the service worker is active, which is after everything it keeps was fetched."""
    state = poll(
        page,
        """async () => {
            const all = await navigator.serviceWorker.getRegistrations();
            return all.some(one => one.active?.state === 'activated') ? 'activated' : '';
        }""",
        seconds=seconds,
    )
    assert state == "activated"


def poll(page: Page, expression: str, *, seconds: float = PATIENCE_SECONDS) -> Any:
    """The first true value of `expression`. Playwright's own waiting evaluates a string: our CSP refuses."""
    end = time.monotonic() + seconds
    while True:
        try:
            value = page.evaluate(expression)
        except PlaywrightError as error:
            # The page was left while it was asked: the next one is asked.
            if "Execution context was destroyed" not in error.message:
                raise
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"still {value!r} after {seconds} s: {expression}")
        time.sleep(0.05)


def until(page: Page, what: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """The first true value of `what()`. The browser's requests are answered meanwhile."""
    end = time.monotonic() + seconds
    while not (value := what()):
        if time.monotonic() > end:
            raise TimeoutError(f"still {value!r} after {seconds} s")
        page.wait_for_timeout(50)
    return value


def chromium() -> str:
    """The browser that bin/browser chose."""
    path = os.environ.get("CHROMIUM")
    if not path:
        raise RuntimeError(
            "CHROMIUM is not set: run `make test`, or CHROMIUM=$(bin/browser) pytest tests/browser"
        )
    return path

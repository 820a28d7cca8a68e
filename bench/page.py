"""How soon a first question can be tapped: on a first visit, and offline from a killed browser."""

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from bench.floor_server import FloorServer
from bench.result import Result, at_most
from tests.browser.phone import Phones, chromium, kill_browser, poll, wait_for_worker
from tests.browser.server import LiveServer

ROUNDS = 9
LATENCY_MS = 400
BYTES_PER_SECOND = 400_000 / 8
CPU_SLOWER = 4
SETTLED_MS = 4000

# A label is tappable when it is painted and the browser would give it the tap: looked at once a frame.
WATCH = """
(() => {
  window.firstTap = null;
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  const look = () => {
    for (const input of document.querySelectorAll("fieldset input[type=radio]")) {
      const label = input.closest("label") ?? input.labels?.[0];
      const box = label?.getBoundingClientRect();
      if (!box || !box.height || box.bottom > innerHeight) continue;
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (hit && (label.contains(hit) || hit === input)) {
        requestAnimationFrame(() => { window.firstTap = performance.now(); });
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


class Server(Protocol):
    """What is measured, and its floor."""

    url: str

    def start(self) -> Any: ...
    def stop(self) -> None: ...


@dataclass
class Visit:
    """One first visit."""

    milliseconds: float = 0
    kilobytes: float = 0
    shift: float = 0


@dataclass
class _Wire:
    """What came over the wire, and when it began to, on the browser's own clock."""

    began: float = 0
    answered: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def listen(self, session: CDPSession) -> None:
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.responseReceived", self._headers)
        session.on("Network.loadingFinished", self._whole)

    def _sent(self, event: dict[str, Any]) -> None:
        self.began = self.began or event["timestamp"]

    def _headers(self, event: dict[str, Any]) -> None:
        self.answered[event["requestId"]] = event["timestamp"]

    def _whole(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def until(self, milliseconds: float) -> int:
        """All bytes of every answer whose first byte had come: a compressed answer has no finer count."""
        last = self.began + milliseconds / 1000
        return sum(self.sizes.get(request, 0) for request, at in self.answered.items() if at <= last)


def measure_pages() -> list[Result]:
    """Both measurements with their floors."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="between-bench-") as folder:
        phones = Phones(playwright, chromium())
        server = LiveServer(Path(folder) / "server", BETWEEN_DEMO="0")
        floor = FloorServer()
        return [
            *_first_visits(phones, server, floor, Path(folder)),
            *_cold_starts(phones, server, Path(folder)),
        ]


def _first_visits(phones: Phones, server: Server, floor: Server, folder: Path) -> list[Result]:
    server.start()
    floor.start()
    ours, bare = [], []
    for turn in range(ROUNDS):
        bare.append(_first_visit(phones(folder / f"floor-{turn}"), floor.url + "/"))
        ours.append(_first_visit(phones(folder / f"first-{turn}"), server.url + "/check-in/en"))
    server.stop()
    floor.stop()
    least = f"{_middle(bare, 'milliseconds') / 1000:.2f} s, {_middle(bare, 'kilobytes'):.1f} KB"
    return [
        at_most(
            "first visit: first question tappable", _middle(ours, "milliseconds") / 1000, 1.0, "s", least
        ),
        at_most("first visit: on the wire until then", _middle(ours, "kilobytes"), 40, "KB", least),
        at_most("first visit: layout shift, worst", max(visit.shift for visit in ours), 0, ""),
    ]


def _middle(visits: list[Visit], what: str) -> float:
    return round(statistics.median(getattr(visit, what) for visit in visits), 3)


def _first_visit(context: BrowserContext, url: str) -> Visit:
    page = context.pages[0]
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    wire = _Wire()
    wire.listen(session)
    tapped = _tappable(page, url)
    page.wait_for_timeout(SETTLED_MS)
    visit = Visit(tapped, wire.until(tapped) / 1000, page.evaluate("window.shift"))
    context.close()
    return visit


def _tappable(page: Page, url: str) -> float:
    page.goto(url, wait_until="commit")
    milliseconds: float = poll(page, "window.firstTap", seconds=30)
    return milliseconds


def _cold_starts(phones: Phones, server: LiveServer, folder: Path) -> list[Result]:
    floor = _cold(phones, FloorServer, "/", folder / "cold-floor")
    ours = _cold(phones, lambda: server, "/check-in/en", folder / "cold")
    return [at_most("offline, browser killed, server dead: a question", ours, 0.5, "s", f"{floor:.2f} s")]


def _cold(phones: Phones, make: Callable[[], Server], path: str, profile: Path) -> float:
    """The median of starts of a killed browser whose server is gone."""
    server = make()
    server.start()
    context = phones(profile)
    context.pages[0].goto(server.url + path)
    wait_for_worker(context.pages[0])
    context.pages[0].reload()
    # Chromium writes a new worker's registration to disk a few seconds after it is active.
    context.pages[0].wait_for_timeout(SETTLED_MS)
    server.stop()
    taken = []
    for _ in range(ROUNDS):
        kill_browser(context)
        context = phones(profile)
        page = context.pages[0]
        page.add_init_script(WATCH)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
        taken.append(_tappable(page, server.url + path) / 1000)
    context.close()
    return round(statistics.median(taken), 3)

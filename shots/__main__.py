"""`make shots`, or `python -m shots today help` for some: sizes, light, dark, two languages, large text."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from playwright.sync_api import Page, sync_playwright

from tests.browser.phone import FLAGS, chromium
from tests.browser.screens import SCREENS, Screen, Visitors, double_text
from tests.browser.server import LiveServer, Seed

FOLDER = Path("build") / "shots"
SIZES = ((390, 844), (360, 740), (1280, 800))
LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Shot:
    """One picture."""

    screen: str
    language: str
    variant: str

    @property
    def file(self) -> str:
        """Sorted by screen, so that a folder view is a contact sheet too."""
        return f"{self.screen}.{self.language}.{self.variant}.png"


def main(wanted: Sequence[str]) -> int:
    """Take the pictures and write the page that shows them."""
    screens = [screen for screen in SCREENS if not wanted or screen.name in wanted]
    if not wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="between-shots-") as folder:
        seed = Seed(Path(folder))
        shots = [shot for language in LANGUAGES for shot in _photograph(seed, language, screens)]
    _write_index(shots)
    print(f"{len(shots)} pictures: {FOLDER / 'index.html'}")
    return 0


def _photograph(seed: Seed, language: str, screens: Sequence[Screen]) -> Iterator[Shot]:
    server = seed.server().start()
    _speak(server, language)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        visitors = Visitors(browser, server, language)
        for screen in screens:
            with visitors.context(screen.role, viewport=_size(SIZES[0])) as context:
                page = visitors.open(screen, context)
                for variant in _variants(page):
                    shot = Shot(screen.name, language, variant)
                    page.screenshot(path=FOLDER / shot.file, full_page=True, animations="disabled")
                    yield shot
        browser.close()
    server.stop()


def _speak(server: LiveServer, language: str) -> None:
    """Everybody in the demo reads this language."""
    server.change("UPDATE person SET language = :language", language=language)


def _variants(page: Page) -> Iterator[str]:
    for size in SIZES:
        page.set_viewport_size(_size(size))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            yield f"{size[0]}-{scheme}"
    page.set_viewport_size(_size(SIZES[0]))
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    double_text(page)
    yield "390-text-200"


def _size(size: tuple[int, int]) -> dict[str, int]:
    return {"width": size[0], "height": size[1]}


def _write_index(shots: Sequence[Shot]) -> None:
    template = (Path(__file__).parent / "index.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True)
    screens = list(dict.fromkeys(shot.screen for shot in shots))
    page = environment.from_string(template).render(screens=screens, shots=shots)
    (FOLDER / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

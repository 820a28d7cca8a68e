"""`make shots`, or `bin/with-browser shots today es 360-dark`: only some screens, languages or variants."""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.phone import FLAGS, chromium
from tests.browser.screens import SCREENS, Screen, Visitors, double_text
from tests.browser.server import LiveServer, Seed

FOLDER = Path("build") / "shots"
SIZES = ((390, 844), (360, 740), (1280, 800))
# Letter, inside the margins of the style sheet.
PAPER = (733, 972)
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


@dataclass(frozen=True)
class Wish:
    """What was asked for; of what was not named, everything."""

    screens: Sequence[Screen]
    languages: Sequence[str]
    variants: frozenset[str]

    @classmethod
    def of(cls, words: Sequence[str]) -> "Wish":
        """Each word names a screen, a language or a variant."""
        names = {screen.name for screen in SCREENS}
        return cls(
            [screen for screen in SCREENS if screen.name in words or not names & set(words)],
            [language for language in LANGUAGES if language in words or not set(LANGUAGES) & set(words)],
            frozenset(words) - names - set(LANGUAGES),
        )


def main(words: Sequence[str]) -> int:
    """Take the pictures and write the page that shows them. Of a screen that fails, its name and why."""
    if not words:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="between-shots-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        taken = sum(1 for _ in _photograph(browser, Seed(Path(folder)), Wish.of(words), failed))
    _write_index()
    print(f"{taken} pictures: {FOLDER / 'index.html'}", *failed, sep="\n")
    return 1 if failed else 0


def _photograph(browser: Browser, seed: Seed, wish: Wish, failed: list[str]) -> Iterator[Shot]:
    for language in wish.languages:
        # A server each: what one language's visitor sends would be on the other's screens.
        server = seed.server().start()
        _speak(server, language)
        visitors = Visitors(browser, server, language)
        for screen in wish.screens:
            try:
                for shot, is_wide in _sit(visitors, screen, language, wish.variants):
                    # The tests of what sticks out read English; other languages have longer words.
                    if is_wide:
                        failed.append(f"{shot.file} scrolls sideways")
                    yield shot
            except (AssertionError, PlaywrightError) as fault:
                failed.append(f"{screen.name} in {language}: {fault}")
        server.stop()


def _sit(
    visitors: Visitors, screen: Screen, language: str, wanted: frozenset[str]
) -> Iterator[tuple[Shot, bool]]:
    with visitors.context(screen.role, viewport=_size(SIZES[0])) as context:
        page = visitors.open(screen, context)
        for variant in _variants(page, on_paper=screen.role == "clinician"):
            shot = Shot(screen.name, language, variant)
            if not wanted or variant in wanted:
                covers = _unroll(page)
                page.screenshot(path=FOLDER / shot.file, full_page=not covers, animations="disabled")
                yield shot, page.evaluate("document.scrollingElement.scrollWidth > innerWidth")


def _unroll(page: Page) -> bool:
    """As tall as what is in it, where a dialog, the four places or Send cover it. True for a dialog."""
    covers = page.locator("dialog[open]").count() > 0
    if covers or page.locator(".tabs, .send:visible").count():
        frame = "document.querySelector('dialog[open]') ?? document.scrollingElement"
        tall = page.evaluate(f"({frame}).scrollHeight")
        width = page.evaluate("innerWidth")
        page.set_viewport_size({"width": width, "height": max(tall, page.evaluate("innerHeight"))})
    return covers


def _speak(server: LiveServer, language: str) -> None:
    """Everybody in the demo reads this language."""
    server.change("UPDATE person SET language = :language", language=language)


def _variants(page: Page, *, on_paper: bool) -> Iterator[str]:
    for size in SIZES:
        page.set_viewport_size(_size(size))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            yield f"{size[0]}-{scheme}"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if on_paper:
        page.set_viewport_size(_size(PAPER))
        page.emulate_media(media="print")
        yield "print"
        page.emulate_media(media="screen")
    page.set_viewport_size(_size(SIZES[0]))
    double_text(page)
    yield "390-text-200"


def _size(size: tuple[int, int]) -> ViewportSize:
    return {"width": size[0], "height": size[1]}


def _write_index() -> None:
    """Of every picture in the folder: a part made anew stands among the others."""
    template = (Path(__file__).parent / "index.html").read_text(encoding="utf-8")
    shots = [Shot(*picture.stem.split(".")) for picture in sorted(FOLDER.glob("*.png"))]
    page = jinja2.Environment(autoescape=True).from_string(template)
    html = page.render(screens=_in_order({shot.screen for shot in shots}), shots=shots)
    (FOLDER / "index.html").write_text(html, encoding="utf-8")


def _in_order(names: Iterable[str]) -> list[str]:
    places = [screen.name for screen in SCREENS]
    return sorted(names, key=places.index)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

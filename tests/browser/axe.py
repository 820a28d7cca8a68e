"""axe-core on a page as it stands, with findings a person can act on."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

SOURCE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run(document, {resultTypes: ['violations']})"


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds. Its source is evaluated through the debugger, so the page's CSP stays as served."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE)
    found: list[dict[str, Any]] = page.evaluate(RUN)["violations"]
    return found


def axe(page: Page) -> None:
    """Fail with every finding on `page`, each with its rule, elements and advice."""
    found = violations(page)
    assert not found, f"{page.url}\n" + "\n".join(describe(one) for one in found)


def describe(finding: dict[str, Any]) -> str:
    """One finding: its rule, and what to do about each element."""
    lines = [f"{finding['id']} ({finding['impact']}): {finding['help']}"]
    for node in finding["nodes"]:
        lines.append(f"    {' '.join(str(part) for part in node['target'])}")
        lines.append(f"        {node['failureSummary'].replace(chr(10), ' ')}")
    return "\n".join(lines)

"""Lighthouse's mobile scores, where Node is there to run it."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench.result import Result
from tests.browser.phone import FLAGS, chromium
from tests.browser.server import LiveServer

PATHS = ("/sign-in", "/check-in/en")
CATEGORIES = ("performance", "accessibility", "best-practices")


def measure_lighthouse() -> tuple[list[Result], list[str]]:
    """One result for each page and category, and sentences about what could not be measured."""
    if shutil.which("npx") is None:
        return [], ["Lighthouse was not run: there is no npx (Node) here."]
    with tempfile.TemporaryDirectory(prefix="between-bench-") as folder:
        server = LiveServer(Path(folder) / "server", BETWEEN_DEMO="0").start()
        try:
            return [result for path in PATHS for result in _scores(server.url + path, path, folder)], []
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            return [], [f"Lighthouse was not run: {type(error).__name__}, {str(error)[:200]}"]
        finally:
            server.stop()


def _scores(url: str, path: str, folder: str) -> list[Result]:
    written = Path(folder) / "lighthouse.json"
    command = ["npx", "--yes", "lighthouse@12", url, "--quiet", "--output=json", f"--output-path={written}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    command += [f"--chrome-flags=--headless=new {' '.join(FLAGS)}"]
    environ = os.environ | {"CHROME_PATH": chromium()}
    subprocess.run(command, env=environ, capture_output=True, check=True, timeout=300)
    report = json.loads(written.read_text(encoding="utf-8"))
    _keep(report, path)
    return [_score(report, path, category) for category in CATEGORIES]


def _keep(report: dict[str, object], path: str) -> None:
    """The whole report, for whoever wants to know why a score is not 100."""
    kept = Path("build") / f"lighthouse{path.replace('/', '-')}.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(report), encoding="utf-8")


def _score(report: dict[str, dict[str, dict[str, float]]], path: str, category: str) -> Result:
    score = round(report["categories"][category]["score"] * 100)
    return Result(f"Lighthouse mobile {path}: {category}", str(score), "", "100", score == 100)

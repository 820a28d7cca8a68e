"""A check-in in WebKit, which has no background sync, no push and no lasting storage to ask for.

`python -m prove.second_engine` is the journey itself and wants a display and a message bus;
`prove_second_engine` gives it both. On Debian: apt-get install webkit2gtk-driver xvfb dbus-x11, and
pip install -e '.[second-engine]'.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.browser.check_in import ANSWERS, WALK
from tests.browser.screens import PASSPHRASE
from tests.browser.server import LiveServer

NEEDED = ("WebKitWebDriver", "xvfb-run", "dbus-run-session")
LIBRARIES, BROWSER = Path("/usr/lib"), "*/webkit2gtk-4.*/MiniBrowser"
PATIENCE_SECONDS = 60
PATIENT = "june@harbor.example"
MISSING = ("SyncManager", "PushManager")


@dataclass
class Journey:
    """What was seen. `steps` are those that held."""

    engine: str = "none"
    steps: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def see(self, what: str, held: bool) -> None:
        """Note one thing that must be so."""
        (self.steps if held else self.faults).append(what)


def prove_second_engine() -> Journey:
    """In a process of its own. What is not installed is a fault: nothing was shown."""
    absent = [name for name in NEEDED if shutil.which(name) is None]
    if find_spec("selenium") is None:
        absent.append("selenium")
    if absent:
        return Journey(faults=[f"not run: {', '.join(absent)} is not installed"])
    command = ["xvfb-run", "-a", "dbus-run-session", "--", sys.executable, "-m", "prove.second_engine"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if ended.returncode:
        return Journey(faults=[ended.stderr.strip().splitlines()[-1]])
    return Journey(**json.loads(ended.stdout.strip().splitlines()[-1]))


def main() -> None:
    """The journey; its last line is what was seen, as JSON."""
    with tempfile.TemporaryDirectory(prefix="between-webkit-") as folder:
        server = LiveServer(
            Path(folder) / "server", BETWEEN_VAPID_CONTACT="mailto:desk@harbor.example"
        ).start()
        driver = _start_browser()
        try:
            seen = _travel(driver, server)
        finally:
            driver.quit()
            server.stop()
    print(json.dumps(vars(seen)))


def _start_browser() -> Any:
    from selenium import webdriver
    from selenium.webdriver.webkitgtk.service import Service

    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(next(LIBRARIES.glob(BROWSER)))
    options.add_argument("--automation")
    driver = webdriver.WebKitGTK(options=options, service=Service(shutil.which("WebKitWebDriver")))
    driver.set_script_timeout(PATIENCE_SECONDS)
    return driver


def _travel(driver: Any, server: LiveServer) -> Journey:
    told = driver.capabilities
    seen = Journey(f"{told['browserName']} {told['browserVersion']}")
    for name in MISSING:
        seen.see(f"it has no {name}", driver.execute_script(f"return !('{name}' in window)"))
    _sign_in(driver, server)
    _check_in(driver, server, seen)
    _check_in_offline(driver, server, seen)
    driver.get(f"{server.url}/you")
    seen.see("it says that reminders cannot come here", _comes(driver, "main", "cannot show reminders"))
    return seen


def _sign_in(driver: Any, server: LiveServer) -> None:
    driver.get(f"{server.url}/sign-in")
    driver.find_element("name", "email").send_keys(PATIENT)
    field = driver.find_element("name", "passphrase")
    field.send_keys(PASSPHRASE)
    field.submit()
    assert _comes(driver, "body", "Today"), "not signed in"


def _check_in(driver: Any, server: LiveServer, seen: Journey) -> None:
    rows = _rows(server)
    driver.get(f"{server.url}/check-in/en")
    _answer(driver)
    seen.see("with a network, the clinic has it", _comes(driver, "#sent", "The clinic has it"))
    seen.see("one row came", _rows(server) == rows + 1)


def _check_in_offline(driver: Any, server: LiveServer, seen: Journey) -> None:
    rows = _rows(server)
    server.stop()
    driver.get(f"{server.url}/check-in/en")
    _answer(driver)
    seen.see(
        "without a server, the check-in opens and is kept", _comes(driver, "#sent", "saved on this phone")
    )
    driver.get(f"{server.url}/help/en")
    seen.see("and help is there", _comes(driver, "body", "988"))
    driver.get(f"{server.url}/today")
    server.start()
    driver.execute_script("dispatchEvent(new Event('online'))")
    seen.see("the server is back, and the clinic has it", _until(driver, lambda: _rows(server) == rows + 1))


def _answer(driver: Any) -> None:
    """Every question, and Send once the page knows whose it is."""
    walk = f"const done = arguments[1]; ({WALK})(arguments[0]).then(done, (wrong) => done(String(wrong)))"
    asked = {"stop": "look", "given": ANSWERS, "usual": "1", "patience": PATIENCE_SECONDS * 1000}
    reached = driver.execute_async_script(walk, asked)
    assert reached == "look", reached
    send = (
        "const b = [...document.querySelectorAll('#look button')].find((b) => b.innerText.trim() === 'Send')"
    )
    assert _until(driver, lambda: driver.execute_script(f"{send}; b?.click(); return Boolean(b)")), "no Send"


def _comes(driver: Any, selector: str, words: str) -> bool:
    read = f"return document.querySelector('{selector}')?.innerText ?? ''"
    return _until(driver, lambda: words in driver.execute_script(read))


def _until(driver: Any, reached: Any) -> bool:
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.wait import WebDriverWait

    try:
        WebDriverWait(driver, PATIENCE_SECONDS).until(lambda _driver: reached())
    except TimeoutException:
        return False
    return True


def _rows(server: LiveServer) -> int:
    count: int = server.sql("SELECT count(*) FROM check_in")[0][0]
    return count


if __name__ == "__main__":
    main()

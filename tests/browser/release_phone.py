"""A phone as a release left it, kept for all later releases: its IndexedDB and its clinic's server.

`python -m tests.browser.release_phone tests/fixtures/VERSION` makes it, once, with the code of that release.
"""

import json
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from app.db import Database
from tests.browser.check_in import answer, walk_to
from tests.browser.phone import Phones, chromium, wait_for_worker
from tests.browser.server import LiveServer
from tests.factories import PASSPHRASE, Factory

# A key that cannot be taken out of its browser cannot be kept in a file either.
EXTRACTABLE = """
const generate = SubtleCrypto.prototype.generateKey;
SubtleCrypto.prototype.generateKey = function (algorithm, _, uses) {
  return generate.call(this, algorithm, true, uses);
};
"""
DUMP = """async () => {
  const done = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const base64 = (data) => btoa(String.fromCharCode(...new Uint8Array(data)));
  const plain = async (value) => {
    if (value instanceof CryptoKey) {
      return { $key: await crypto.subtle.exportKey("jwk", value), uses: value.usages };
    }
    if (value instanceof ArrayBuffer) return { $buffer: base64(value) };
    if (value instanceof Uint8Array) return { $bytes: base64(value) };
    if (Array.isArray(value)) return Promise.all(value.map(plain));
    if (value === null || typeof value !== "object") return value;
    const named = async ([name, part]) => [name, await plain(part)];
    const parts = await Promise.all(Object.entries(value).map(named));
    return Object.fromEntries(parts);
  };
  const db = await done(indexedDB.open("between"));
  const stores = [];
  for (const name of db.objectStoreNames) {
    const store = db.transaction(name).objectStore(name);
    const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    const indexes = [...store.indexNames].map((index) => [index, store.index(index).keyPath]);
    const rows = await Promise.all(values.map(async (value, at) => [keys[at], await plain(value)]));
    stores.push({ name, keyPath: store.keyPath, indexes, rows });
  }
  const version = db.version;
  db.close();
  return { version, stores };
}"""
LOAD = """async ({ version, stores }) => {
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const real = async (value) => {
    if (Array.isArray(value)) return Promise.all(value.map(real));
    if (value === null || typeof value !== "object") return value;
    if (value.$key) return crypto.subtle.importKey("jwk", value.$key, "AES-GCM", false, value.uses);
    if (value.$buffer) return bytes(value.$buffer).buffer;
    if (value.$bytes) return bytes(value.$bytes);
    const named = async ([name, part]) => [name, await real(part)];
    const parts = await Promise.all(Object.entries(value).map(named));
    return Object.fromEntries(parts);
  };
  const row = async ([key, value]) => [key, await real(value)];
  for (const store of stores) store.rows = await Promise.all(store.rows.map(row));
  await new Promise((resolve, reject) => {
    const gone = indexedDB.deleteDatabase("between");
    gone.onsuccess = resolve;
    gone.onerror = reject;
  });
  await new Promise((resolve, reject) => {
    const asked = indexedDB.open("between", version);
    asked.onupgradeneeded = () => {
      for (const { name, keyPath, indexes, rows } of stores) {
        const made = asked.result.createObjectStore(name, keyPath ? { keyPath } : {});
        for (const [index, path] of indexes) made.createIndex(index, path);
        for (const [key, value] of rows) keyPath ? made.put(value) : made.put(value, key);
      }
    };
    asked.onsuccess = () => resolve(asked.result.close());
    asked.onerror = () => reject(asked.error);
  });
}"""


def dump_phone(page: Page) -> dict[str, Any]:
    """Everything in the phone's database, as JSON. Its keys must have been made extractable."""
    found: dict[str, Any] = page.evaluate(DUMP)
    return found


def load_phone(page: Page, dump: dict[str, Any]) -> None:
    """Put a dump in the place of the phone's database, from a page that has it not open."""
    page.evaluate(LOAD, dump)


def sign_in_as(page: Page, server: LiveServer, email: str, path: str = "/today") -> None:
    """By hand, with the pass-phrase of test people."""
    page.goto(f"{server.url}/sign-in?next={path}")
    page.locator("[name=email]").fill(email)
    page.locator("[name=passphrase]").fill(PASSPHRASE)
    page.locator("form .btn").first.click()
    page.wait_for_url(f"**{path}")


def make(target: Path) -> None:
    """A check-in at the clinic, one that waits sealed, and one that is begun."""
    with tempfile.TemporaryDirectory() as made, sync_playwright() as driver:
        server = LiveServer(Path(made), BETWEEN_DEMO="0").start()
        people = Factory(Database(server.database_url), datetime.now(UTC))
        june = people.patient(people.clinician(people.clinic()))
        phones = Phones(driver, chromium())
        page = phones(Path(made) / "phone").pages[0]
        page.add_init_script(EXTRACTABLE)
        sign_in_as(page, server, june.email)
        expect(page.get_by_role("navigation")).to_be_visible()
        wait_for_worker(page)
        check_in(page, server, "It arrived at")
        server.close()
        pack(Path(made) / "instance", target / "instance.tar.gz")
        check_in(page, server, "is saved on this phone")
        page.goto(f"{server.url}/check-in/en")
        walk_to(page, "note", {"phq9-1": "3"})
        page.locator("[name=executive-text]").fill("begun in an older version")
        expect(page.locator("#note .saved")).to_contain_text("Saved on this phone.")
        dump = dump_phone(page) | {"email": june.email}
        (target / "phone.json").write_text(json.dumps(dump, indent=1) + "\n")
        phones.close()


def check_in(page: Page, server: LiveServer, words: str) -> None:
    """One whole check-in, sent."""
    page.goto(f"{server.url}/check-in/en")
    walk_to(page, "today")
    answer(page, "today", "6")
    walk_to(page, "look")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#sent")).to_contain_text(words, timeout=30_000)


def pack(directory: Path, target: Path) -> None:
    """The server's own directory, without what it makes anew at every start."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(target, "w:gz") as archive:
        for path in sorted(directory.iterdir()):
            if path.name != "static":
                archive.add(path, path.name)


if __name__ == "__main__":
    make(Path(sys.argv[1]))

"""IndexedDB that fails at a chosen operation, planted in a real page; and what the phone says then."""

import json
from typing import Any

from playwright.sync_api import Page

# `faults.arm(n, style)`: the n-th operation from now on fails. `throw`: the call itself; `abort`: its
# transaction is taken away behind its back; `from`: it and every later one.
PLANT = """
self.faults = {
  at: 0, count: 0, style: "throw",
  arm(at, style) { Object.assign(this, { at, style, count: 0 }); },
  disarm() {
    const tripped = this.at > 0 && this.count >= this.at;
    this.at = 0;
    return tripped;
  },
  trips() {
    this.count += 1;
    return this.at > 0 && (this.count === this.at || (this.style === "from" && this.count > this.at));
  },
};
const plant = (kind, name) => {
  const real = kind.prototype[name];
  kind.prototype[name] = function (...given) {
    if (!self.faults.trips()) return real.apply(this, given);
    const transaction = this.transaction instanceof IDBTransaction ? this.transaction : null;
    const isTaken = self.faults.style === "abort" && transaction;
    if (!isTaken) throw new DOMException("planted", "AbortError");
    const request = real.apply(this, given);
    transaction.abort();
    return request;
  };
};
plant(IDBFactory, "open");
plant(IDBDatabase, "transaction");
const asked = ["get", "getAll", "getKey", "put", "delete", "clear", "count"];
for (const name of asked) plant(IDBObjectStore, name);
plant(IDBIndex, "getAll");
"""

MODULES = """
  const at = (path) => import(base + "pwa/" + path);
  const [drafts, outbox, pull, made] = await Promise.all(
    ["store/drafts.js", "store/outbox.js", "sync/pull.js", "domain/draft.js"].map(at));
  const owner = await pull.knownOwner();
  const key = await pull.sealingKey();
  const now = new Date().toISOString();
  const about = { owner: owner.person, language: "en", now, visits: [] };
  const begin = () => made.newDraft({ id: crypto.randomUUID(), ...about });
"""
SEND = (
    "async ({ base, n, style, id }) => {"
    + MODULES
    + """
  let draft = id ? self.begun : begin();
  self.begun = draft;
  if (!id) { draft.phq9[0] = 1; await drafts.saveDraft(draft); }
  faults.arm(n, style);
  const outcome = await outbox.sealDraft(draft, { ...owner, key }).then(() => "kept", (fault) => fault.name);
  const tripped = faults.disarm();
  const { receipt, waiting } = await outbox.whereIs(draft.id);
  const kept = await drafts.readDraft();
  const there = Boolean(receipt || waiting);
  return { id: draft.id, outcome, tripped, there, drafted: kept?.id === draft.id };
}"""
)
SAVE = (
    "async ({ base, n, style }) => {"
    + MODULES
    + """
  const draft = (await drafts.readDraft()) ?? begin();
  const before = draft.today;
  draft.today = (n + 1) % 11;
  faults.arm(n, style);
  const outcome = await drafts.saveDraft(draft).then(() => "saved", (fault) => fault.name);
  const tripped = faults.disarm();
  const kept = await drafts.readDraft();
  return { outcome, tripped, before, said: draft.today, after: kept?.today ?? null };
}"""
)


def static_base(page: Page) -> str:
    """Where this build's files are."""
    base: str = json.loads(page.locator("#build").text_content() or "")["static"]
    return base


def run(page: Page, code: str, **given: Any) -> dict[str, Any]:
    """Run one of the pieces above in the page."""
    found: dict[str, Any] = page.evaluate(code, {"base": static_base(page), **given})
    return found

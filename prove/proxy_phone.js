/* Evaluated in a page of the real server: the phone's own modules, with a way to call them. */
async () => {
  await navigator.serviceWorker.ready;
  const worker = await (await fetch("/sw.js")).text();
  const base = JSON.parse(worker.slice(worker.indexOf("{"), worker.indexOf("};") + 1)).base + "pwa/";
  const load = (path) => import(base + path);
  const [outbox, db, owner] = await Promise.all(["store/outbox.js", "store/db.js", "store/owner.js"].map(load));
  const [drafts, upload, pull] = await Promise.all(["store/drafts.js", "sync/upload.js", "sync/pull.js"].map(load));
  const { newDraft } = await load("domain/draft.js");
  // The phone's 45 seconds are one and a half here; what it does after them is its own.
  const patience = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (time) => patience(time / 30);

  async function write({ person, patient, alone }) {
    document.cookie = `between-signed-in=${person}; path=/; max-age=86400; samesite=lax`;
    await owner.setOwner({ person, patient });
    const now = new Date().toISOString();
    const words = newDraft({ id: crypto.randomUUID(), owner: person, language: "en", now, visits: [] });
    words.phq9 = [1, 2, 1, 0, 1, 2, 1, 0, 0];
    words.gad7 = [1, 0, 2, 1, 1, 0, 1];
    const to = { person, patient, key: await pull.sealingKey(), kind: alone ? "partial" : "full" };
    if (!alone) await drafts.saveDraft(words);
    return alone ? outbox.sealAlone(words, to) : outbox.sealDraft(words, to);
  }

  const stores = ["outbox", "receipts", "attention"];
  const look = (ids) => db.transact(stores, "readonly", (store) => Promise.all(ids.map(async (id) => {
    const found = await Promise.all(stores.map((name) => db.ask(store(name).get(id))));
    return [id, Object.fromEntries(stores.map((name, at) => [name, found[at]?.sha256 ?? null]))];
  })));

  self.rig = {
    look,
    async queue(list) {
      const ids = [];
      for (const one of list) ids.push(await write(one));
      return look(ids);
    },
    sync: () => upload.syncNow(),
  };
}

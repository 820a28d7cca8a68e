/* Puts the positive answer of a check-in that was left lying into the outbox. For the page and the worker; needs
   store/db-core.js before it. */
(() => {
  const { transact, ask } = self.BetweenStore;
  const HOURS_UNFINISHED = 12;

  /** In one transaction, so that it is told once; the draft learns of it and stays. */
  function release(now = Date.now()) {
    return transact(["drafts", "outbox"], "readwrite", async (store) => {
      const [slots, drafts] = await Promise.all([ask(store("drafts").getAllKeys()), ask(store("drafts").getAll())]);
      const left = drafts.map((draft, index) => ({ draft, slot: slots[index] })).filter(({ draft }) => isLeft(draft, now));
      for (const { draft, slot } of left) {
        const { late, ...kept } = draft;
        await ask(store("outbox").put(late.record));
        await ask(store("drafts").put({ ...kept, moved: late.record.id, revision: crypto.randomUUID() }, slot));
      }
      return left.length > 0;
    }).then((moved) => moved && say());
  }

  /** Either way: a clock that was years ahead when it was saved must not hold it back for years. */
  const isLeft = ({ late, saved_at }, now) => Boolean(late) && Math.abs(now - saved_at) >= HOURS_UNFINISHED * 3_600_000;

  function say() {
    const channel = new BroadcastChannel("between");
    channel.postMessage({ type: "draft" });
    channel.close();
  }

  self.BetweenLate = { release, HOURS_UNFINISHED };
})();

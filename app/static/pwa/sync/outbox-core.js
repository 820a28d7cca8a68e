/* Sends what waits in the outbox. A plain script for the page and the worker; needs store/db-core.js before it. */
(() => {
  const { transact, ask } = self.BetweenStore;
  const MOST_ITEMS = 20;
  const MOST_LETTERS = 1_000_000;
  const PATIENCE = 45_000;
  const TAKEN = ["stored", "duplicate", "conflict"];

  /** Only one page or worker sends at a time. Resolves with what is still to do. */
  function upload(send = (url, options) => self.fetch(url, options)) {
    const run = async () => {
      // Whatever keeps that from being read must not keep what is sealed already from being sent.
      await self.BetweenLate?.release().catch(() => {});
      return uploadAll(send);
    };
    return self.navigator.locks ? self.navigator.locks.request("between-uploader", run) : run();
  }

  async function uploadAll(send) {
    const records = await transact(["outbox"], "readonly", (store) => ask(store("outbox").getAll()));
    const people = [...new Set(records.map((record) => record.person))];
    const outcomes = [];
    // One person's expired credential must not hold up another's answers.
    for (const person of people) outcomes.push(await uploadFor(person, send));
    const waiting = await transact(["outbox"], "readonly", (store) => ask(store("outbox").count()));
    return {
      waiting,
      signIn: outcomes.some(({ outcome }) => outcome === "sign_in"),
      retryAfter: Math.max(0, ...outcomes.map((outcome) => outcome.retryAfter ?? 0)),
    };
  }

  async function uploadFor(person, send) {
    let most = MOST_ITEMS;
    for (;;) {
      const batch = nextBatch(await waitingOf(person), most);
      if (!batch.length) return { status: 200 };
      const reply = await post(person, batch, send);
      if (reply.status === 413 && batch.length > 1) {
        most = Math.ceil(batch.length / 2);
        continue;
      }
      if (reply.status === 413 && reply.code === "too_large") {
        // Alone and still too large, in our server's own words: it is set aside, never thrown away, and the rest move on.
        await settleOne(batch[0], { id: batch[0].id, status: "rejected", code: reply.code });
        continue;
      }
      if (!reply.receipts) return noteTry(person, reply);
      const settled = await settle(batch, reply.receipts);
      // Nothing in this reply was about what we sent: asking again at once would only spin.
      if (!settled) return noteTry(person, { status: 200, outcome: "not_ours" });
    }
  }

  const waitingOf = (person) =>
    transact(["outbox"], "readonly", (store) => ask(store("outbox").index("person").getAll(person)));

  const LONGEST_HOLD = 60_000;

  /** What can still be taken back is not sent; a clock that was put back holds nothing for long. */
  const isHeld = ({ not_before = 0 }) => not_before > Date.now() && not_before - Date.now() <= LONGEST_HOLD;

  /** Rows of 0.1.0 say it by their kind alone. */
  const isUrgent = ({ urgent, kind }) => urgent ?? kind === "partial";

  /** What is urgent goes before all others, in a request of its own; the rest go in the order of writing. */
  function nextBatch(waiting, most) {
    const records = waiting.filter((record) => !isHeld(record));
    const urgent = records.filter(isUrgent);
    const ordered = (urgent.length ? urgent : records).sort((a, b) => a.sequence - b.sequence);
    const batch = [];
    let letters = 0;
    for (const record of ordered.slice(0, most)) {
      letters += Math.ceil((record.sealed.length * 4) / 3);
      if (batch.length && letters > MOST_LETTERS) break;
      batch.push(record);
    }
    return batch;
  }

  /** `receipts` is set only for a reply that is certainly the server's answer to this request. */
  async function post(person, batch, send) {
    const items = batch.map(({ id, patient, key, sealed }) => ({ id, patient, key, sealed: toBase64Url(sealed) }));
    try {
      const reply = await send("/api/sync", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ person, items }),
        credentials: "same-origin",
        cache: "no-store",
        // A hotel's sign-in page answers with a redirect and 200: that is nobody's receipt.
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      const retryAfter = Number(reply.headers.get("Retry-After")) || 0;
      const isJson = reply.headers.get("Content-Type")?.startsWith("application/json");
      const body = [200, 401, 413].includes(reply.status) && isJson ? await reply.json() : null;
      const receipts = reply.status === 200 && Array.isArray(body?.receipts) ? body.receipts : null;
      return { status: reply.status, retryAfter, receipts, code: body?.code, outcome: outcomeOf(reply.status, body?.code) };
    } catch {
      return { status: 0, outcome: "no_network" };
    }
  }

  /** A 401 of somebody else's (a proxy wants its own password) asks nobody to sign in here. */
  function outcomeOf(status, code) {
    if (status === 401 && code) return "sign_in";
    return status >= 500 || status === 429 ? "busy" : "not_ours";
  }

  /** When this person's items were tried last, and what came of it: to be told in words. */
  async function noteTry(person, reply) {
    const tried = { at: new Date().toISOString(), outcome: reply.outcome };
    await transact(["meta"], "readwrite", (store) => ask(store("meta").put(tried, `tried:${person}`))).catch(() => {});
    return reply;
  }

  /** An item leaves the outbox only on a receipt with its id and its hash. */
  async function settle(batch, receipts) {
    let settled = 0;
    for (const record of batch) {
      const receipt = receiptFor(record, receipts);
      if (!receipt) continue;
      await settleOne(record, receipt);
      settled += 1;
    }
    return settled;
  }

  /** The one receipt that names this item and its bytes, whole; two that name the same item are nobody's word. */
  function receiptFor(record, receipts) {
    const named = receipts.filter((one) => one?.id === record.id);
    const [receipt] = named;
    if (named.length !== 1 || receipt.sha256 !== record.sha256) return null;
    if (receipt.status === "rejected") return receipt;
    return TAKEN.includes(receipt.status) && !Number.isNaN(Date.parse(receipt.arrived_at)) ? receipt : null;
  }

  /** For what could not be kept on the phone: the receipt, or null. */
  async function sendOne(record, send = (url, options) => self.fetch(url, options)) {
    const reply = await post(record.person, [record], send);
    return reply.receipts ? receiptFor(record, reply.receipts) : null;
  }

  async function settleOne(record, receipt) {
    await transact(["outbox", "receipts", "attention"], "readwrite", async (store) => {
      store("outbox").delete(record.id);
      if (receipt.status === "rejected") await ask(store("attention").put({ ...record, receipt }));
      else await ask(store("receipts").put({ ...receipt, person: record.person, kind: record.kind, sealed_at: record.sealed_at }));
    });
    const channel = new BroadcastChannel("between");
    channel.postMessage({ type: "receipt", id: record.id });
    channel.close();
  }

  function toBase64Url(data) {
    let binary = "";
    for (let at = 0; at < data.length; at += 8192) binary += String.fromCharCode(...data.subarray(at, at + 8192));
    return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  self.BetweenOutbox = { upload, sendOne };
})();

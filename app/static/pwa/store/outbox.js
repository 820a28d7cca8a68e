/** Sealed check-ins that wait on this phone until the clinic's receipt names them. */
import { makeEnvelope } from "../domain/envelope.js";
import { announce, ask, transact } from "./db.js";
import { directReceipt, keepDirect, sendDirectly } from "./direct.js";
import { AROUND, discardDraft, isStill, latest, rememberSent } from "./drafts.js";
import { OwnerChanged, whoIsHere } from "./owner.js";
import { fromBase64Url, seal, sealInfo, sha256Hex } from "./seal.js";
import { copyNumber, nextNumber, noNumber, takeNumber } from "./series.js";

// Other bytes under the same id would be a second version of it at the clinic: what was tried is tried again as it is.
const tried = new Map();

/**
 * Seal a draft and put it in the outbox; that draft goes in the same transaction. Returns the item's id. A phone that
 * cannot keep it sends it at once: then this returns only when the clinic has it, and throws when that fails too.
 */
export async function sealDraft(draft, options) {
  try {
    return await putDraft(draft, { kind: "full", ...options });
  } catch (fault) {
    const id = await orDirectly(draft, { kind: "full", ...options }, fault);
    rememberSent(draft);
    await discardDraft(draft).catch(() => {});
    return id;
  }
}

async function putDraft(draft, options) {
  for (;;) {
    const found = await latest(draft);
    if (found.here !== options.person) throw new OwnerChanged("Somebody else signed in.");
    if (!found.words) return draft.id;
    const record = await sealRecord(found.words, options);
    const done = await transact(AROUND, "readwrite", async (store) => {
      // Saved or sent by another page while this was being sealed: once more, with those words.
      if (!(await isStill(store, draft, found))) return false;
      const put = await putOnce(store, record);
      if (put && found.kept) await ask(store("drafts").delete(found.slot));
      return put;
    });
    if (!done) continue;
    if (done === record) copyNumber(record);
    rememberSent(found.words);
    Object.assign(draft, found.words);
    announce({ type: "outbox", id: record.id });
    return record.id;
  }
}

/** Something said on its own: one answer told now, or the wish to talk. The draft stays. */
export async function sealAlone(words, options) {
  if ((await whoIsHere()) !== options.person) throw new OwnerChanged("Somebody else signed in.");
  try {
    return await putAlone(words, options);
  } catch (fault) {
    return orDirectly(words, options, fault);
  }
}

async function putAlone(words, options) {
  for (;;) {
    const record = await sealRecord(words, options);
    const done = await transact(["outbox", "receipts", "meta"], "readwrite", (store) => putOnce(store, record));
    if (!done) continue;
    if (done === record) copyNumber(record);
    announce({ type: "outbox", id: record.id });
    return record.id;
  }
}

/**
 * What stands in the outbox now: a second seal of the same draft would be a conflict, so the first one stays. null when
 * another page took this record's number.
 */
async function putOnce(store, record) {
  const known = (await ask(store("outbox").get(record.id))) ?? (await ask(store("receipts").get(record.id)));
  if (known) return known;
  if (!(await takeNumber(store, record))) return null;
  await ask(store("outbox").put(record));
  return record;
}

async function orDirectly(words, options, fault) {
  if (fault.name === "OwnerChanged") throw fault;
  if ((await whoIsHere()) !== options.person) throw new OwnerChanged("Somebody else signed in.");
  console.warn("This could not be kept on the phone.", fault);
  const record = triedBefore(words) ?? (await sealUnnumbered(words, options));
  await keepDirect(record, await sendDirectly(record));
  announce({ type: "outbox", id: record.id });
  return record.id;
}

const triedBefore = (words) => {
  const before = tried.get(words.id);
  return before?.words === JSON.stringify(words) ? before.record : null;
};

async function sealRecord(words, options) {
  return sealWith(words, options, { ...(await nextNumber(options.patient)), pending: await countWaiting(options) });
}

const sealUnnumbered = (words, options) => sealWith(words, options, { ...noNumber(), pending: 0 });

async function sealWith(words, { person, patient, key, kind }, { install, sequence, pending }) {
  const facts = { kind, sequence, pending, install, ...clock() };
  const plain = new TextEncoder().encode(JSON.stringify(makeEnvelope(words, facts)));
  const sealed = await seal(fromBase64Url(key.public), sealInfo(key.id, person, words.id), plain);
  const about = { id: words.id, person, patient, key: key.id, install, sequence, kind };
  const record = { ...about, sealed, sha256: await sha256Hex(sealed), sealed_at: new Date().toISOString() };
  tried.set(words.id, { words: JSON.stringify(words), record });
  return record;
}

/** The moment three ways: by the clock of the world, by the clock on the wall, and how far apart those are. */
function clock(now = new Date()) {
  const offset = -now.getTimezoneOffset();
  const wall = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19);
  return { answered_at: now.toISOString(), wall, zone: Intl.DateTimeFormat().resolvedOptions().timeZone, offset };
}

export async function installId() {
  return transact(["meta"], "readwrite", async (store) => {
    const known = await ask(store("meta").get("install"));
    const id = known ?? crypto.randomUUID();
    if (!known) await ask(store("meta").put(id, "install"));
    return id;
  });
}

const listOf = (name, person) =>
  transact([name], "readonly", (store) => ask(store(name).index("person").getAll(person)));

export const listOutbox = (person) => listOf("outbox", person);

export const listAttention = (person) => listOf("attention", person);

export const listReceipts = (person) => listOf("receipts", person);

/** Back among what waits, as it was sealed: the clinic may have put right what was wrong. */
export async function retryItem(id) {
  await transact(["outbox", "attention"], "readwrite", async (store) => {
    const record = await ask(store("attention").get(id));
    if (!record) return;
    const { receipt, ...sealed } = record;
    store("attention").delete(id);
    await ask(store("outbox").put(sealed));
  });
  announce({ type: "outbox", id });
}

const countWaiting = async ({ person, patient }) =>
  (await listOutbox(person)).filter((record) => record.patient === patient).length;

/**
 * Where an item is: its `receipt`, or `refused`, or `waiting` in the outbox; all empty when it was never sealed, or when
 * this phone cannot tell. It never fails: help is shown with it.
 */
export async function whereIs(id) {
  const direct = directReceipt(id);
  if (direct) return { receipt: direct, refused: false, waiting: false };
  return transact(["receipts", "attention", "outbox"], "readonly", async (store) => ({
    receipt: await ask(store("receipts").get(id)),
    refused: Boolean(await ask(store("attention").getKey(id))),
    waiting: Boolean(await ask(store("outbox").getKey(id))),
  })).catch(() => ({ receipt: undefined, refused: false, waiting: false }));
}

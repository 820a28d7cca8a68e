/** Sealed check-ins that wait on this phone until the clinic's receipt names them. */
import { announce, ask, transact } from "./db.js";
import { sendDirectly } from "./direct.js";
import { AROUND, discardDraft, isStill, latest, lockDraft, remember, rememberSent, saveDraft } from "./drafts.js";
import { OwnerChanged, whoIsHere } from "./owner.js";
import { sealRecord, sealToSend, sealUnnumbered } from "./sealed.js";
import { directReceipt, keepDirect } from "./sent-directly.js";
import { copyNumber, takeNumber } from "./series.js";

export { installId } from "./sealed.js";

/**
 * Seal a draft and put it in the outbox; that draft goes in the same transaction. Returns the item's id. A phone that
 * cannot keep it sends it at once: then this returns only when the clinic has it, and throws when that fails too.
 */
export async function sealDraft(draft, options) {
  const owner = { kind: "full", ...options };
  try {
    return await putDraft(draft, owner);
  } catch (fault) {
    await orDirectly(draft, owner, fault);
    rememberSent(draft);
    await discardDraft(draft).catch(() => {});
    return draft.id;
  }
}

async function putDraft(draft, owner) {
  for (;;) {
    const found = await latest(draft);
    if (found.here !== owner.person) throw new OwnerChanged("Somebody else signed in.");
    if (!found.words) return draft.id;
    const record = await sealRecord(found.words, owner);
    const done = await transact(AROUND, "readwrite", async (store) => {
      // Saved or sent by another page while this was being sealed: once more, with those words.
      if (!(await isStill(store, draft, found))) return false;
      const put = await putOnce(store, record);
      if (put && found.kept) await ask(store("drafts").delete(found.slot));
      return put;
    });
    if (!done) continue;
    rememberSent(found.words);
    Object.assign(draft, found.words);
    return wasPut(record, done);
  }
}

/**
 * Seal a part of a draft, as `partOf(words)` makes it. The draft stays, and knows from the same transaction on what of
 * it was told: what comes later stands for that part, and is never counted beside it. Sent at once like a whole one.
 */
export async function sealPart(draft, partOf, options) {
  const owner = { ...options, kind: "partial", urgent: true };
  // The part has one id, however often it is tried.
  const made = { of: null, part: null };
  const partOnce = (words) => {
    if (made.of !== JSON.stringify(words)) Object.assign(made, { of: JSON.stringify(words), part: partOf(words) });
    return made.part;
  };
  try {
    return await putPart(draft, partOnce, owner);
  } catch (fault) {
    const part = partOnce(draft);
    await orDirectly(part, owner, fault);
    Object.assign(draft, toldOf(withTold(draft, part)));
    await saveDraft(draft).catch(() => {});
    return draft.told;
  }
}

async function putPart(draft, partOf, owner) {
  for (;;) {
    const found = await latest(draft);
    if (found.here !== owner.person) throw new OwnerChanged("Somebody else signed in.");
    if (!found.words) return draft.told;
    const part = partOf(found.words);
    const record = await sealRecord(part, owner);
    const words = withTold(found.words, part);
    const kept = await lockDraft(words);
    const done = await transact(AROUND, "readwrite", async (store) => {
      if (!(await isStill(store, draft, found))) return false;
      const put = await putOnce(store, record);
      if (put) await ask(store("drafts").put(kept, found.slot));
      return put;
    });
    if (!done) continue;
    // What another page wrote is not on this page's screen yet: its next save brings both together.
    if (!found.theirs) remember(words, kept.revision);
    Object.assign(draft, toldOf(words));
    wasPut(record, done);
    announce({ type: "draft" });
    return words.told;
  }
}

/** A part that stands for an earlier whole check-in is itself what the next one stands for. */
function withTold(words, part) {
  const told = { id: part.id, value: part.phq9[8], ...(part.so_far && { so_far: true }) };
  const replaces = words.supersedes && part.supersedes === words.supersedes;
  return { ...words, told, ...(replaces && { supersedes: part.id }) };
}

const toldOf = ({ id, supersedes, told }) => ({ id, supersedes, told, late: null });

/** Something said on its own, beside any draft. `not_before`: until then it can still be taken back. */
export async function sealAlone(words, { not_before, ...owner }) {
  if ((await whoIsHere()) !== owner.person) throw new OwnerChanged("Somebody else signed in.");
  try {
    return await putAlone(words, owner, not_before);
  } catch (fault) {
    return orDirectly(words, owner, fault);
  }
}

async function putAlone(words, owner, not_before) {
  for (;;) {
    // A number that is taken back would be missed at the clinic.
    const record = not_before ? { ...(await sealUnnumbered(words, owner)), not_before } : await sealRecord(words, owner);
    const done = await transact(["outbox", "receipts", "meta"], "readwrite", (store) => putOnce(store, record));
    if (done) return wasPut(record, done);
  }
}

/**
 * What stands in the outbox now: a second seal of the same draft would be a conflict, so the first one stays. null when
 * another page took this record's number.
 */
async function putOnce(store, record) {
  const known = (await ask(store("outbox").get(record.id))) ?? (await ask(store("receipts").get(record.id)));
  if (known) return known;
  if (record.sequence && !(await takeNumber(store, record))) return null;
  await ask(store("outbox").put(record));
  return record;
}

let asked = false;

function wasPut(record, put) {
  if (put === record && record.sequence) copyNumber(record);
  // Storage that a browser may empty when the disk is full is asked to be kept, once there is something to lose.
  if (!asked) navigator.storage?.persist?.().catch(() => {});
  asked = true;
  announce({ type: "outbox", id: record.id });
  return record.id;
}

async function orDirectly(words, owner, fault) {
  if (fault.name === "OwnerChanged") throw fault;
  if ((await whoIsHere()) !== owner.person) throw new OwnerChanged("Somebody else signed in.");
  console.warn("This could not be kept on the phone.", fault);
  const record = await sealToSend(words, owner);
  await keepDirect(record, await sendDirectly(record));
  announce({ type: "outbox", id: record.id });
  return record.id;
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

/** True when it is gone from here: no uploader may have touched it before its time. */
export async function takeBack(id, now = Date.now()) {
  const gone = await transact(["outbox"], "readwrite", async (store) => {
    const record = await ask(store("outbox").get(id));
    if (!record?.not_before || record.not_before <= now) return false;
    await ask(store("outbox").delete(id));
    return true;
  });
  announce({ type: "taken-back", id });
  return gone;
}

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

/** Sealed check-ins that wait on this phone until the clinic's receipt names them. */
import { announce, ask, transact } from "./db.js";
import { AROUND, isStill, latest, lockDraft, remember, rememberSent } from "./drafts.js";
import { OwnerChanged, whoIsHere } from "./owner.js";
import { sealRecord } from "./sealed.js";

export { countWaiting, installId } from "./sealed.js";

/** Seal a draft and put it in the outbox; that draft goes in the same transaction. Returns the item's id. */
export async function sealDraft(draft, { person, patient, key, kind = "full" }) {
  for (;;) {
    const found = await latest(draft);
    if (found.here !== person) throw new OwnerChanged("Somebody else signed in.");
    if (!found.words) return draft.id;
    const record = await sealRecord(found.words, { person, patient, key, kind });
    const done = await transact(AROUND, "readwrite", async (store) => {
      // Saved or sent by another page while this was being sealed: once more, with those words.
      if (!(await isStill(store, draft, found))) return false;
      await putOnce(store, record);
      if (found.kept) await ask(store("drafts").delete(found.slot));
      return true;
    });
    if (!done) continue;
    rememberSent(found.words);
    Object.assign(draft, found.words);
    announce({ type: "outbox", id: record.id });
    return record.id;
  }
}

/**
 * Seal a part of a draft, as `partOf(words)` makes it. The draft stays, and knows from the same transaction on what of
 * it was told: what comes later stands for that part, and is never counted beside it.
 */
export async function sealPart(draft, partOf, { person, patient, key }) {
  for (;;) {
    const found = await latest(draft);
    if (found.here !== person) throw new OwnerChanged("Somebody else signed in.");
    if (!found.words) return draft.told;
    const part = partOf(found.words);
    const record = await sealRecord(part, { person, patient, key, kind: "partial", urgent: true });
    const words = withTold(found.words, part);
    const kept = await lockDraft(words);
    const done = await transact(AROUND, "readwrite", async (store) => {
      if (!(await isStill(store, draft, found))) return false;
      await putOnce(store, record);
      await ask(store("drafts").put(kept, found.slot));
      return true;
    });
    if (!done) continue;
    // What another page wrote is not on this page's screen yet: its next save brings both together.
    if (!found.theirs) remember(words, kept.revision);
    const { id, supersedes, told } = words;
    Object.assign(draft, { id, supersedes, told, late: null });
    announce({ type: "outbox", id: record.id });
    announce({ type: "draft" });
    return told;
  }
}

/** A part that stands for an earlier whole check-in is itself what the next one stands for. */
function withTold(words, part) {
  const told = { id: part.id, value: part.phq9[8], ...(part.so_far && { so_far: true }) };
  const replaces = words.supersedes && part.supersedes === words.supersedes;
  return { ...words, told, ...(replaces && { supersedes: part.id }) };
}

/** Something said on its own, beside any draft. `not_before`: until then it can still be taken back. */
export async function sealAlone(words, { not_before, ...owner }) {
  const { person } = owner;
  if ((await whoIsHere()) !== person) throw new OwnerChanged("Somebody else signed in.");
  const record = { ...(await sealRecord(words, owner)), ...(not_before && { not_before }) };
  await transact(["outbox", "receipts", "meta"], "readwrite", (store) => putOnce(store, record));
  announce({ type: "outbox", id: record.id });
  return record.id;
}

/** The sha256 is over the sealed bytes: a second seal of the same draft would be a conflict, so the first one stays. */
async function putOnce(store, record) {
  const known = (await ask(store("outbox").get(record.id))) ?? (await ask(store("receipts").get(record.id)));
  if (known) return;
  await ask(store("outbox").put(record));
  await ask(store("meta").put(record.sequence, "sequence"));
}

const listOf = (name, person) =>
  transact([name], "readonly", (store) => ask(store(name).index("person").getAll(person)));

export const listOutbox = (person) => listOf("outbox", person);

export const listAttention = (person) => listOf("attention", person);

export const listReceipts = (person) => listOf("receipts", person);

/** True when it is gone from here: no uploader may have touched it before its time. */
export async function takeBack(id, now = Date.now()) {
  const gone = await transact(["outbox", "meta"], "readwrite", async (store) => {
    const record = await ask(store("outbox").get(id));
    if (!record?.not_before || record.not_before <= now) return false;
    await ask(store("outbox").delete(id));
    // Its number is free again: a gap in the numbers means that something was lost.
    const last = await ask(store("meta").get("sequence"));
    if (last === record.sequence) await ask(store("meta").put(last - 1, "sequence"));
    return true;
  });
  announce({ type: "taken-back", id });
  return gone;
}

/** Where an item is: its `receipt`, or `refused`, or `waiting` in the outbox; all empty when it was never sealed. */
export const whereIs = (id) =>
  transact(["receipts", "attention", "outbox"], "readonly", async (store) => ({
    receipt: await ask(store("receipts").get(id)),
    refused: Boolean(await ask(store("attention").getKey(id))),
    waiting: Boolean(await ask(store("outbox").getKey(id))),
  }));

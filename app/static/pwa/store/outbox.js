/** Sealed check-ins that wait on this phone until the clinic's receipt names them. */
import { makeEnvelope } from "../domain/envelope.js";
import { announce, ask, readMeta, transact } from "./db.js";
import { AROUND, isStill, latest, rememberSent } from "./drafts.js";
import { OwnerChanged, whoIsHere } from "./owner.js";
import { fromBase64Url, seal, sealInfo, sha256Hex } from "./seal.js";

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

/** Something said on its own: one answer told now, or the wish to talk. The draft stays. */
export async function sealAlone(words, { person, patient, key, kind }) {
  if ((await whoIsHere()) !== person) throw new OwnerChanged("Somebody else signed in.");
  const record = await sealRecord(words, { person, patient, key, kind });
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

async function sealRecord(draft, { person, patient, key, kind }) {
  const sequence = ((await readMeta("sequence")) ?? 0) + 1;
  const facts = { kind, sequence, pending: await countWaiting(person), install: await installId(), ...clock() };
  const plain = new TextEncoder().encode(JSON.stringify(makeEnvelope(draft, facts)));
  const sealed = await seal(fromBase64Url(key.public), sealInfo(key.id, person, draft.id), plain);
  const sealed_at = new Date().toISOString();
  return { id: draft.id, person, patient, key: key.id, sealed, sha256: await sha256Hex(sealed), sequence, sealed_at, kind };
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

export const countWaiting = async (person) => (await listOutbox(person)).length;

/** Where an item is: its `receipt`, or `refused`, or `waiting` in the outbox; all empty when it was never sealed. */
export const whereIs = (id) =>
  transact(["receipts", "attention", "outbox"], "readonly", async (store) => ({
    receipt: await ask(store("receipts").get(id)),
    refused: Boolean(await ask(store("attention").getKey(id))),
    waiting: Boolean(await ask(store("outbox").getKey(id))),
  }));

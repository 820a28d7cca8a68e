/** Sealed check-ins that wait on this phone until the clinic's receipt names them. */
import { makeEnvelope } from "../domain/envelope.js";
import { announce, ask, readMeta, transact } from "./db.js";
import { NOBODY } from "./drafts.js";
import { fromBase64Url, seal, sealInfo, sha256Hex } from "./seal.js";

/** Seal a draft and put it in the outbox; that draft goes in the same transaction. Returns the item's id. */
export async function sealDraft(draft, { person, patient, key, kind = "full" }) {
  const record = await sealRecord(draft, { person, patient, key, kind });
  await transact(["outbox", "receipts", "drafts", "meta"], "readwrite", async (store) => {
    await putOnce(store, record);
    for (const slot of [person, NOBODY]) {
      if ((await ask(store("drafts").get(slot)))?.id === draft.id) await ask(store("drafts").delete(slot));
    }
  });
  announce({ type: "outbox", id: record.id });
  return record.id;
}

/** One answer on its own, ahead of everything that waits. The draft stays. */
export async function sealPartial(partial, { person, patient, key }) {
  const record = await sealRecord(partial, { person, patient, key, kind: "partial" });
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

export const readReceipt = (id) => transact(["receipts"], "readonly", (store) => ask(store("receipts").get(id)));

/** Makes what waits in the outbox: an envelope sealed to the clinic's server, with what the uploader has to know. */
import { isPositive } from "../domain/draft.js";
import { makeEnvelope } from "../domain/envelope.js";
import { ask, readMeta, transact } from "./db.js";
import { fromBase64Url, seal, sealInfo, sha256Hex } from "./seal.js";

/** A row of the outbox. A part with a positive answer is `urgent`: it goes before everything else. */
export async function sealRecord(words, owner) {
  const sequence = ((await readMeta("sequence")) ?? 0) + 1;
  return sealAs(words, { ...owner, sequence });
}

/** `sequence` 0 counts nothing: for a row of which nobody knows yet whether it will be sent. */
export async function sealAs(words, { person, patient, key, kind, sequence, urgent = kind === "partial" && isPositive(words) }) {
  const facts = { kind, sequence, pending: await countWaiting(person), install: await installId(), ...clock() };
  const plain = new TextEncoder().encode(JSON.stringify(makeEnvelope(words, facts)));
  const sealed = await seal(fromBase64Url(key.public), sealInfo(key.id, person, words.id), plain);
  const sealed_at = new Date().toISOString();
  return { id: words.id, person, patient, key: key.id, sealed, sha256: await sha256Hex(sealed), sequence, sealed_at, kind, urgent };
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

export const countWaiting = (person) =>
  transact(["outbox"], "readonly", (store) => ask(store("outbox").index("person").count(person)));

/** Makes what waits in the outbox: an envelope sealed to the clinic's server, with what the uploader has to know. */
import { isPositive } from "../domain/draft.js";
import { makeEnvelope } from "../domain/envelope.js";
import { ask, transact } from "./db.js";
import { fromBase64Url, seal, sealInfo, sha256Hex } from "./seal.js";
import { nextNumber, noNumber } from "./series.js";

// Other bytes under the same id would be a second version of it at the clinic: what was tried is tried again as it is.
const tried = new Map();

/** A row of the outbox. A part with a positive answer is `urgent`: it goes before everything else. */
export async function sealRecord(words, owner) {
  return sealAs(words, { ...owner, ...(await nextNumber(owner.patient)), pending: await countWaiting(owner.patient) });
}

/** For what may never be sent, or is sent without being kept: nobody must miss its number. */
export const sealUnnumbered = (words, owner) => sealAs(words, { ...owner, ...noNumber(), pending: 0 });

async function sealAs(words, { person, patient, key, kind, install, sequence, pending, urgent = kind === "partial" && isPositive(words) }) {
  const facts = { kind, sequence, pending, install, ...clock() };
  const plain = new TextEncoder().encode(JSON.stringify(makeEnvelope(words, facts)));
  const sealed = await seal(fromBase64Url(key.public), sealInfo(key.id, person, words.id), plain);
  const about = { id: words.id, person, patient, key: key.id, install, sequence, kind, urgent };
  const record = { ...about, sealed, sha256: await sha256Hex(sealed), sealed_at: new Date().toISOString() };
  tried.set(words.id, { words: JSON.stringify(words), record });
  return record;
}

/** The record that this page made of these very words, if it did. */
export function sealedBefore(words) {
  const before = tried.get(words.id);
  return before?.words === JSON.stringify(words) ? before.record : null;
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

const countWaiting = async (patient) => {
  const waiting = await transact(["outbox"], "readonly", (store) => ask(store("outbox").getAll()));
  return waiting.filter((record) => record.patient === patient && record.sequence > 0).length;
};

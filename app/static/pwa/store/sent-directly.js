/** What was sent without being kept: written down wherever this phone still takes it, so that it is not sent again. */
import { announce, ask, transact } from "./db.js";

const SENT = "between-sent";
const MOST = 20;

const receipts = new Map();

/** The clinic's receipt for this record: no draft of it is sent again. */
export async function keepDirect(record, receipt) {
  const { id, person, kind, sealed_at } = record;
  const kept = { ...receipt, person, kind, sealed_at };
  receipts.set(id, kept);
  try {
    localStorage.setItem(SENT, JSON.stringify([...keptElsewhere(), kept].slice(-MOST)));
  } catch {
    // Full as well: the draft may be found again, and what is sent of it then stands beside this one at the clinic.
  }
  await writeReceipt(kept).catch(() => {});
  announce({ type: "receipt", id });
}

const writeReceipt = (receipt) =>
  transact(["receipts", "outbox"], "readwrite", async (store) => {
    await ask(store("outbox").delete(receipt.id));
    await ask(store("receipts").put(receipt));
  });

export const directReceipt = (id) => receipts.get(id) ?? keptElsewhere().find((one) => one.id === id) ?? null;

export const wasSentDirectly = (id) => directReceipt(id) !== null;

/** What was sent so from this phone, in other tabs and before: outside the database, which may not take it. */
function keptElsewhere() {
  try {
    return JSON.parse(localStorage.getItem(SENT)) ?? [];
  } catch {
    return [];
  }
}

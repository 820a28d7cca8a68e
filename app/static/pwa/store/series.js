/**
 * What is sealed for one patient record on this phone is numbered, so that the clinic can tell when something that was
 * sealed never came. The numbers begin anew when the browser threw the phone's storage away.
 */
import { ask, transact } from "./db.js";

const nameOf = (patient) => `series:${patient}`;
const COPY = "between-series:";

/** Where the next item stands: {install, sequence}. Nothing is taken yet; see `takeNumber`. */
export async function nextNumber(patient) {
  const kept = await transact(["meta"], "readonly", (store) => ask(store("meta").get(nameOf(patient))));
  return kept ? { install: kept.install, sequence: kept.last + 1 } : { install: newSeries(), sequence: 1 };
}

/** Not numbered: for what is sent without being kept. A random id of the usual kind says so. */
export const noNumber = () => ({ install: crypto.randomUUID(), sequence: 0 });

/**
 * The server tells by the version of this id (8) that its numbers count one patient's items and nothing else: up to
 * version 0.1.0 all people of a phone were counted together, under an id of version 4.
 */
function newSeries() {
  const random = crypto.randomUUID();
  return `${random.slice(0, 14)}8${random.slice(15)}`;
}

/** In the transaction that keeps the item. False when another page took this number meanwhile. */
export async function takeNumber(store, { patient, install, sequence }) {
  const kept = await ask(store("meta").get(nameOf(patient)));
  if (kept && (kept.install !== install || kept.last >= sequence)) return false;
  await ask(store("meta").put({ install, last: sequence }, nameOf(patient)));
  return true;
}

/** A copy outside the database, which some browsers empty when the phone is full: how far this series came. */
export function copyNumber({ person, patient, install, sequence }) {
  try {
    localStorage.setItem(COPY + install, JSON.stringify({ person, patient, last: sequence }));
  } catch {
    // Without it the clinic hears of a gap only from the numbers that do come.
  }
}

/** Series of this person that the database no longer knows: [{install, patient, last}]. */
export async function endedSeries(person) {
  const copies = readCopies().filter((copy) => copy.person === person);
  if (!copies.length) return [];
  const kept = await transact(["meta"], "readonly", (store) =>
    Promise.all(copies.map(({ patient }) => ask(store("meta").get(nameOf(patient))))));
  return copies.filter((copy, at) => kept[at]?.install !== copy.install);
}

export const forgetCopy = (install) => localStorage.removeItem(COPY + install);

function readCopies() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(COPY));
    return names.map((name) => ({ ...JSON.parse(localStorage.getItem(name)), install: name.slice(COPY.length) }));
  } catch {
    return [];
  }
}

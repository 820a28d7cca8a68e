/** Whose phone this is at the moment: who signed in last and did not sign out. */
import { announce, ask, readMeta, transact, writeMeta } from "./db.js";

const HINT = /(?:^|; )between-signed-in=([0-9a-f-]{36})(?:;|$)/;

/** Whom the server signed in last in this browser, by its readable cookie; null when it names nobody. */
export const signedIn = () => HINT.exec(document.cookie)?.[1] ?? null;

/** The cookie is newer than what this phone kept: the next person may have signed in without a word to this page. */
export const personHere = (kept) => signedIn() ?? kept?.person ?? null;

// What this page was told of it, for when the phone's storage cannot be read or written.
let told = null;

async function readOwner() {
  try {
    await forgetWhoLeft();
    const kept = await readMeta("owner");
    told = kept ?? (told?.person === signedIn() ? told : null);
  } catch (fault) {
    console.warn("This phone's storage could not be read.", fault);
  }
  return told;
}

export const whoIsHere = async () => personHere(await readOwner());

/** {person, patient} of who is here; null also when the phone kept somebody else's and does not know this one yet. */
export async function currentOwner() {
  const kept = await readOwner();
  return kept && kept.person === personHere(kept) ? kept : null;
}

export async function setOwner({ person, patient }) {
  const before = await readOwner();
  told = { person, patient };
  if (before?.person === person && before.patient === patient) return;
  await writeMeta("owner", { person, patient });
  announce({ type: "owner" });
}

/** Something was about to be kept or sent for one person while another is signed in. */
export class OwnerChanged extends Error {
  name = "OwnerChanged";
}

/**
 * Sign-out of `person`. Their draft and the history go; another person's draft and nobody's stay, and the key they are
 * locked with for as long as there is one. The outbox is sealed already and stays until it is sent.
 */
export async function forgetOwner(person) {
  await transact(["meta", "keys", "drafts", "cache"], "readwrite", async (store) => {
    store("drafts").delete(person);
    await forgetShown(store, person);
    if (!(await ask(store("drafts").count()))) await ask(store("keys").delete("draft"));
  });
  document.cookie = `${LEFT}=; path=/; max-age=0`;
  announce({ type: "owner" });
}

async function forgetShown(store, person) {
  store("keys").delete("history");
  store("cache").clear();
  store("meta").delete("owner");
  for (const name of ["wishes", "seen", "tried"]) store("meta").delete(`${name}:${person}`);
  // What was decided and not heard by the server yet is sent after sign-out, like an answer.
  const agreed = await ask(store("meta").get(`agreements:${person}`));
  if (!agreed?.waiting?.length) await ask(store("meta").delete(`agreements:${person}`));
}

const LEFT = "between-left";
const LEAVER = new RegExp(`(?:^|; )${LEFT}=([0-9a-f-]{36})(?:;|$)`);

/**
 * Somebody signed out on a page of the server, a clinician's perhaps: nothing may be shown here that a sign-in is needed
 * for. Nobody asked about a draft there, so it stays for who wrote it.
 */
async function forgetWhoLeft() {
  const person = LEAVER.exec(document.cookie)?.[1];
  if (!person) return;
  await transact(["meta", "keys", "cache"], "readwrite", (store) => forgetShown(store, person));
  document.cookie = `${LEFT}=; path=/; max-age=0`;
}

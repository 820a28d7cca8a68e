/** Whose phone this is at the moment: who signed in last and did not sign out. */
import { announce, ask, readMeta, transact, writeMeta } from "./db.js";

const HINT = /(?:^|; )between-signed-in=([0-9a-f-]{36})(?:;|$)/;

/** Whom the server signed in last in this browser, by its readable cookie; null when it names nobody. */
export const signedIn = () => HINT.exec(document.cookie)?.[1] ?? null;

/** The cookie is newer than what this phone kept: the next person may have signed in without a word to this page. */
export const personHere = (kept) => signedIn() ?? kept?.person ?? null;

export const whoIsHere = async () => personHere(await readMeta("owner"));

/** {person, patient} of who is here; null also when the phone kept somebody else's and does not know this one yet. */
export async function currentOwner() {
  const kept = await readMeta("owner");
  return kept && kept.person === personHere(kept) ? kept : null;
}

export async function setOwner({ person, patient }) {
  const before = await readMeta("owner");
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
    store("keys").delete("history");
    store("cache").clear();
    store("meta").delete("owner");
    if (!(await ask(store("drafts").count()))) await ask(store("keys").delete("draft"));
  });
  announce({ type: "owner" });
}

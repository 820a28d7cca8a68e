/** What this person decided before the first check-in: known on this phone, waiting here until the server has it. */
import { announce, ask, readMeta, transact } from "./db.js";
import { readOverview } from "./cache.js";
import { currentOwner, whoIsHere } from "./owner.js";

const VERSION = JSON.parse(document.getElementById("build")?.textContent ?? "{}").agreement;
const nameOf = (person) => `agreements:${person}`;

/** `newest`: the decision that counts, from this phone or another; null before the first. `waiting`: not sent yet. */
export async function readAgreement(person) {
  const kept = person ? await readMeta(nameOf(person)) : null;
  return { newest: kept?.newest ?? null, waiting: kept?.waiting ?? [] };
}

/** Keep a decision of who is here. It is sent when there is a network, in the order of deciding. */
export async function keepAgreement(facts) {
  const { person, patient } = await currentOwner();
  const decision = {
    id: crypto.randomUUID(), patient, version: VERSION, language: document.documentElement.lang, adult: facts.accepted,
    decided_at: new Date().toISOString(), ...facts,
  };
  await change(person, ({ waiting }) => ({ newest: decision, waiting: [...waiting, decision] }));
}

/** The server has these. */
export const forgetWaiting = (person, ids) =>
  change(person, ({ newest, waiting }) => ({ newest, waiting: waiting.filter(({ id }) => !ids.includes(id)) }));

/** Another phone may have decided since: the newest counts, whichever phone it was on. */
export async function learnAgreement(person, told) {
  const { newest } = await readAgreement(person);
  if (newest?.id === told.id && newest.decided_at === told.decided_at) return;
  await change(person, ({ newest, waiting }) => ({ newest: isNewer(told, newest) ? told : newest, waiting }));
}

/** The server's word for a decision of this phone stands for it: by a clock that is right. */
const isNewer = (told, newest) =>
  !newest || told.id === newest.id || Date.parse(told.decided_at) > Date.parse(newest.decided_at);

async function change(person, make) {
  const changed = await transact(["meta"], "readwrite", async (store) => {
    const kept = (await ask(store("meta").get(nameOf(person)))) ?? { newest: null, waiting: [] };
    const made = make(kept);
    await ask(store("meta").put(made, nameOf(person)));
    return made.newest?.id !== kept.newest?.id;
  });
  if (changed) announce({ type: "agreement" });
}

/** Whether a positive answer in a check-in left lying goes by itself: only when they chose so. */
export async function sendsUnfinished(person) {
  const { newest } = await readAgreement(person);
  return Boolean(newest?.accepted && newest.sends_unfinished);
}

/** True when who is here has to be asked first, null while this phone cannot know: it never heard from the clinic. */
export async function mustAgree() {
  const person = await whoIsHere();
  const { newest } = await readAgreement(person);
  if (newest?.accepted && newest.version === VERSION) return false;
  return (await readOverview()) ? true : null;
}

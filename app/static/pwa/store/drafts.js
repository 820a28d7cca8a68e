/** The check-in being written: one per person, and one of nobody's for answers given before anybody signed in. */
import { newDraft } from "../domain/draft.js";
import { mergeDraft, sameWords } from "../domain/merge.js";
import { announce, ask, transact } from "./db.js";
import { wasSentDirectly } from "./sent-directly.js";
import { OwnerChanged, personHere, whoIsHere } from "./owner.js";
import { lateOf, withLate } from "./late.js";
import { lock, unlock } from "./vault.js";

const NOBODY = "nobody";
const SEALED = ["outbox", "receipts", "attention"];

/** What a transaction has to hold so that nothing is written over and nothing that was sent comes back. */
export const AROUND = ["drafts", "meta", "keys", ...SEALED];

// By id: a draft as this page last read or wrote it. Whatever differs from it was changed here.
const seen = new Map();
export const remember = (draft, revision) => seen.set(draft.id, { draft: structuredClone(draft), revision });

// Encrypting takes turns: a slower earlier save must never overwrite a later one.
let turn = Promise.resolve();

/** Their own draft first, else nobody's unless they said that somebody else wrote it; null when there is none. */
export async function readDraft() {
  const here = await whoIsHere();
  const [own, nobodys] = await transact(["drafts"], "readonly", (store) =>
    Promise.all([here, NOBODY].map((name) => name && ask(store("drafts").get(name)))),
  );
  const record = own ?? (nobodys?.not?.includes(here) ? null : nobodys);
  if (record && wasSentDirectly(record.id)) {
    // A full phone could send it and not delete it.
    await drop(record, own ? here : NOBODY);
    return null;
  }
  const draft = await unlockDraft(record);
  if (draft) remember(draft, record.revision);
  return draft;
}

async function drop({ id }, slot) {
  await transact(["drafts"], "readwrite", async (store) => {
    if ((await ask(store("drafts").get(slot)))?.id === id) await ask(store("drafts").delete(slot));
  });
}

// The save that this page asked for last; {from} is what its words were changed from.
let last = { running: false };

/** Resolves when it is on the disk, with what was `given` and what is `kept`: more when another page wrote in it. */
export function saveDraft(draft) {
  const given = structuredClone(draft);
  // What these words were changed from is what the page knew now, not what an earlier save learns meanwhile.
  const one = { given, from: seen.get(draft.id), running: true };
  const before = last.running && last.given.id === draft.id ? last : null;
  last = one;
  turn = turn.catch(() => {}).then(() => saveAfter(before, one));
  return turn.then((kept) => ({ given, kept }));
}

/** A save asked for before the one before it was done: what that one said is not another page's word. */
async function saveAfter(before, one) {
  if (before) one.from = before.from;
  try {
    const kept = await write(one.given, one.from);
    if (kept.id === one.given.id) one.from = { draft: one.given, revision: null };
    return kept;
  } finally {
    one.running = false;
  }
}

async function write(draft, from) {
  for (;;) {
    const found = await latest(draft, from);
    if (!found.words) return draft;
    const record = await lockDraft(found.words);
    if (!(await putWhere(draft, found, record))) continue;
    remember(found.words, record.revision);
    announce({ type: "draft" });
    return found.words;
  }
}

/** The id stands outside, so that sealing another item never takes this draft with it; so does what may go by itself. */
export async function lockDraft(draft) {
  const late = await lateOf(draft);
  draft.late = late && { id: late.record.id, value: late.value };
  const stamps = { id: draft.id, saved_at: Date.now(), revision: crypto.randomUUID() };
  return { ...(await lock("draft", draft)), ...stamps, ...(late && { late }) };
}

const unlockDraft = async (record) => withLate(await unlock("draft", record), record);

/** False when something else was written, sent or forgotten while this was being encrypted. */
const putWhere = (draft, found, record) =>
  transact(AROUND, "readwrite", async (store) => {
    const hasKey = await ask(store("keys").getKey("draft"));
    if (!hasKey || !(await isStill(store, draft, found))) return false;
    const not = found.kept?.id === record.id ? found.kept.not : undefined;
    await ask(store("drafts").put({ ...record, not }, found.slot));
    return true;
  });

/**
 * This page's words on top of what other pages saved since: `words`, null when all of them were sent already. Words
 * that are newer than the sealed item become another version of it, never the same one: that one is at the clinic.
 */
export async function latest(draft, from = seen.get(draft.id)) {
  const found = await transact(AROUND, "readonly", (store) => find(store, draft));
  const { draft: base, revision } = from ?? { draft: newDraft({ ...draft, now: draft.started_at }) };
  if (found.sealed && found.kept?.id !== draft.id && sameWords(base, draft)) return { ...found, words: null };
  const isNews = found.kept && found.kept.revision !== revision;
  const theirs = isNews ? await unlockDraft(found.kept) : null;
  const words = theirs ? mergeDraft(base, draft, { ...theirs, step: draft.step }) : draft;
  const result = { ...found, theirs, words: theirs ? { ...words, id: theirs.id, owner: theirs.owner } : draft };
  return found.sealed && result.words.id === draft.id ? { ...result, words: nextVersion(result.words, base) } : result;
}

const nextVersion = (words, sent) => ({
  ...words,
  id: crypto.randomUUID(),
  supersedes: sent.id,
  told: { id: sent.id, value: sent.phq9[8] },
});

/** Where this draft is kept: nobody's may have become somebody's in another page. */
async function find(store, draft) {
  const here = personHere(await ask(store("meta").get("owner")));
  if (draft.owner && draft.owner !== here) throw new OwnerChanged("This draft is somebody else's.");
  const own = here && (await ask(store("drafts").get(here)));
  const slot = draft.owner ?? (own?.id === draft.id ? here : NOBODY);
  const kept = slot === here ? own : await ask(store("drafts").get(slot));
  const known = await Promise.all(SEALED.map((name) => ask(store(name).getKey(draft.id))));
  return { here, slot, kept, sealed: known.some(Boolean) || wasSentDirectly(draft.id) };
}

/** Asked in the writing transaction: whether what `latest` found is what is there. */
export async function isStill(store, draft, found) {
  const now = await find(store, draft);
  return ["here", "slot", "sealed"].every((name) => now[name] === found[name]) && now.kept?.revision === found.kept?.revision;
}

/** What is sealed is what this page now holds: only words after these are new. */
export const rememberSent = (draft) => remember(draft, null);

/** For a page that hears of another's save: {words} with both, {gone} when the draft was thrown away, else null. */
export async function renewDraft(draft) {
  await turn.catch(() => {});
  const { words, theirs, kept, sealed } = await latest(draft);
  if (!theirs || !words) return !kept && !sealed && seen.has(draft.id) ? { gone: true } : null;
  remember(theirs, kept.revision);
  return { words };
}

/** Nobody's draft becomes this person's: they said that it was them. One of their own is never put in its place. */
export async function adoptDraft(draft, person) {
  await turn.catch(() => {});
  const found = await latest(draft);
  const words = { ...(found.words ?? draft), owner: person };
  const record = await lockDraft(words);
  await transact(AROUND, "readwrite", async (store) => {
    if (personHere(await ask(store("meta").get("owner"))) !== person) throw new OwnerChanged("Somebody else signed in.");
    if (found.kept?.id !== draft.id || (await ask(store("drafts").get(person)))) return;
    store("drafts").delete(NOBODY);
    await ask(store("drafts").put(record, person));
    remember(words, record.revision);
    Object.assign(draft, words);
  });
  announce({ type: "draft" });
}

/** Nobody's draft is not this person's: it waits for who wrote it, and this person begins one of their own. */
export async function setAside(draft, person) {
  await turn.catch(() => {});
  await transact(["drafts"], "readwrite", async (store) => {
    const kept = await ask(store("drafts").get(NOBODY));
    if (kept?.id === draft.id) await ask(store("drafts").put({ ...kept, not: [...(kept.not ?? []), person] }, NOBODY));
  });
}

export async function discardDraft(draft) {
  await turn.catch(() => {});
  const slot = draft.owner ?? NOBODY;
  await drop(draft, slot);
  announce({ type: "draft" });
}

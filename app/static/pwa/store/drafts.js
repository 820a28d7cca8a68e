/** The check-in being written: one per person, and one of nobody's for answers given before anybody signed in. */
import { announce, ask, transact } from "./db.js";
import { currentOwner } from "./owner.js";
import { lock, unlock } from "./vault.js";

export const NOBODY = "nobody";

const slot = (draft) => draft.owner ?? NOBODY;

// Encrypting takes turns: a slower earlier save must never overwrite a later one.
let turn = Promise.resolve();

/** The newer of the owner's own draft and nobody's; null when there is none. */
export async function readDraft() {
  const owner = await currentOwner();
  const slots = owner ? [owner.person, NOBODY] : [NOBODY];
  const kept = await transact(["drafts"], "readonly", (store) =>
    Promise.all(slots.map((name) => ask(store("drafts").get(name)))),
  );
  const newest = kept.filter(Boolean).sort((a, b) => b.saved_at - a.saved_at)[0];
  return unlock("draft", newest);
}

/** Resolves when the draft is on the disk. */
export function saveDraft(draft) {
  const words = structuredClone(draft);
  turn = turn.catch(() => {}).then(() => write(words));
  return turn;
}

/** The id stands outside, so that sealing another item never takes this draft with it. */
const locked = async (draft) => ({ ...(await lock("draft", draft)), id: draft.id, saved_at: Date.now() });

async function write(draft) {
  const record = await locked(draft);
  await transact(["drafts"], "readwrite", (store) => ask(store("drafts").put(record, slot(draft))));
  announce({ type: "draft" });
}

/** Nobody's draft becomes this person's: they said that it was them, or were signed in when they began. */
export async function adoptDraft(draft, person) {
  await turn.catch(() => {});
  draft.owner = person;
  const record = await locked(draft);
  await transact(["drafts"], "readwrite", async (store) => {
    // Nothing was answered yet: an empty check-in is not one that was begun.
    if ((await ask(store("drafts").get(NOBODY)))?.id !== draft.id) return;
    store("drafts").delete(NOBODY);
    await ask(store("drafts").put(record, person));
  });
}

export async function discardDraft() {
  const draft = await readDraft();
  if (!draft) return;
  await turn.catch(() => {});
  await transact(["drafts"], "readwrite", (store) => ask(store("drafts").delete(slot(draft))));
  announce({ type: "draft" });
}

/** "Send only what you answered so far?": asked once, when a check-in with a positive answer is left. */
import { isPositive, isTold, soFarOf } from "../domain/draft.js";
import { saveDraft } from "../store/drafts.js";
import { sealPart } from "../store/outbox.js";
import { currentOwner } from "../store/owner.js";
import { sealingKey } from "../sync/pull.js";
import { syncNow } from "../sync/upload.js";

/** Nobody is asked what could not be done: for that, it has to be theirs and the clinic's key has to be here. */
export async function offersSoFar(draft) {
  if (!draft || !isPositive(draft) || isTold(draft) || draft.offered) return false;
  const owner = await currentOwner();
  return Boolean(owner) && owner.person === draft.owner && Boolean(await sealingKey());
}

export async function sendSoFar(draft) {
  const owner = await currentOwner();
  const key = await sealingKey();
  draft.offered = true;
  await saveDraft(draft);
  await sealPart(draft, (words) => soFarOf(words, { id: crypto.randomUUID() }), { ...owner, key });
  syncNow();
}

/** Asked once is enough, whatever was said. */
export async function refuseSoFar(draft) {
  if (draft.offered) return;
  draft.offered = true;
  await saveDraft(draft).catch(() => {});
}

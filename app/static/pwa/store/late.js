/**
 * A positive answer in a check-in that is left lying. If the person chose that it goes by itself, it is sealed when it
 * is saved and lies beside the draft: so the worker, which has no key to the draft, can send it (sync/late-core.js).
 */
import { isPositive, isTold, partialOf } from "../domain/draft.js";
import { bring, inTime } from "../later.js";
import { sendsUnfinished } from "./agreement.js";
import { readMeta } from "./db.js";
import { currentOwner } from "./owner.js";

const PATIENCE = 1_000;

// By draft: what was sealed last, as long as it says what the draft says.
const made = new Map();

/** {record, value} to lie beside the draft, or null. A fault in here must not cost the draft its place on the disk. */
export async function lateOf(draft) {
  return isPositive(draft) && !isTold(draft) ? makeLate(draft).catch(() => null) : null;
}

async function makeLate(draft) {
  const owner = await currentOwner();
  if (!draft.owner || owner?.person !== draft.owner || !(await sendsUnfinished(draft.owner))) return null;
  const key = (await readMeta("server-keys"))?.[0];
  if (!key) return null;
  const known = made.get(draft.id);
  const says = JSON.stringify([draft.phq9[8], draft.told?.id, key.id]);
  if (known?.says === says) return known.late;
  const { sealUnnumbered } = await sealer();
  const part = partialOf(draft, { id: crypto.randomUUID(), now: new Date().toISOString() });
  const record = await sealUnnumbered(part, { ...owner, key, kind: "partial" });
  const late = { record, value: draft.phq9[8] };
  made.set(draft.id, { says, late });
  return late;
}

let sealing = null;

/** Waited for once, and not with every answer: the draft is kept without it, and once more when it is here. */
function sealer() {
  if (sealing) return sealing;
  const comes = bring(() => import("./sealed.js"));
  sealing = inTime(comes, PATIENCE);
  comes.then(() => (sealing = comes)).catch(() => {});
  return sealing;
}

/** What went by itself was told: the draft's words say so from now on. */
export function withLate(draft, record) {
  if (!draft?.late || record.moved !== draft.late.id) return draft;
  return { ...draft, told: { ...draft.late, itself: true }, late: null };
}

/** What the first question does not wait for: what is known of this person, leaving, looking it over, sending. */
import { isPositive, isTold, newDraft } from "../domain/draft.js";
import { sameWords } from "../domain/merge.js";
import { pullOverview } from "../sync/pull.js";
import { startSync } from "../sync/upload.js";
import { registerWorker } from "../update.js";
import { dress } from "./about.js";
import { agreeFirst } from "./before.js";
import { bindLeaving } from "./leave.js";

export { startAgreements } from "../sync/agreements.js";
export { showLook } from "./look.js";
export { renewSendPart, showSent } from "./send.js";
export { agreeFirst };

export async function startAfterwards(draft, { save, show }) {
  bindLeaving(() => draft, save);
  // It may have been kept before what seals such an answer was here.
  if (draft.owner && isPositive(draft) && !isTold(draft) && !draft.late) await save();
  await dress(draft);
  startSync();
  pullOverview().then((reply) => reply.ok && learned(draft, show));
  registerWorker().catch(() => {});
}

/** The clinic was heard from: perhaps for the first time, and then what it needs agreed to comes before the questions. */
async function learned(draft, show) {
  await dress(draft);
  const isBegun = !sameWords(draft, newDraft({ ...draft, now: draft.started_at }));
  if (!isBegun && (await agreeFirst())) show(draft.step);
}

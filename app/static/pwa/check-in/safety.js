/** Item 9 above 0: the panel at once, where the answer is in true words, and telling the clinic now. */
import { isPositive, partialOf } from "../domain/draft.js";
import { openHelp, showState } from "../parts/help-panel.js";
import { readOverview } from "../store/cache.js";
import { listen } from "../store/db.js";
import { readReceipt, sealPartial } from "../store/outbox.js";
import { currentOwner } from "../store/owner.js";
import { sealingKey } from "../sync/pull.js";
import { syncNow } from "../sync/upload.js";
import { clock, phoneZone } from "../when.js";
import { spoken, t } from "../words.js";

/** The full panel comes once; afterwards the short one in the page is enough. */
export const needsHelp = (draft) => isPositive(draft) && !draft.helped;

export async function offerHelp(draft, save) {
  draft.helped = true;
  save();
  const closed = openHelp({ ...(await helpOptions(draft, save)), answered: true });
  const stop = listen(({ type }) => type === "receipt" && whereItIs(draft).then(showState));
  await closed;
  stop();
  await showShortState(draft);
}

/** What the panel says beside the numbers, from wherever it is opened. */
export async function helpOptions(draft, save) {
  if (!draft || !isPositive(draft)) return {};
  return { ...(await whereItIs(draft)), onTell: isTold(draft) ? null : () => tell(draft, save) };
}

const isTold = (draft) => draft.told?.value === draft.phq9[8];

/** {state, reached}: true at this moment, and said anew when it changes. */
async function whereItIs(draft) {
  if (!isTold(draft)) return { state: t("This answer is only on this phone. Nobody at the clinic has seen it.") };
  const receipt = await readReceipt(draft.told.id);
  if (!receipt) return { state: t("It waits on this phone until it can be sent. Nobody at the clinic has seen it yet.") };
  return { state: await receivedWords(receipt), reached: true };
}

async function receivedWords(receipt) {
  const time = clock(receipt.arrived_at, phoneZone());
  const words = (await readOverview())?.patients?.[0]?.clinic?.answer_words;
  const has = t("The clinic has it since {time}.", { time });
  return words ? `${has} ${t("They usually look {words}.", { words })}` : has;
}

async function tell(draft, save) {
  const owner = await currentOwner();
  if (!owner) return signInFirst();
  const key = await sealingKey();
  if (!key) return { state: t("This phone has not been online with your clinic yet, so it cannot tell them. Please call."), canTell: true };
  const partial = partialOf(draft, { id: crypto.randomUUID(), now: new Date().toISOString() });
  await sealPartial(partial, { ...owner, key });
  draft.told = { id: partial.id, value: draft.phq9[8] };
  await save();
  await syncNow();
  return whereItIs(draft);
}

/** Nobody is sent to a page that cannot load: not at this moment. */
async function signInFirst() {
  const reachable = await fetch("/healthz", { cache: "no-store" }).then((reply) => reply.ok, () => false);
  if (reachable) location.assign(`/sign-in?next=/check-in/${spoken()}`);
  return { state: t("Nobody is signed in on this phone, so the clinic cannot be told from here. Please call."), canTell: true };
}

/** The sentence in the short panel under the question. */
export async function showShortState(draft) {
  if (isPositive(draft)) document.getElementById("state").textContent = (await whereItIs(draft)).state;
}

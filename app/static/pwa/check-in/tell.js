/** Where a positive answer is, in true words, and telling the clinic now: what the panel says beside the numbers. */
import { isTold, partialOf } from "../domain/draft.js";
import { readOverview } from "../store/cache.js";
import { adoptDraft, setAside } from "../store/drafts.js";
import { sealPart, whereIs } from "../store/outbox.js";
import { signedIn } from "../store/owner.js";
import { knownOwner, sealingKey } from "../sync/pull.js";
import { syncNow } from "../sync/upload.js";
import { spoken, t } from "../words.js";
import { whereItIs } from "./answer-state.js";
import { leaveIfNotTheirs, leaveIfOther } from "./keep.js";

/** What the panel shows of this draft, from wherever it is opened. */
export async function optionsOf(draft, save) {
  const { mayTell, ...said } = await whereItIs(draft);
  return { ...said, onTell: mayTell ? () => tell(draft, save) : null };
}

async function tell(draft, save) {
  await leaveIfNotTheirs(draft);
  const owner = await knownOwner();
  if (!owner && !signedIn()) return signInFirst();
  const key = owner && (await sealingKey());
  if (!key) return { state: t("This phone has not been online with your clinic yet, so it cannot tell them. Please call."), canTell: true };
  return draft.owner === null ? askWhoItWas(draft, owner, key, save) : tellAs(draft, owner, key, save);
}

async function askWhoItWas(draft, owner, key, save) {
  const name = (await readOverview())?.person?.name;
  const question = name ? t("{name}, was this you?", { name }) : t("Was this you?");
  const yes = async () => {
    await adoptDraft(draft, owner.person).catch(leaveIfOther);
    return tellAs(draft, owner, key, save);
  };
  const no = async () => {
    await setAside(draft, owner.person);
    return { state: t("Then nothing is sent. It stays on this phone until that person signs in.") };
  };
  return {
    state: `${question} ${t("It was written before anybody signed in.")}`,
    ask: [[t("Yes, tell my clinic"), yes], [t("No, somebody else wrote it"), no]],
  };
}

async function tellAs(draft, owner, key, save) {
  await save();
  try {
    await sealAnswer(draft, { ...owner, key });
  } catch (fault) {
    if (fault.name === "OwnerChanged") leaveIfOther(fault);
    return { state: t("This could not be kept on the phone. Please call the clinic."), canTell: true };
  }
  await syncNow();
  return whereItIs(draft);
}

const sealAnswer = (draft, owner) =>
  sealPart(draft, (words) => partialOf(words, { id: crypto.randomUUID(), now: new Date().toISOString() }), owner);

/** Changed while what was told still waits here: the new answer follows it in the same breath, and is the one that counts. */
export async function tellChange(draft) {
  if (!draft.told || isTold(draft) || !(await whereIs(draft.told.id)).waiting) return;
  const owner = await knownOwner();
  const key = owner?.person === draft.owner && (await sealingKey());
  if (!key) return;
  await sealAnswer(draft, { ...owner, key }).catch(leaveIfOther).catch((fault) => console.warn("The change was not told.", fault));
  syncNow();
}

/** Nobody is sent to a page that cannot load: not at this moment. */
async function signInFirst() {
  const reachable = await fetch("/healthz", { cache: "no-store" }).then((reply) => reply.ok, () => false);
  if (reachable) location.assign(`/sign-in?next=/check-in/${spoken()}`);
  return { state: t("Nobody is signed in on this phone, so the clinic cannot be told from here. Please call."), canTell: true };
}

/** The sentence in the short panel under the question. */
export async function showState(draft) {
  document.getElementById("state").textContent = (await whereItIs(draft)).state;
}

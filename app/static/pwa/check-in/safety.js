/** Item 9 above 0: the panel at once, where the answer is in true words, and telling the clinic now. */
import { isPositive, partialOf } from "../domain/draft.js";
import { followHelp, openHelp } from "../parts/help-panel.js";
import { readOverview } from "../store/cache.js";
import { adoptDraft, setAside } from "../store/drafts.js";
import { sealAlone, whereIs } from "../store/outbox.js";
import { signedIn } from "../store/owner.js";
import { knownOwner, sealingKey } from "../sync/pull.js";
import { syncNow } from "../sync/upload.js";
import { clock, phoneZone } from "../when.js";
import { spoken, t } from "../words.js";
import { leaveIfNotTheirs, leaveIfOther } from "./keep.js";

/** The full panel comes once; afterwards the short one in the page is enough. */
export const needsHelp = (draft) => isPositive(draft) && !draft.helped;

export async function offerHelp(draft, save) {
  draft.helped = true;
  save();
  const closed = openHelp({ ...(await helpOptions(draft, save)), answered: true });
  await followHelp(closed, () => helpOptions(draft, save));
  await closed;
  await showShortState(draft);
}

/** What the panel says beside the numbers, from wherever it is opened. */
export async function helpOptions(draft, save) {
  if (!draft || !isPositive(draft)) return {};
  const { onlyHere, ...said } = await whereItIs(draft);
  return { ...said, onTell: onlyHere ? () => tell(draft, save) : null };
}

const isTold = (draft) => draft.told?.value === draft.phq9[8];

/** {state, reached, onlyHere}: true at this moment, and said anew when it changes. */
async function whereItIs(draft) {
  const ids = [draft.id, ...(isTold(draft) ? [draft.told.id] : [])];
  const found = await Promise.all(ids.map(whereIs));
  const receipt = found.find((one) => one.receipt)?.receipt;
  if (receipt) return { state: await receivedWords(receipt), reached: true };
  if (found.some((one) => one.waiting)) {
    return { state: t("It waits on this phone until it can be sent. Nobody at the clinic has seen it yet.") };
  }
  if (found.some((one) => one.refused)) return { state: t("The clinic could not take this. Please call.") };
  return { state: t("This answer is only on this phone. Nobody at the clinic has seen it."), onlyHere: true };
}

async function receivedWords({ arrived_at, needs_repair }) {
  const time = clock(arrived_at, phoneZone());
  // What the server could not open raised no alert: no time is promised for it.
  if (needs_repair) return t("The clinic has it since {time}, but could not read it yet. Please call.", { time });
  const words = (await readOverview())?.patients?.[0]?.clinic?.answer_words;
  const has = t("The clinic has it since {time}.", { time });
  return words ? `${has} ${t("They usually look {words}.", { words })}` : has;
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
  const partial = partialOf(draft, { id: crypto.randomUUID(), now: new Date().toISOString() });
  const value = draft.phq9[8];
  try {
    await sealAlone(partial, { ...owner, key, kind: "partial" });
  } catch (fault) {
    if (fault.name === "OwnerChanged") leaveIfOther(fault);
    return { state: t("This could not be kept on the phone. Please call the clinic."), canTell: true };
  }
  draft.told = { id: partial.id, value };
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

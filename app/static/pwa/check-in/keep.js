/** Keeping what is written: together with what other pages wrote, and never under another person's name. */
import { newDraft } from "../domain/draft.js";
import { mergeDraft } from "../domain/merge.js";
import { renewDraft, saveDraft } from "../store/drafts.js";
import { whoIsHere } from "../store/owner.js";
import { readForm, refillForm } from "./form.js";

let left = false;

/** For who is here, or for nobody. */
export async function freshDraft(language) {
  const owner = await whoIsHere().catch(() => null);
  const now = new Date().toISOString();
  return newDraft({ id: crypto.randomUUID(), owner, language, now, visits: [] });
}

/** Resolves when it is on the disk: true when another page's words came with it. */
export async function keep(form, draft) {
  if (left) return false;
  readForm(form, draft);
  const { given, kept } = await saveDraft(draft).catch(leaveIfOther);
  draft.late = kept.late ?? null;
  if (kept !== given) take(form, draft, given, kept);
  return kept !== given;
}

/** Another page saved: its words are taken over. True when there were any. */
export async function renew(form, draft) {
  if (left) return false;
  readForm(form, draft);
  const given = structuredClone(draft);
  const news = await renewDraft(given).catch(leaveIfOther);
  if (news?.gone) leave();
  if (news?.words) take(form, draft, given, news.words);
  return Boolean(news?.words);
}

/** What was typed since `given` stays; everything else is as it is kept. Each page stands where it stands. */
function take(form, draft, given, kept) {
  readForm(form, draft);
  const { step, language } = draft;
  Object.assign(draft, mergeDraft(given, draft, kept), { step, language });
  refillForm(form, draft);
}

/** Somebody else is here now: what is on the screen is not theirs to see. It is kept for who wrote it. */
export async function leaveIfNotTheirs(draft) {
  if (draft?.owner && draft.owner !== (await whoIsHere())) leave();
}

export function leaveIfOther(fault) {
  if (fault.name === "OwnerChanged") leave();
  throw fault;
}

function leave() {
  left = true;
  location.reload();
}

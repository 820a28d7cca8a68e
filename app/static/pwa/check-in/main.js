/** The check-in, one question a screen. The form is in the page; this decides what of it is shown, and keeps it. */
import { bring, hurry, inTime } from "../later.js";
import { bindHelp } from "../parts/help-panel.js";
import { mustAgree } from "../store/agreement.js";
import { listen } from "../store/db.js";
import { readDraft } from "../store/drafts.js";
import { loadWords, t } from "../words.js";
import { clearStep, fillForm, isAnswered, placeDifficulty, readForm } from "./form.js";
import { freshDraft, keep, leaveIfNotTheirs, renew } from "./keep.js";
import { knownStep, stepAfter, stepBefore } from "./flow.js";
import { helpOptions, needsHelp, offerHelp, showShortState, tellChange } from "./safety.js";
import { showComing, showSaved, showStep, showWayOn, stepOf } from "./screen.js";
import { onSecondTap, onTap } from "./tap.js";
import { isUnsaved, maySkipSaving, offerWays, ONLY_SCREEN, saveFailed, saveWorked } from "./unsaved.js";

const form = document.getElementById("form");
const language = document.documentElement.lang;
const SCREENS_IN = 5_000;

const loadRest = () => import("./afterwards.js");
const resting = bring(loadRest);

let draft;
// afterwards.js, once it is here.
let rest = null;
let tryAgain = hurry;
// Somebody who came from the look-over to change one thing goes back to it, not through everything after it.
let backToLook = false;

async function start() {
  bindHelp(() => helpOptions(draft, save));
  const [kept] = await Promise.all([readDraft().catch(() => null), loadWords(language)]);
  draft = kept ?? (await freshDraft(language));
  draft.language = language;
  resting.then(({ startAgreements }) => startAgreements()).catch(failed);
  await agreeBefore();
  fillForm(form, draft);
  readForm(form, draft);
  takeEarlySkip(kept);
  document.documentElement.classList.add("on");
  bind();
  show(knownStep(draft, draft.step), { focus: false });
  if (isAnswered(draft, draft.step)) await save();
  await resting.then(goOnWith, () => {});
}

/** Files that came and do not run: only loading the page anew helps. */
function failed(fault) {
  console.warn("The rest of this page did not load.", fault);
  tryAgain = () => location.reload();
}

/** Where its screens do not come in time, the answers are kept all the same, and this is asked at Send. */
async function agreeBefore() {
  if ((await mustAgree().catch(() => null)) !== true) return;
  const screens = await inTime(resting, SCREENS_IN).catch(() => null);
  await screens?.agreeFirst();
}

/** "Skip" is a link until this runs; who used it is already past the question. */
function takeEarlySkip(kept) {
  const early = location.hash.match(/^#(phq9-1)-end$/)?.[1];
  if (!early || kept || isAnswered(draft, early)) return;
  draft.skipped.push(early);
  draft.step = stepAfter(draft, early);
}

/** What the first question does not wait for. */
function goOnWith(loaded) {
  rest = loaded;
  if (draft.step === "look" && !isSent()) showLookOver();
  return rest.startAfterwards(draft, { save, show });
}

function bind() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    goOn();
  });
  form.addEventListener("change", changed);
  form.addEventListener("input", written);
  form.addEventListener("click", clicked);
  onTap(form, tapped);
  onSecondTap(form);
  document.getElementById("back").addEventListener("click", goBack);
  addEventListener("popstate", ({ state }) => (isSent() ? location.assign("/today") : show(knownStep(draft, state?.step ?? "phq9-1"))));
  addEventListener("pagehide", () => writing && save());
  // A page that comes back from sleep may have missed what happened meanwhile.
  for (const wakes of ["visibilitychange", "pageshow"]) addEventListener(wakes, () => leaveIfNotTheirs(draft));
  listen(heard);
}

async function heard({ type, id }) {
  if (type === "outbox" && id === draft.id) return sentElsewhere(id);
  if (type === "draft") return savedElsewhere();
  if (!["owner", "read"].includes(type)) return undefined;
  await leaveIfNotTheirs(draft);
  // What the look-over offers depends on who is signed in, and that may become known while it is open.
  return draft.step === "look" && !isSent() && rest?.renewSendPart(stepOf("look").querySelector(".send"), draft);
}

function show(step, options) {
  draft.step = step;
  if (step.startsWith("difficulty")) placeDifficulty(form, draft);
  if (step === "look") showLookOver();
  if (step === "phq9-9") showShortState(draft);
  showStep(draft, step, options);
  const answered = isAnswered(draft, step);
  showWayOn(step, answered);
  if (isUnsaved()) return showSaved(step, t(ONLY_SCREEN), { wrong: true });
  return showSaved(step, answered ? t("Saved on this phone. No network needed.") : "");
}

function showLookOver() {
  if (rest) return rest.showLook(form, draft, { change: changeFromLook });
  return showComing(isUnsaved() ? t(ONLY_SCREEN) : t("Saved on this phone. No network needed."), () => tryAgain());
}

/** True once it is on the disk; only then does the screen say so. */
async function save() {
  const step = draft.step;
  clearTimeout(writing);
  writing = 0;
  if (isSent()) return true;
  try {
    if (await keep(form, draft)) showChanged();
    saveWorked();
    showSaved(step, t("Saved on this phone. No network needed."));
    return true;
  } catch (fault) {
    saveFailed(step, fault);
    return false;
  }
}

async function changed({ target }) {
  readForm(form, draft);
  showWayOn(draft.step, isAnswered(draft, draft.step));
  const saved = save();
  if (target.name === "phq9-9") {
    await saved;
    await tellChange(draft);
    await showShortState(draft);
  }
  return saved;
}

let writing = 0;

function written({ target }) {
  if (target.localName !== "textarea") return;
  clearTimeout(writing);
  writing = setTimeout(save, 300);
}

/** A finger on an answer moves on after a beat, once it is saved; item 9 never does by itself. */
async function tapped(step) {
  if (step === "phq9-9") return needsHelp(draft) ? offerHelp(draft, save) : undefined;
  if (step === "should-know") return undefined;
  await save();
  return draft.step === step ? goOn() : undefined;
}

function clicked(event) {
  if (event.target.closest(".next")) goOn();
  else if (event.target.closest(".skip")) skip(event);
  else if (event.target.closest(".not-today")) move();
  else if (event.target.closest("#more-help")) offerHelp(draft, save);
}

async function goOn() {
  if (draft.step === "look") return;
  readForm(form, draft);
  if (draft.step !== "note" && !isAnswered(draft, draft.step)) {
    showSaved(draft.step, t("Choose an answer, or skip this question."));
    return;
  }
  if (draft.step === "phq9-9" && needsHelp(draft)) await offerHelp(draft, save);
  move();
}

function skip(event) {
  event.preventDefault();
  clearStep(form, draft.step);
  readForm(form, draft);
  if (draft.step === "phq9-9") save().then(() => tellChange(draft));
  if (!draft.skipped.includes(draft.step)) draft.skipped.push(draft.step);
  move();
}

async function move(to = backToLook ? "look" : stepAfter(draft, draft.step)) {
  backToLook = false;
  readForm(form, draft);
  const from = draft.step;
  draft.step = to;
  if (!(await saveMove(from))) return;
  history.pushState({ step: to, from }, "", `#${to}`);
  show(to);
}

/** Where somebody is belongs to the draft: after a crash they come back to this question. */
async function saveMove(from) {
  const to = draft.step;
  if ((await save()) || maySkipSaving()) return true;
  draft.step = from;
  show(from);
  offerWays(draft, { goOn: () => move(to), save });
  return false;
}

/** Sent from another tab: what became of it is shown. Words that only this one has become another version of it. */
async function sentElsewhere(id) {
  await save();
  if (draft.id === id) (await resting).showSent(id);
}

/** Written in another tab. Who is typing here is not disturbed: their own save brings both together. */
async function savedElsewhere() {
  if (!writing && !isSent() && (await renew(form, draft).catch(() => false))) showChanged();
}

function showChanged() {
  showWayOn(draft.step, isAnswered(draft, draft.step));
  if (draft.step.startsWith("difficulty")) placeDifficulty(form, draft);
  if (draft.step === "look" && !stepOf("look").querySelector(":disabled")) showLookOver();
}

const isSent = () => !stepOf("sent").hidden;

function goBack(event) {
  const before = backToLook ? "look" : stepBefore(draft, draft.step);
  if (!before || isSent()) return;
  event.preventDefault();
  backToLook = false;
  if (history.state?.from === before) history.back();
  else {
    history.replaceState({ step: before }, "", `#${before}`);
    show(before);
    save();
  }
}

function changeFromLook(step) {
  history.pushState({ step, from: "look" }, "", `#${step}`);
  show(step);
  backToLook = true;
}

start();

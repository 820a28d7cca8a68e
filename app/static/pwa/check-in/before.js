/** The three screens before the first check-in: what is agreed to is said first, and declining is as easy. */
import { showNumbers } from "../parts/crisis-numbers.js";
import { readOverview } from "../store/cache.js";
import { keepAgreement, mustAgree, readAgreement } from "../store/agreement.js";
import { whoIsHere } from "../store/owner.js";
import { t } from "../words.js";

const SCREENS = ["before-1", "before-2", "before-3"];
const screenOf = (id) => document.getElementById(id);

/** Ask, if it is known that it was not agreed to yet. Resolves when it was; declined, it never does: the page is left. */
export async function agreeFirst() {
  if ((await mustAgree().catch(() => null)) !== true) return false;
  await fill();
  await new Promise(ask);
  return true;
}

/** Somebody who answered before this phone knew them is asked at Send. */
export const mustAgreeBeforeSending = async () => (await mustAgree().catch(() => null)) === true;

function ask(agreed) {
  const stop = new AbortController();
  const finish = () => {
    stop.abort();
    document.documentElement.classList.remove("agreeing");
    agreed();
  };
  // Before any other listener: while this is asked, Back leads through these screens.
  document.addEventListener("click", (event) => clicked(event, finish), { capture: true, signal: stop.signal });
  document.addEventListener("change", () => (screenOf("before-wrong").textContent = ""), { signal: stop.signal });
  document.documentElement.classList.add("on", "agreeing");
  show(SCREENS[0], { focus: false });
}

function show(id, { focus = true } = {}) {
  for (const step of document.querySelectorAll(".step")) step.hidden = step.id !== id;
  document.documentElement.dataset.step = id;
  scrollTo(0, 0);
  if (focus) screenOf(id).focus({ preventScroll: true });
}

function clicked(event, finish) {
  const pressed = event.target.closest?.("#back, .before-next, .agree, .decline, .again");
  const at = SCREENS.indexOf(document.documentElement.dataset.step);
  if (!pressed || (pressed.id === "back" && at <= 0)) return;
  event.preventDefault();
  event.stopPropagation();
  if (pressed.id === "back") show(SCREENS[at - 1]);
  else if (pressed.matches(".before-next")) show(SCREENS[at + 1]);
  else if (pressed.matches(".again")) show(SCREENS[0]);
  else decide(pressed.matches(".agree"), finish);
}

async function decide(accepted, finish) {
  const chosen = document.querySelector("[name=unfinished]:checked")?.value;
  if (accepted && !chosen) return say(t("Please choose one of the two."), "[name=unfinished]");
  if (accepted && !document.getElementById("adult").checked) return say(t("Between is for people of 18 or over. Please say that you are."), "#adult");
  try {
    await keepAgreement({ accepted, sends_unfinished: accepted && chosen === "yes" });
  } catch {
    return say(t("This could not be kept: the phone may be full. Free some space, then try again."));
  }
  return accepted ? finish() : show("before-no");
}

function say(words, field) {
  screenOf("before-wrong").textContent = words;
  document.querySelector(field)?.focus();
}

/** The clinic's own words where this phone has them, and what was chosen the last time. */
async function fill() {
  const overview = await readOverview();
  showNumbers(overview?.crisis);
  const clinic = overview?.patients?.[0]?.clinic;
  if (clinic?.name) screenOf("before-clinic").textContent = t("Your clinicians at {clinic} read what you send.", { clinic: clinic.name });
  if (clinic?.answer_words) {
    screenOf("before-when").textContent = t("They usually look {words}.", { words: clinic.answer_words });
  }
  const { newest } = await readAgreement(await whoIsHere());
  if (!newest?.accepted) return;
  document.querySelector(`[name=unfinished][value=${newest.sends_unfinished ? "yes" : "no"}]`).checked = true;
}

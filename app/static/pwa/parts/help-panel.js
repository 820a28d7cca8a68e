/** Help now: opens the panel that is in the page already (templates/check_in/help.html), filled with what is known. */
import { readOverview } from "../store/cache.js";
import { listen } from "../store/db.js";
import { t } from "../words.js";
import { endedWords } from "./care-ended.js";
import { showNumbers } from "./crisis-numbers.js";

const SHORT_PLAN = 280;

const panel = () => document.getElementById(`help-${document.documentElement.lang}`) ?? document.querySelector("dialog.help-panel");
const part = (name) => panel().querySelector(name);

/** Every `[data-help]` link opens the panel; without script, or before it runs, the link leads to the help page. */
export function bindHelp(optionsNow = async () => ({})) {
  document.addEventListener("click", async (event) => {
    if (!event.target.closest?.("[data-help]") || !panel()) return;
    event.preventDefault();
    // The numbers are on the screen before anything is read from the disk.
    followHelp(openHelp(), optionsNow);
  });
}

/** Until `closed`, the panel says where the answer is, and says it anew when that changes. */
export async function followHelp(closed, optionsNow) {
  const renew = async () => {
    const options = await optionsNow();
    // Who is being asked something is not interrupted: it says how things stand once that is answered.
    if (!part(".choices").hidden) return;
    showState(options);
    setTell(options.onTell);
  };
  const stop = listen(({ type }) => ["receipt", "outbox", "draft", "read"].includes(type) && renew());
  closed.then(stop);
  await renew();
}

/**
 * Open it. `answered`: the person has just answered item 9 above 0. `state`: where that answer is, in words.
 * `onTell`: called when they ask that the clinic be told now; resolves with the new state. Resolves when it is closed.
 */
export function openHelp({ answered = false, state = "", next = "", reached = false, onTell = null } = {}) {
  const dialog = panel();
  part(".when-answered").hidden = !answered;
  part(".go-on").hidden = !answered;
  showState({ state, next, reached });
  setTell(onTell);
  for (const button of dialog.querySelectorAll("[data-close]")) button.onclick = () => dialog.close();
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  // The numbers are there at once; the clinic's own words follow when the cache has been read.
  fillClinic().catch(() => {});
  return closed;
}

function setTell(onTell) {
  const tell = part(".tell");
  part(".choices").hidden = true;
  tell.hidden = !onTell;
  tell.onclick = async () => {
    tell.disabled = true;
    await showTold(onTell);
    tell.disabled = false;
  };
}

/** `ask`: the choices, [words, act] each, when something has to be answered before the clinic can be told. */
async function showTold(act) {
  const { canTell = false, ask = [], ...state } = await act();
  showState(state);
  part(".tell").hidden = !canTell;
  part(".choices").hidden = !ask.length;
  part(".choices").replaceChildren(...ask.map(([words, choose]) => choice(words, () => showTold(choose))));
}

function choice(words, onclick) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn alt low", textContent: words, onclick });
  return button;
}

/** Say where the answer is now, and what becomes of it by itself. `reached`: the clinic has it. */
export function showState({ state = "", next = "", reached = false }) {
  if (!panel()) return;
  part(".answer-state").hidden = !state;
  part(".state").textContent = state;
  part(".next").textContent = next;
  part(".answer-state .dot").classList.toggle("open", !reached);
}

async function fillClinic() {
  const overview = await readOverview();
  showNumbers(overview?.crisis);
  const patient = overview?.patients?.[0];
  const clinic = patient?.clinic;
  if (!clinic) return;
  const ended = endedWords(patient);
  part(".care-ended").hidden = !ended;
  part(".care-ended").textContent = ended;
  part(".clinic-unknown").hidden = true;
  for (const line of panel().querySelectorAll(".clinic-known")) line.hidden = Boolean(ended);
  part(".clinic-name").textContent = clinic.name;
  part(".clinic-hours").textContent = clinic.hours ? t("usually {hours}", { hours: clinic.hours }) : "";
  part(".clinic-call").hidden = !clinic.phone;
  part(".clinic-call").textContent = t("Call {number}", { number: clinic.phone });
  part(".clinic-call").href = `tel:${(clinic.phone ?? "").replace(/[^+\d]/g, "")}`;
  fillPlan(patient);
}

/** The plan is text or a link that the clinician wrote; a link is shown as one only when it is https. */
function fillPlan({ safety_plan: plan, clinician }) {
  part(".plan").hidden = !plan;
  if (!plan) return;
  part(".plan-title").textContent = clinician
    ? t("The plan you wrote with {clinician}", { clinician })
    : t("The plan you wrote with your clinician");
  // A short plan is read without a tap; a long one must not push away where the answer is.
  part(".plan").open = plan.length <= SHORT_PLAN;
  part(".plan-text").replaceChildren(/^https:\/\/\S+$/.test(plan) ? linkTo(plan) : plan);
}

function linkTo(address) {
  const link = document.createElement("a");
  link.href = address;
  link.rel = "noreferrer";
  link.textContent = address;
  return link;
}

/** A phone that cannot save: the answers stay on the screen, and can be sent straight from it. Nothing is called saved. */
import { bring, inTime } from "../later.js";
import { mark, t } from "../words.js";
import { make, showSaved, stepOf } from "./screen.js";

const PATIENCE = 10_000;

export const ONLY_SCREEN = mark("Only on this screen: this phone cannot save it.");

let goesOn = false;
let fault = null;

/** Whether somebody chose to go on without saving. */
export const maySkipSaving = () => goesOn;

export const isUnsaved = () => fault !== null;

/** Said at each step for as long as it is true, and asked before the page is closed. */
export function saveFailed(step, why) {
  fault = why;
  showSaved(step, t(ONLY_SCREEN), { wrong: true });
}

export function saveWorked() {
  fault = null;
  document.getElementById("unsaved")?.remove();
}

addEventListener("beforeunload", (event) => isUnsaved() && stepOf("sent").hidden && event.preventDefault());

/** What can be done, under the answer that could not be saved. `goOn` moves on; `save` tries once more. */
export function offerWays(draft, { goOn, save }) {
  document.getElementById("unsaved")?.remove();
  const card = make("section", { id: "unsaved", class: "unsaved", role: "alert" });
  const ways = [
    button("btn", t("Go on"), () => {
      goesOn = true;
      card.remove();
      goOn();
    }),
    // Answers given before anybody signed in are asked about first, at the look-over.
    draft.owner && button("btn alt", t("Send what I answered now"), () => sendNow(card, draft)),
    button("btn alt", t("Try to save again"), save),
  ];
  card.append(
    make("h2", {}, fault?.name === "QuotaExceededError" ? t("This phone is full.") : t("This phone cannot save right now.")),
    make("p", { class: "small" }, t("Your answers are on this screen and nowhere else. Keep it open: you can go on, and they are sent to the clinic straight from here.")),
    ...ways.filter(Boolean),
  );
  stepOf(draft.step).append(card);
  card.scrollIntoView({ block: "nearest" });
}

const button = (kind, words, act) => make("button", { class: kind, type: "button", onclick: act }, words);

async function sendNow(card, draft) {
  for (const pressed of card.querySelectorAll("button")) pressed.disabled = true;
  try {
    const { sendUnkept, showSent } = await inTime(bring(() => import("./send.js")), PATIENCE);
    const id = await sendUnkept(draft);
    saveWorked();
    showSent(id);
  } catch {
    for (const pressed of card.querySelectorAll("button")) pressed.disabled = false;
    card.querySelector("p").textContent = t("It could not be sent just now either. Your answers stay on this screen. Try again, or call the clinic.");
  }
}

/** One step on the screen: which is shown, the mark as progress, and what is saved. */
import { t } from "../words.js";
import { placeOf } from "./flow.js";

const FROM = 8;
const TO = 342;

export const stepOf = (id) => document.getElementById(id);

export function showStep(draft, id, { focus = true } = {}) {
  for (const step of document.querySelectorAll(".step")) step.hidden = step.id !== id;
  document.documentElement.dataset.step = id;
  showPlace(placeOf(draft, id));
  scrollTo(0, 0);
  if (focus) stepOf(id).focus({ preventScroll: true });
}

/** The same attributes the server drew the mark with: nothing is laid out anew. */
function showPlace({ part, n, count, along }) {
  const at = Math.round((FROM + (TO - FROM) * along) * 10) / 10;
  document.getElementById("way-here").setAttribute("cx", at);
  document.getElementById("way-done").setAttribute("width", at - FROM);
  document.getElementById("way-run").setAttribute("d", `M${FROM} 10H${at}`);
  document.getElementById("place").textContent = n
    ? t("Part {part} of {parts} · {n} of {count}", { part, parts: 3, n, count })
    : t("Part {part} of {parts} · one more", { part, parts: 3 });
}

/** After Send: the way is walked, and there is nothing to go back to. */
export function showDone() {
  for (const step of document.querySelectorAll(".step")) step.hidden = step.id !== "sent";
  document.documentElement.classList.add("done");
  document.getElementById("way-here").setAttribute("cx", TO);
  document.getElementById("way-done").setAttribute("width", TO - FROM);
  document.getElementById("way-run").setAttribute("d", `M${FROM} 10H${TO}`);
  scrollTo(0, 0);
  stepOf("sent").focus({ preventScroll: true });
}

/** "Next" stands where "Skip" stood once there is an answer; leaving it out after all stays possible, below it. */
export function showWayOn(id, answered) {
  const step = stepOf(id);
  const skip = step.querySelector(".skip");
  if (!skip) return;
  step.querySelector(".next").hidden = !answered;
}

export function showSaved(id, words, { wrong = false } = {}) {
  const line = stepOf(id).querySelector(".saved");
  if (!line) return;
  line.querySelector(".dot").hidden = !words;
  line.querySelector(".dot").classList.toggle("need", wrong);
  line.classList.toggle("wrong", wrong);
  line.querySelector(".words").textContent = words;
}

/** In the place of the look-over, for as long as what makes it has not come. `saved`: where the answers are meanwhile. */
export function showComing(saved, again) {
  stepOf("look").replaceChildren(
    make("h2", { class: "ask" }, t("Look it over")),
    make("p", { class: "small", role: "status" }, t("The last part of this page has not come yet. It is fetched again by itself.")),
    make("p", { class: "small" }, saved),
    make("button", { class: "btn alt", type: "button", onclick: again }, t("Try again")),
  );
}

/** Text and elements under an element; never markup from a string. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

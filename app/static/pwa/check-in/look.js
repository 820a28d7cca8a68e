/** A look over everything before it is sent: each line leads back to its question, and what was skipped is said. */
import { t } from "../words.js";
import { isAnswered } from "./form.js";
import { steps } from "./flow.js";
import { make, stepOf } from "./screen.js";
import { sendPart } from "./send.js";
import { setTapMovesOn, tapMovesOn } from "./tap.js";

export function showLook(form, draft, { change }) {
  const rows = (ids) => make("ul", { class: "rows" }, ...ids.map((id) => make("li", {}, row(form, draft, id, change))));
  const all = steps(draft).slice(0, -1);
  const part = (name) => all.filter((id) => id.startsWith(name) || id === `difficulty-${name}`);
  stepOf("look").replaceChildren(
    make("h2", { class: "ask" }, t("Look it over")),
    make("p", { class: "small quiet" }, t("Tap a line to change it. Nothing has been sent yet.")),
    make("h3", { class: "part-name" }, "PHQ-9"),
    rows(part("phq9")),
    make("h3", { class: "part-name" }, "GAD-7"),
    rows(part("gad7")),
    make("h3", { class: "part-name" }, t("In your own words")),
    rows(["note", "today", "should-know"]),
    notice(),
    tapChoice(),
    sendPart(draft),
  );
}

const notice = () => make("p", { class: "tiny quiet" }, document.querySelector("#phq9-1 .notice").textContent.replace("PHQ-9", "PHQ-9, GAD-7"));

function row(form, draft, id, change) {
  if (id === "note") return noteRow(draft, change);
  const answered = isAnswered(draft, id);
  const answer = answered ? answerWords(form, draft, id) : t("Skipped");
  return make(
    "button",
    { class: "row", type: "button", onclick: () => change(id) },
    make("span", { class: "of" }, stepOf(id).querySelector(".ask").textContent),
    make("span", { class: answered ? "is" : "is not" }, answer),
  );
}

function answerWords(form, draft, id) {
  const input = stepOf(id).querySelector("input[type=radio]:checked");
  const label = input.parentElement.textContent.trim();
  if (id !== "should-know" || draft.should_know.answer !== "yes") return label;
  const topics = [...stepOf(id).querySelectorAll("input[type=checkbox]:checked")].map((box) => box.parentElement.textContent.trim());
  return [label, ...topics, draft.should_know.text].filter(Boolean).join(" · ");
}

function noteRow(draft, change) {
  const parts = ["executive", "hedonic"].flatMap((name) => dimension(name, draft.note[name]));
  return make("button", { class: "row text", type: "button", onclick: () => change("note") }, ...parts);
}

function dimension(name, { direction, text }) {
  const mark = make("span", { class: name === "executive" ? "ec" : "hc", "aria-hidden": "true" });
  const chip = (part, value) => stepOf("note").querySelector(`[name="${name}-${part}"][value="${value}"]`).parentElement.textContent.trim();
  const causes = [...stepOf("note").querySelectorAll(`[name="${name}-attribution"]:checked`)].map((box) => chip("attribution", box.value));
  const facts = [direction && chip("direction", direction), ...causes].filter(Boolean).join(" · ");
  const title = stepOf(name).querySelector(".name").textContent.trim();
  const said = text.trim() || facts;
  return [
    make("span", { class: "of" }, mark, facts ? `${title} · ${facts}` : title),
    text.trim() ? make("span", { class: "is" }, text.trim()) : !said && make("span", { class: "is not" }, t("Not today")),
  ];
}

function tapChoice() {
  const words = () => (tapMovesOn() ? t("Tapping an answer moves on. Turn that off") : t("Tapping an answer stays. Let it move on"));
  const button = make("button", { class: "link small quiet", type: "button" }, words());
  button.addEventListener("click", async () => {
    await setTapMovesOn(!tapMovesOn());
    button.textContent = words();
  });
  return button;
}

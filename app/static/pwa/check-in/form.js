/** Between the form in the page and the draft: what is chosen and written, both ways. */
import { difficultyAfter } from "../domain/draft.js";

const DIMENSIONS = ["executive", "hedonic"];

const chosen = (form, name) => form.querySelector(`[name="${name}"]:checked`)?.value ?? null;
const allChosen = (form, name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].map((input) => input.value);
const number = (value) => (value === null ? null : Number(value));

/** Take over what the form says. An answer keeps the language it was given in until it is changed. */
export function readForm(form, draft) {
  for (const name of ["phq9", "gad7"]) {
    draft[name].forEach((before, index) => {
      const now = number(chosen(form, `${name}-${index + 1}`));
      if (now === before) return;
      draft[name][index] = now;
      draft.languages[name][index] = draft.language;
    });
  }
  draft.difficulty = readDifficulty(form, draft);
  for (const name of DIMENSIONS) draft.note[name] = readDimension(form, name);
  draft.today = number(chosen(form, "today"));
  draft.should_know = readShouldKnow(form);
  draft.answered_by = chosen(form, "answered-by");
  draft.skipped = draft.skipped.filter((step) => !isAnswered(draft, step));
  return draft;
}

/** null: it was not asked, because nothing bothered the person. A null value: asked and left out. */
function readDifficulty(form, draft) {
  if (!difficultyAfter(draft)) return null;
  const value = number(chosen(form, "difficulty"));
  const before = draft.difficulty;
  return { value, language: before?.value === value ? before.language : draft.language };
}

function readDimension(form, name) {
  return {
    direction: chosen(form, `${name}-direction`),
    text: form.elements[`${name}-text`].value,
    attribution: allChosen(form, `${name}-attribution`),
  };
}

function readShouldKnow(form) {
  const answer = chosen(form, "should-know");
  if (!answer) return null;
  if (answer === "no") return { answer, topics: [], text: "" };
  return { answer, topics: allChosen(form, "should-know-topic"), text: form.elements["should-know-text"].value };
}

/** Put a kept draft back. What was tapped before this ran is newer than the draft, so it stays. */
export function fillForm(form, draft) {
  for (const name of ["phq9", "gad7"]) {
    draft[name].forEach((value, index) => choose(form, `${name}-${index + 1}`, value));
  }
  placeDifficulty(form, draft);
  choose(form, "today", draft.today);
  for (const name of DIMENSIONS) fillDimension(form, name, draft.note[name]);
  choose(form, "should-know", draft.should_know?.answer ?? null);
  chooseAll(form, "should-know-topic", draft.should_know?.topics ?? []);
  write(form.elements["should-know-text"], draft.should_know?.text ?? "");
  choose(form, "answered-by", draft.answered_by ?? null);
}

/** Another page wrote in the same draft: the form says what the draft says, and a text that is the same is not touched. */
export function refillForm(form, draft) {
  for (const input of form.querySelectorAll("[type=radio], [type=checkbox]")) input.checked = false;
  const texts = DIMENSIONS.map((name) => [`${name}-text`, draft.note[name].text]);
  for (const [name, text] of [...texts, ["should-know-text", draft.should_know?.text ?? ""]]) {
    if (form.elements[name].value !== text) form.elements[name].value = text;
  }
  fillForm(form, draft);
}

/** The question stands in two places of the page but is asked in one: the answer moves to where it is asked now. */
export function placeDifficulty(form, draft) {
  const value = chosen(form, "difficulty") ?? draft.difficulty?.value ?? null;
  const input = form.querySelector(`#difficulty-${difficultyAfter(draft)} [value="${value}"]`);
  if (input) input.checked = true;
}

function fillDimension(form, name, part) {
  choose(form, `${name}-direction`, part.direction);
  chooseAll(form, `${name}-attribution`, part.attribution);
  write(form.elements[`${name}-text`], part.text);
}

function choose(form, name, value) {
  if (value === null || chosen(form, name) !== null) return;
  const input = form.querySelector(`[name="${name}"][value="${value}"]`);
  if (input) input.checked = true;
}

function chooseAll(form, name, values) {
  for (const input of form.querySelectorAll(`[name="${name}"]`)) input.checked ||= values.includes(input.value);
}

function write(field, text) {
  if (!field.value) field.value = text;
}

/** Left out after all: the choice is taken back; words that were written stay in their field. */
export function clearStep(form, step) {
  for (const input of form.querySelectorAll(`#${step} [type=radio]:checked`)) input.checked = false;
}

/** Whether a step holds an answer, as against being left out. */
export function isAnswered(draft, step) {
  const [name, item] = step.split("-");
  if (name === "phq9" || name === "gad7") return draft[name][Number(item) - 1] !== null;
  if (name === "difficulty") return draft.difficulty?.value !== null && draft.difficulty !== null;
  if (step === "today") return draft.today !== null;
  if (step === "should-know") return draft.should_know !== null;
  return DIMENSIONS.some((part) => draft.note[part].direction || draft.note[part].text.trim() || draft.note[part].attribution.length);
}

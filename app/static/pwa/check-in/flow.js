/** Which question comes next. Pure. */
import { difficultyAfter } from "../domain/draft.js";

const ITEMS = { phq9: 9, gad7: 7 };
const OWN_WORDS = ["note", "today", "should-know", "look"];

export function steps(draft) {
  const asked = difficultyAfter(draft);
  const part = (name) => [
    ...Array.from({ length: ITEMS[name] }, (_, index) => `${name}-${index + 1}`),
    ...(asked === name ? [`difficulty-${name}`] : []),
  ];
  return [...part("phq9"), ...part("gad7"), ...OWN_WORDS];
}

export function stepAfter(draft, step) {
  const all = steps(draft);
  return all[Math.min(all.indexOf(step) + 1, all.length - 1)];
}

export function stepBefore(draft, step) {
  const all = steps(draft);
  return all[all.indexOf(step) - 1] ?? null;
}

/** Where a step stands: its part of 3, its number in the part, and how far along the whole way it is (0 to 1). */
export function placeOf(draft, step) {
  const all = steps(draft);
  const along = (all.indexOf(step) + 1) / (all.length + 1);
  const [name, number] = step.split("-");
  if (name in ITEMS) return { part: name === "phq9" ? 1 : 2, n: Number(number), count: ITEMS[name], along };
  if (name === "difficulty") return { part: number === "phq9" ? 1 : 2, n: null, count: null, along };
  return { part: 3, n: OWN_WORDS.indexOf(step) + 1, count: OWN_WORDS.length, along };
}

/** The step to come back to: the kept one if it still exists after an answer was changed. */
export const knownStep = (draft, step) => (steps(draft).includes(step) ? step : "phq9-1");

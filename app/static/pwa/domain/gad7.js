/** GAD-7: no score until every item is answered. */
import { bandOf, checkAnswers, missingItems, sum } from "./score.js";

export const ITEMS = 7;
const BANDS = [["minimal", 4], ["mild", 9], ["moderate", 14], ["severe", 21]];

export function scoreGad7(given) {
  const answers = checkAnswers(given, ITEMS);
  const missing = missingItems(answers);
  const total = missing.length ? null : sum(answers);
  return { total, band: bandOf(total, BANDS), status: missing.length ? "incomplete" : "complete", missing };
}

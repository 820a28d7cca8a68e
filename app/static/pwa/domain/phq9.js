/** PHQ-9: one or two missing items are prorated, three or more give no score. */
import { bandOf, checkAnswers, divideHalfUp, missingItems, sum } from "./score.js";

export const ITEMS = 9;
export const SAFETY_ITEM = 9;
const MOST_MISSING = 2;
const BANDS = [["minimal", 4], ["mild", 9], ["moderate", 14], ["moderately_severe", 19], ["severe", 27]];

export function scorePhq9(given) {
  const answers = checkAnswers(given, ITEMS);
  const missing = missingItems(answers);
  const answered = ITEMS - missing.length;
  const total = missing.length > MOST_MISSING ? null : divideHalfUp(sum(answers) * ITEMS, answered);
  const item9 = item9State(answers[SAFETY_ITEM - 1]);
  return { total, band: bandOf(total, BANDS), status: statusOf(missing), missing, answered, item9 };
}

/** Unanswered is not negative: somebody has to look. */
export function item9State(answer) {
  if (answer === null || answer === undefined) return "not_answered";
  return answer >= 1 ? "positive" : "negative";
}

function statusOf(missing) {
  if (!missing.length) return "complete";
  return missing.length <= MOST_MISSING ? "prorated" : "incomplete";
}

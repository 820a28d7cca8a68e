/** What both instruments share. The server scores what was answered; this score is only for display. */

export class WrongAnswers extends Error {}

/** Answers as they may be: whole numbers 0 to 3, or null for one that was not answered. `true` and "1" are not 1. */
export function checkAnswers(answers, count) {
  const fits = (answer) => answer === null || (Number.isInteger(answer) && answer >= 0 && answer <= 3);
  if (!Array.isArray(answers) || answers.length !== count || !answers.every(fits)) {
    throw new WrongAnswers(`Expected ${count} answers from 0 to 3.`);
  }
  return answers;
}

/** Item numbers that have no answer, counted from 1. */
export const missingItems = (answers) => answers.flatMap((answer, index) => (answer === null ? [index + 1] : []));

export const sum = (answers) => answers.reduce((total, answer) => total + (answer ?? 0), 0);

/** Half always goes up, in whole numbers: floating point would round some halves down. */
export const divideHalfUp = (dividend, divisor) => Math.floor((2 * dividend + divisor) / (2 * divisor));

export function bandOf(total, bands) {
  return total === null ? null : bands.find(([, highest]) => total <= highest)[0];
}

export const anyAboveZero = (answers) => answers.some((answer) => answer !== null && answer > 0);

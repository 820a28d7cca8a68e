/** When the questions before a visit are asked for, by the clinic's two rules. Pure: days are whole numbers. */

const HOUR = 3_600_000;
// For an overview kept by a phone from before the clinic's rules were in it.
const WINDOW_HOURS = 48;
const SPACING_DAYS = 1;

/** So many milliseconds before a visit its check-in may be answered for it. */
export const windowOf = (clinic) => (clinic?.window_hours ?? WINDOW_HOURS) * HOUR;

/**
 * `{asked}` now; `{day}` on which they come; or `{spared}`, when the last check-in is too near for this visit.
 * `opens` is whether the window is open, `opensOn` its first day; `last` the day of the last check-in, or null.
 */
export function askingFor(clinic, { opens, opensOn, today, visitOn, last }) {
  const apart = last === null ? today : last + (clinic?.spacing_days ?? SPACING_DAYS);
  if (apart > visitOn) return { spared: true };
  return opens && apart <= today ? { asked: true } : { day: Math.max(opensOn, apart) };
}

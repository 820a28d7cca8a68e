/** How long to wait before trying again: longer each time, never in step with other phones. Pure. */
const FIRST = 4_000;
const LONGEST = 300_000;

export function waitFor(attempt, retryAfter = 0, random = Math.random()) {
  const wait = Math.min(FIRST * 2 ** attempt, LONGEST);
  return Math.max(wait * (0.5 + random / 2), retryAfter * 1000);
}

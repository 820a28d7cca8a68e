/** When to send what waits. Every trigger may come late or never, so there are many of them. */
import { announce, listen } from "../store/db.js";
import "./late-core.js";
import "./outbox-core.js";
import { waitFor } from "./backoff.js";

let running = null;
let again = false;
let timer = 0;
let attempt = 0;

/** Call once per page. */
export function startSync() {
  addEventListener("online", syncNow);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && syncNow());
  listen(({ type }) => type === "outbox" && syncNow());
  return syncNow();
}

/** Send now, whatever navigator.onLine says: it is wrong in both directions. */
export function syncNow() {
  if (running) {
    again = true;
    return running;
  }
  clearTimeout(timer);
  running = run().finally(() => {
    running = null;
    if (again) {
      again = false;
      syncNow();
    }
  });
  return running;
}

async function run() {
  const outcome = await self.BetweenOutbox.upload().catch(() => ({ waiting: 1, retryAfter: 0 }));
  announce({ type: "synced", signIn: Boolean(outcome.signIn), waiting: outcome.waiting });
  if (!outcome.waiting) {
    attempt = 0;
    return outcome;
  }
  timer = setTimeout(syncNow, waitFor(attempt++, outcome.retryAfter));
  await askWorker();
  return outcome;
}

/** Where Background Sync exists, the browser sends even after this page is closed. */
async function askWorker() {
  if (!navigator.serviceWorker?.controller) return;
  const registration = await navigator.serviceWorker.ready;
  await registration.sync?.register("between-outbox").catch(() => {});
}

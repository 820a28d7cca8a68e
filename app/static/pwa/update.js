/** The worker, and a newer version of it: asked about first, and never taken over under somebody's hands. */

/** The page's only Trusted Types policy: a worker's address is our own worker's, or none. */
const policy = self.trustedTypes?.createPolicy("between", {
  createScriptURL(url) {
    if (url !== "/sw.js") throw new TypeError(`${url} is not our worker.`);
    return url;
  },
});

let wanted = false;

/**
 * Register the worker. `onUpdate(apply)` is called when a newer version waits; show it as a question, and call
 * `apply` on yes: the new worker takes over and the page reloads once. Without `onUpdate` nothing is ever asked.
 */
export async function registerWorker({ onUpdate } = {}) {
  if (!("serviceWorker" in navigator)) return null;
  const address = policy ? policy.createScriptURL("/sw.js") : "/sw.js";
  const registration = await navigator.serviceWorker.register(address, { scope: "/", updateViaCache: "none" });
  if (onUpdate) watch(registration, onUpdate);
  return registration;
}

function watch(registration, onUpdate) {
  const offer = (worker) => onUpdate(() => takeOver(worker));
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      // On the very first visit there is no controller, and nothing older to replace.
      if (worker.state === "installed" && navigator.serviceWorker.controller) offer(worker);
    });
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && registration.update().catch(() => {}));
}

function takeOver(worker) {
  if (wanted) return;
  wanted = true;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  worker.postMessage({ type: "take-over" });
}

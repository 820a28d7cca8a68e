/* The worker at the root scope. The server puts `const BUILD = {version, pages, files, base}` before it. */

const CACHE = `between-${BUILD.version}`;
const SHELL_PATHS = ["/today", "/changes", "/visits", "/you"];
const SHELL = "/today";
const FALLBACK = {
  title: "Between",
  body: "Between has something for you, whenever you have a minute.",
  tag: "between",
  data: { path: SHELL },
};

const policy = self.trustedTypes?.createPolicy("between", { createScriptURL: (url) => url });
const script = (path) => (policy ? policy.createScriptURL(BUILD.base + path) : BUILD.base + path);
importScripts(script("pwa/store/db-core.js"), script("pwa/sync/late-core.js"), script("pwa/sync/outbox-core.js"));

self.addEventListener("install", (event) => {
  event.waitUntil(precache());
  // Where the browser can answer from our cache itself, it need not start this worker first (0.2 s on a slow phone).
  const kept = { source: { cacheName: CACHE } };
  const paths = [...BUILD.pages, `${BUILD.base}*`];
  event.addRoutes?.(paths.map((pathname) => ({ condition: { requestMethod: "GET", urlPattern: { pathname } }, ...kept })));
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", ({ data }) => data?.type === "take-over" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const answer = route(event.request);
  if (answer) event.respondWith(answer);
});
self.addEventListener("sync", (event) => event.waitUntil(sendOutbox()));
self.addEventListener("push", (event) => event.waitUntil(showPush(event.data)));
self.addEventListener("notificationclick", (event) => event.waitUntil(openPush(event.notification)));

/** A failure here fails the install: a worker with half a cache would break the promise of working offline. */
async function precache() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...BUILD.pages, ...BUILD.files].map((url) => new Request(url, { cache: "reload" })));
}

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("between-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Undefined leaves the request to the network, as if there were no worker. */
function route(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return undefined;
  if (request.mode === "navigate") return page(request, url.pathname);
  return url.pathname.startsWith("/static/") ? kept(request, request) : undefined;
}

function page(request, path) {
  if (SHELL_PATHS.includes(path)) return kept(SHELL, request);
  if (BUILD.pages.includes(path)) return kept(path, request);
  return path === "/" ? fetch(request).catch(() => kept(SHELL, request)) : undefined;
}

async function kept(key, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(key)) ?? fetch(request);
}

/** Rejecting tells the browser to try again later; what waits stays in the outbox in any case. */
async function sendOutbox() {
  const { waiting } = await self.BetweenOutbox.upload();
  if (waiting) throw new Error(`${waiting} still waiting`);
}

/** Every push shows something, also one we cannot read: iOS ends a subscription after three silent ones. */
async function showPush(data) {
  const { title, body, lang, dir, tag, data: facts } = { ...FALLBACK, ...readPush(data) };
  const icon = `${BUILD.base}pwa/icons/icon-192.png`;
  const badge = `${BUILD.base}pwa/icons/badge-96.png`;
  await self.registration.showNotification(title, { body, lang, dir, tag, data: facts, icon, badge });
  await Promise.allSettled([confirmPush(facts, "shown"), self.BetweenOutbox.upload()]);
}

function readPush(data) {
  try {
    return data.json().notification;
  } catch {
    return {};
  }
}

function confirmPush(facts, event) {
  if (!facts?.receipt) return undefined;
  return fetch(`/api/receipts/${encodeURIComponent(facts.receipt)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ event }),
    credentials: "omit",
  });
}

async function openPush(notification) {
  notification.close();
  const facts = notification.data ?? FALLBACK.data;
  await Promise.allSettled([confirmPush(facts, "opened"), show(facts.path ?? SHELL)]);
}

/** A check-in that is open is not navigated away from: it is only brought to the front. */
async function show(path) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((client) => new URL(client.url).pathname === path) ?? windows[0];
  if (!open) return self.clients.openWindow(path);
  // The list may still name a page that has just gone; then there is nothing to bring to the front.
  const front = await open.focus().catch(() => null);
  if (!front) return self.clients.openWindow(path);
  const at = new URL(front.url).pathname;
  return at === path || at.startsWith("/check-in/") ? front : front.navigate(path).catch(() => self.clients.openWindow(path));
}

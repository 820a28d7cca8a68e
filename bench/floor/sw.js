// The least a worker can be that answers with no network.
const KEPT = ["/", "/register.js"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open("floor").then((cache) => cache.addAll(KEPT)));
});

self.addEventListener("fetch", (event) => {
  event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});

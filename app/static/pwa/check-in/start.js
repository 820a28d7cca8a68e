/** The page can be used as it is painted. What makes it one question a screen takes nothing from the line before that. */

const BUILD = JSON.parse(document.getElementById("build").textContent);
// A page in the background is not painted.
const UNPAINTED = 2_000;

const painted = () => Promise.race([new Promise(watchPaint), new Promise((wake) => setTimeout(wake, UNPAINTED))]);

function watchPaint(seen) {
  const observer = new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint").length && seen());
  observer.observe({ type: "paint", buffered: true });
}

const link = (path) => Object.assign(document.createElement("link"), { rel: "modulepreload", href: `${BUILD.static}pwa/${path}` });

await painted();
// All at once: found one behind the other they would take a turn of the line for each.
document.head.append(...BUILD.first.map(link));
await import("./main.js");

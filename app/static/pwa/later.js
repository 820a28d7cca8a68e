/**
 * What a first screen does without is fetched after it. A module that could not be loaded stays failed for as long as its
 * page is open: most browsers never ask for it again (whatwg/html#6768). So every file is brought into the browser's cache
 * first, as often as it takes, and imported from there.
 */
const BUILD = JSON.parse(document.getElementById("build")?.textContent ?? "{}");
const FILES = (BUILD.later ?? []).map((path) => `${BUILD.static}pwa/${path}`);
const AGAIN = 5_000;
const PATIENCE = 30_000;

let coming = null;

/** What `load` imports, when all of it is here: with a bad network that may be never. */
export async function bring(load) {
  await (coming ??= fetchAll());
  return load();
}

/** For what cannot wait that long: rejects when `patience` milliseconds are over. */
export const inTime = (comes, patience) =>
  Promise.race([comes, after(patience).then(() => Promise.reject(new DOMException("Not loaded yet.", "TimeoutError")))]);

const after = (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds));

async function fetchAll() {
  await idle();
  for (let missing = FILES; ; await retry()) {
    const came = await Promise.all(missing.map(isKept));
    missing = missing.filter((_, index) => !came[index]);
    if (!missing.length) return;
  }
}

/** The first question comes first: what it needs is not made to share the line or the processor. */
const idle = () =>
  new Promise((resolve) => {
    // WebKit has none.
    if (self.requestIdleCallback) requestIdleCallback(resolve, { timeout: 500 });
    else setTimeout(resolve);
  });

/** Read to its end: an answer that was cut off is not kept. */
async function isKept(url) {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
    await reply.arrayBuffer();
    return reply.ok;
  } catch {
    return false;
  }
}

let wake = () => {};

const retry = () =>
  new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, AGAIN);
    addEventListener("online", resolve, { once: true });
  });

/** Somebody waits for it: not after a while but now. */
export const hurry = () => wake();

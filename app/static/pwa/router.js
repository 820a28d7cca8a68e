/** Real paths and the History API. The same paths work when typed, reloaded, opened from a reminder or offline. */

export const PATHS = ["/today", "/changes", "/visits", "/you"];

export const here = () => (PATHS.includes(location.pathname) ? location.pathname : PATHS[0]);

/** Calls `show(path, moved)`; `moved` is true when the person went there, so that focus may follow. */
export function startRouter(show) {
  document.addEventListener("click", (event) => {
    const path = ownPath(event);
    if (!path) return;
    event.preventDefault();
    goTo(path, show);
  });
  addEventListener("popstate", () => show(here(), true));
  show(here(), false);
}

function goTo(path, show) {
  if (path !== location.pathname) history.pushState(null, "", path);
  show(path, true);
  scrollTo(0, 0);
}

/** The path of a plain click on a link to one of our screens; everything else is left to the browser. */
function ownPath(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return null;
  return link.origin === location.origin && PATHS.includes(link.pathname) ? link.pathname : null;
}

/** Screen readers and keyboards start at the heading of the new screen. */
export function focusHeading(root) {
  root.querySelector("h1")?.focus({ preventScroll: true });
}

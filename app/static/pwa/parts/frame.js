/** What stands around every screen: the mark, help, the screen itself and the four places. */
import { html } from "preact";
import { spoken, t } from "../words.js";

export const Mark = () => html`<svg class="mark" viewBox="0 0 34 16" aria-hidden="true" focusable="false">
  <rect x="6" y="3" width="22" height="10" rx="5" fill="currentColor" opacity=".16" />
  <path d="M1 8h32" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" />
  <circle cx="6" cy="8" r="3.6" fill="currentColor" /><circle cx="28" cy="8" r="3.6" fill="currentColor" />
</svg>`;

const ICONS = {
  "/today": html`<path d="M2 12h20" /><circle cx="6" cy="12" r="2.6" class="full" /><circle cx="18" cy="12" r="2.6"
    class="full" />`,
  "/changes": html`<path d="M3 7l5 4 5 1.500 4 3.500 4-1M3 20h18" />`,
  "/visits": html`<rect x="4" y="5" width="16" height="15" rx="3" /><path d="M4 10h16M9 3v4M15 3v4" />`,
  "/you": html`<circle cx="12" cy="8.500" r="3.500" /><path d="M5 20c1-4 4-5.500 7-5.500s6 1.500 7 5.500" />`,
};

const places = () => [["/today", t("Today")], ["/changes", t("Changes")], ["/visits", t("Visits")], ["/you", t("You")]];

export const placeName = (path) => Object.fromEntries(places())[path];

const Tabs = ({ path }) => html`<nav class="tabs" aria-label=${t("Main")}>
  ${places().map(([href, name]) => html`<a href=${href} aria-current=${href === path ? "page" : null}>
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">${ICONS[href]}</svg><span>${name}</span></a>`)}
</nav>`;

/** The panel is in the document already; its script is asked for on tap so that a fault in it still leads to the page. */
async function help(event) {
  event.preventDefault();
  const page = event.currentTarget.href;
  try {
    const { openHelp } = await import("./help-panel.js");
    openHelp({ reason: "asked" });
  } catch {
    location.assign(page);
  }
}

export const Frame = ({ path, tabs = true, children }) => html`<div class="frame">
  <a class="skip-to" href="#main">${t("Skip to the content")}</a>
  <header class="top">
    <a class="brand" href="/today"><${Mark} /><span>Between</span></a>
    <a class="help" href="/help/${spoken()}" data-help onClick=${help}>${t("Help now")}</a>
  </header>
  <main id="main" tabindex="-1">${children}</main>
  ${tabs && html`<${Tabs} path=${path} />`}
</div>`;

/** Start of the app: what this phone keeps is shown at once, then what the server says. */
import { html, render } from "preact";
import { Frame, placeName } from "./parts/frame.js";
import { CannotKeep, Elsewhere, NewVersion, Nobody, Unreadable } from "./screens/without.js";
import { change, listen, onChange, readPhone, refresh, refreshAfter, state } from "./parts/state.js";
import { reconcile } from "./push.js";
import { focusHeading, here, startRouter } from "./router.js";
import { Changes } from "./screens/changes.js";
import { Today } from "./screens/today.js";
import { Visits } from "./screens/visits.js";
import { You } from "./screens/you.js";
import { postJson } from "./sync/api.js";
import { startAgreements } from "./sync/agreements.js";
import { startSync } from "./sync/upload.js";
import { registerWorker } from "./update.js";
import { loadWords, preferredLanguage, spoken } from "./words.js";

const SCREENS = { "/today": Today, "/changes": Changes, "/visits": Visits, "/you": You };
const root = document.getElementById("app");
const build = JSON.parse(document.getElementById("build").textContent);
let path = here();

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  change({ install: event });
});

start();

async function start() {
  await readPhone();
  await speak();
  onChange(draw);
  startRouter(go);
  listen();
  startSync();
  startAgreements();
  registerWorker({ onUpdate: (apply) => change({ update: apply }) }).catch((fault) => console.warn("No worker.", fault));
  await refresh();
  const { overview } = state();
  if (overview?.push) await reconcile(overview.push).catch(() => {});
}

/** The person's own language; before anybody signed in, the first of the browser's that we speak. */
async function speak() {
  const wanted = state().overview?.person.language ?? preferredLanguage(build.languages);
  if (wanted === spoken()) return false;
  return (await loadWords(wanted)) === wanted;
}

function go(to, moved) {
  path = to;
  draw();
  if (moved) focusHeading(root);
}

async function draw() {
  paint();
  if (await speak()) paint();
}

function paint() {
  const phone = state();
  document.title = `${placeName(path)} · Between`;
  render(html`<${Frame} path=${path} tabs=${Boolean(phone.overview?.patients.length)}>${screen(phone)}<//>`, root);
}

function screen(phone) {
  if (phone.storage === "unreadable" && !phone.overview) return html`<${Unreadable} />`;
  if (!phone.overview) return html`<${Nobody} reading=${phone.reading} draft=${phone.draft} path=${path} />`;
  if (!phone.overview.patients.length) return html`<${Elsewhere} person=${phone.overview.person} />`;
  const Screen = SCREENS[path];
  return html`${phone.storage === "unreadable" && html`<${CannotKeep} />`}${phone.update && html`<${NewVersion} apply=${phone.update} />`}
    <${Screen} key=${path} phone=${phone} build=${build} prefer=${prefer} install=${phone.install && askToInstall} />`;
}

/** True when the server has it; then the screens follow at once, without waiting for the next overview. */
async function prefer(wish) {
  const reply = await postJson("/api/preferences", wish);
  if (!reply.ok) return false;
  const { overview } = state();
  change({ overview: { ...overview, person: { ...overview.person, ...wish } } });
  refreshAfter();
  return true;
}

async function askToInstall() {
  await state().install.prompt();
  change({ install: null });
}

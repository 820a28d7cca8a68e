/** What is shown when there is nothing of one's own to show: each one sentence and one way on. */
import { html } from "preact";
import { EmptyAxis } from "../parts/axis.js";
import { Notice } from "../parts/notice.js";
import { refresh } from "../parts/state.js";
import { spoken, t } from "../words.js";

const checkIn = () => `/check-in/${spoken()}`;

export function Nobody({ reading, draft, path }) {
  if (reading === "kept") return html`<h1 tabindex="-1" class="hush">Between</h1><p class="quiet waiting"
    role="status">${t("One moment…")}</p>`;
  const signIn = `/sign-in?next=${encodeURIComponent(path)}`;
  if (reading === "signed_out") {
    return html`<div class="alone"><h1 tabindex="-1">${t("Nobody is signed in on this phone.")}</h1>
      <p class="quiet">
        ${draft ? t("A check-in is begun and saved here. Sign in, and it can be sent.") : t("You can answer the questions first and sign in when you send them.")}</p>
      <${EmptyAxis} />
      <div class="reach"><a class="btn" href=${signIn}>${t("Sign in")}</a><a class="btn alt" href=${checkIn()}>
        ${draft ? t("Continue the check-in") : t("Start the check-in")}</a></div></div>`;
  }
  return html`<div class="alone"><h1 tabindex="-1">
    ${reading === "offline" ? t("No network right now.") : t("The clinic’s server does not answer.")}</h1>
    <p class="quiet">${t("Your visits are shown here once it does. The questions work without it.")}</p>
    <${EmptyAxis} />
    <div class="reach"><a class="btn" href=${checkIn()}>
      ${draft ? t("Continue the check-in") : t("Start the check-in")}</a>
    <button type="button" class="btn alt" onClick=${refresh}>${t("Try again")}</button></div></div>`;
}

export const Elsewhere = ({ person }) => html`<div class="alone"><h1 tabindex="-1">
  ${t("These pages are for patients.")}</h1>
  <p class="quiet">${t("You are signed in as {name}.", { name: person.name })}</p>
  <${EmptyAxis} />
  <div class="reach"><a class="btn" href="/">${t("Go to your own page")}</a></div></div>`;

export const Unreadable = () => html`<div class="alone"><h1 tabindex="-1">
  ${t("This phone’s storage cannot be read right now.")}</h1>
  <p class="quiet">
    ${t("It may be full, or the browser is in private mode. Nothing was deleted. Close Between and open it again; " +
      "if it stays like this, free some space.")}</p>
  <${EmptyAxis} />
  <div class="reach"><button type="button" class="btn" onClick=${() => location.reload()}>
    ${t("Try again")}</button></div></div>`;

/** The clinic's own facts are on the screen; what this phone holds beside them is not known. */
export const CannotKeep = () => html`<${Notice} quiet sentence=${t("This phone’s storage cannot be read right now.")}
  more=${t("What you answer is sent to the clinic straight away instead of waiting here. What waited here before is not gone.")}
  words=${t("Try again")} onTap=${() => location.reload()} />`;

export const NewVersion = ({ apply }) => html`<${Notice} quiet sentence=${t("A newer version of Between is ready.")}
  words=${t("Use it now")} onTap=${apply} />`;

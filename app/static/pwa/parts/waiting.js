/** What waits on this phone, item by item in words: when it was tried last, what came of it, and what one can do. */
import { html, useState } from "preact";
import { retryItem } from "../store/outbox.js";
import { syncNow } from "../sync/upload.js";
import { briefly } from "../when.js";
import { mark, t } from "../words.js";
import { Status } from "./notice.js";

const KINDS = {
  full: mark("Your check-in ({when})"), partial: mark("Your answers ({when})"), today: mark("Your rating ({when})"),
  note: mark("Your wish to talk in person ({when})"), in_person: mark("Your wish to talk in person ({when})"),
};

const OUTCOMES = {
  no_network: mark("Tried {when}: there was no network, or the answer broke off. It is tried again by itself."),
  busy: mark("Tried {when}: the clinic’s server could not take it just then. It is tried again by itself."),
  sign_in: mark("Tried {when}: the clinic’s server does not know this phone any more. Sign in, and it is sent."),
  not_ours: mark("Tried {when}: something else answered, perhaps the sign-in page of a Wi-Fi. It is tried again by itself."),
};

const WHY = {
  wrong_owner: mark("The clinic’s server says that this belongs to somebody else’s record. Tell the clinic; once they have " +
    "put it right, try again."),
  item_too_large: mark("It is longer than the clinic’s server takes at once. Save it as a file and give it to the clinic."),
  too_large: mark("It is longer than the clinic’s server takes at once. Save it as a file and give it to the clinic."),
  no_id: mark("The clinic’s server could not tell which item this is. Save it as a file and give it to the clinic."),
};
const NO_REASON = mark("The clinic’s server did not take it and gave no reason that this phone knows. Tell the clinic, or try again.");

const nameOf = ({ kind, sealed_at }, now) => t(KINDS[kind] ?? KINDS.partial, { when: briefly(sealed_at, now) });

export function Waiting({ phone }) {
  const { waiting, attention, now } = phone;
  // What was tried before any of these was written says nothing of them.
  const tried = waiting.some(({ sealed_at }) => phone.tried?.at >= sealed_at) ? phone.tried : null;
  const [busy, setBusy] = useState(false);
  const send = async (first) => {
    setBusy(true);
    await first?.().catch(() => {});
    await syncNow();
    setBusy(false);
  };
  if (!waiting.length && !attention.length) return html`<p class="small">${t("Nothing waits on this phone.")}</p>`;
  return html`<div class="stack small" aria-live="polite">
    ${waiting.length > 0 && html`<ul class="waits">
      ${waiting.map((item) => html`<li key=${item.id}><${Status} kept>${nameOf(item, now)}<//></li>`)}</ul>
      <p class="quiet">${tried ? t(OUTCOMES[tried.outcome] ?? OUTCOMES.not_ours, { when: briefly(tried.at, now) })
        : t("Not tried yet.")}</p>
      ${tried?.outcome === "sign_in" && html`<a class="btn low" href="/sign-in?next=/you">${t("Sign in")}</a>`}
      <button type="button" class="btn alt low" disabled=${busy} onClick=${() => send()}>
        ${busy ? t("Sending…") : t("Send now")}</button>`}
    ${attention.map((item) => html`<${Refused} key=${item.id} item=${item} now=${now} busy=${busy} send=${send} />`)}
  </div>`;
}

const Refused = ({ item, now, busy, send }) => html`<div class="attention">
  <${Status} needs>${nameOf(item, now)}: ${t("the clinic could not take this.")}<//>
  <p>${t(WHY[item.receipt?.code] ?? NO_REASON)}</p>
  <p class="pair">
    <button type="button" class="link" disabled=${busy} onClick=${() => send(() => retryItem(item.id))}>${t("Try again")}</button>
    <button type="button" class="link" onClick=${() => saveAsFile([item])}>${t("Save as a file")}</button>
  </p>
</div>`;

/** The items as they were sealed: only the clinic's server can open them. */
function saveAsFile(items) {
  const listed = items.map((item) => ({ ...item, sealed: base64(item.sealed) }));
  const about = t("Answers from Between that could not be sent. They are sealed: only the clinic’s own server can open them. " +
    "Give this file to the clinic.");
  const body = JSON.stringify({ format: "between/attention/1", about, items: listed }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([body], { type: "application/json" }));
  link.download = "between-needs-attention.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const base64 = (sealed) => btoa(Array.from(new Uint8Array(sealed), (byte) => String.fromCharCode(byte)).join(""));

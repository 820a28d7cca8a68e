/** Where the person's answers are, in words with a time: on this phone, at the clinic, read by whom. */
import { html } from "preact";
import { briefly, clock, daysBetween, phoneZone } from "../when.js";
import { mark, t, tn } from "../words.js";
import { allCheckIns } from "./facts.js";
import { Status } from "./notice.js";

const CLINIC_HAS = {
  full: mark("Your check-in ({when}): the clinic has it."), partial: mark("Your answers ({when}): the clinic has them."),
  note: mark("Your note ({when}): the clinic has it."), today: mark("Your rating ({when}): the clinic has it."),
};

const ONLY_HERE = {
  full: mark("Your check-in is only on this phone. It is sent by itself when there is a network."),
  partial: mark("Your answers are only on this phone. They are sent by themselves when there is a network."),
  note: mark("Your note is only on this phone. It is sent by itself when there is a network."),
  today: mark("Your rating is only on this phone. It is sent by itself when there is a network."),
};

export function SyncWords({ phone }) {
  const { overview, waiting, attention, draft, now } = phone;
  const newest = allCheckIns(overview)[0];
  return html`<section class="sync small" aria-label=${t("Where your answers are")} aria-live="polite">
    ${draft && html`<${Status} kept>${t("A check-in is begun and saved on this phone. Nothing of it was sent.")}<//>`}
    ${waiting.length === 1 && html`<${Status} kept when=${briefly(waiting[0].sealed_at, now)}>
      ${t(ONLY_HERE[waiting[0].kind] ?? ONLY_HERE.partial)}<//>`}
    ${waiting.length > 1 && html`<${Status} kept when=${briefly(waiting[0].sealed_at, now)}>
      ${tn("{n} item is only on this phone. It is sent by itself when there is a network.",
        "{n} items are only on this phone. They are sent by themselves when there is a network.", waiting.length)}<//>`}
    ${attention.length > 0 && html`<${Attention} items=${attention} />`}
    ${newest && html`<${AtClinic} newest=${newest} now=${now} />`}
    <${Freshness} phone=${phone} />
  </section>`;
}

function AtClinic({ newest, now }) {
  const words = newest.patient.clinic.answer_words;
  const has = t(CLINIC_HAS[newest.kind] ?? CLINIC_HAS.partial, { when: briefly(newest.answered_at, now) });
  return html`<${Status} when=${arrivedLater(newest) ? t("arrived {when}", { when: arrival(newest, now) }) : ""}>
    ${has}<//>
    ${newest.needs_repair
      ? html`<${Status} kept>
        ${t("It came in a form the server could not read by itself. The clinic looks at it; nothing is lost.")}<//>`
      : newest.read_at
      ? html`<${Status} when=${briefly(newest.read_at, now)}>
        ${newest.read_by ? t("{name} read it.", { name: newest.read_by }) : t("It was read.")}<//>`
      : html`<${Status} kept>${words ? t("Not read yet; usually {words}.", { words }) : t("Not read yet.")}<//>`}`;
}

/** Answered without a network, sent later: both times matter, and only then. */
const arrivedLater = (one) => Date.parse(one.arrived_at) - Date.parse(one.answered_at) > 10 * 60_000;

const arrival = ({ answered_at, arrived_at }, now) =>
  daysBetween(answered_at, arrived_at, phoneZone()) ? briefly(arrived_at, now) : clock(arrived_at, phoneZone());

const Attention = ({ items }) => html`<div class="attention">
  <${Status} needs>
    ${tn("{n} item could not be taken by the clinic’s server. It is kept here. Save it as a file and give it to the clinic.",
      "{n} items could not be taken by the clinic’s server. They are kept here. " +
        "Save them as a file and give it to the clinic.", items.length)}<//>
  <button type="button" class="link" onClick=${() => saveAsFile(items)}>${t("Save as a file")}</button>
</div>`;

/** The items as they were sealed: only the clinic's server can open them. */
function saveAsFile(items) {
  const listed = items.map((item) => ({ ...item, sealed: base64(item.sealed) }));
  const file = new Blob([JSON.stringify({ format: "between/attention/1", items: listed }, null, 1)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "between-needs-attention.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const base64 = (sealed) =>
  typeof sealed === "string" ? sealed : btoa(Array.from(new Uint8Array(sealed), (byte) => String.fromCharCode(byte)).join(""));

function Freshness({ phone }) {
  const { overview, reading, now } = phone;
  const when = briefly(overview.server_time, now);
  if (reading === "offline") return html`<p class="quiet">
    ${t("No network right now. This is how it was: {when}.", { when })} ${t("Everything here works without one.")}</p>`;
  if (reading === "failed") return html`<p class="quiet">
    ${t("The clinic’s server does not answer. This is how it was: {when}.", { when })}</p>`;
  if (reading === "signed_out") return html`<p class="quiet">
    ${t("You are signed out. This is how it was: {when}.", { when })} <a href="/sign-in?next=/today">
    ${t("Sign in")}</a></p>`;
  return null;
}

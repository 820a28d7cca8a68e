/** "Too much today?": one tap asks to talk in person, waits in the outbox like a check-in, and counts as heard from. */
import { html, useState } from "preact";
import { newDraft } from "../domain/draft.js";
import { sealAlone } from "../store/outbox.js";
import { sealingKey } from "../sync/pull.js";
import { mark, spoken, t } from "../words.js";
import { dial } from "./names.js";

const ASKED = mark("Asks to talk in person instead of answering the questions today.");

const SAID = {
  asked: mark("You asked to talk in person. It goes to the clinic as soon as there is a network. For today, call."),
  failed: mark("This could not be kept on the phone. Please call the clinic."),
};

export function Talk({ phone, patient, visit }) {
  const [said, say] = useState(null);
  if (!patient) return null;
  if (phone.draft) return html`<${Call} clinic=${patient.clinic} />`;
  const tap = () => ask(phone.owner, visit).then(() => say("asked"), () => say("failed"));
  return html`<div aria-live="polite">
    ${said ? html`<p class="small said">${t(SAID[said])}</p><${Call} clinic=${patient.clinic} />`
      : html`<button type="button" class="btn alt low" onClick=${tap}>
        ${t("Too much today? Ask to talk in person")}</button>`}
  </div>`;
}

const Call = ({ clinic }) => clinic.phone && html`<a class="btn alt low" href=${dial(clinic.phone)}>
  ${t("Call {clinic}", { clinic: clinic.name })}</a>`;

async function ask(owner, visit) {
  const key = await sealingKey();
  if (!owner || !key) throw new Error("cannot be sealed now");
  const now = new Date().toISOString();
  const draft = newDraft({ id: crypto.randomUUID(), owner: owner.person, language: spoken(), now, visits: visit ? [visit.id] : [] });
  draft.should_know = { answer: "yes", topics: ["other"], text: t(ASKED) };
  return sealAlone(draft, { person: owner.person, patient: visit?.patient.id ?? owner.patient, key, kind: "note" });
}

/** "Too much today?": one tap asks to talk in person, waits in the outbox like a check-in, and counts as heard from. */
import { html, useEffect, useState } from "preact";
import { newDraft } from "../domain/draft.js";
import { sealAlone, takeBack } from "../store/outbox.js";
import { sealingKey } from "../sync/pull.js";
import { syncNow } from "../sync/upload.js";
import { briefly, dayNumber, phoneZone } from "../when.js";
import { spoken, t } from "../words.js";
import { dial } from "./names.js";
import { Status } from "./notice.js";
import { standingWish, whereIs } from "./sent.js";
import { keepWish } from "./state.js";

// Long enough to see that it was a slip, short enough to be with the clinic before the phone is put away.
const HELD = 8_000;

/** The wish that stands for this visit or this day; null when it may be said again. */
export const wishFor = (phone, visit) =>
  standingWish(phone, visit, phone.wishedFor, (at) => dayNumber(at, phoneZone()) === dayNumber(phone.now, phoneZone()));

export function Talk({ phone, patient, visit, wish }) {
  const [step, go] = useState("open");
  // Taken back: it may be asked again.
  useEffect(() => {
    if (!wish) go("open");
  }, [wish?.id]);
  if (!patient) return null;
  if (wish) return html`<${Asked} phone=${phone} clinic=${patient.clinic} wish=${wish} />`;
  const tap = () => {
    go("busy");
    ask(phone.owner, visit).then(() => go("kept"), () => go("failed"));
  };
  return html`<div aria-live="polite">
    ${step === "failed" ? html`<p class="small said">${t("This could not be kept on the phone. Please call the clinic.")}</p>
      <${Call} clinic=${patient.clinic} />`
      : html`<button type="button" class="btn alt low" disabled=${step !== "open"} onClick=${tap}>
        ${t("Too much today? Ask to talk in person")}</button>`}
  </div>`;
}

const Asked = ({ phone, clinic, wish }) => html`<div class="small asked" aria-live="polite">
  <${WhereItIs} phone=${phone} wish=${wish} /><${Call} clinic=${clinic} /></div>`;

function WhereItIs({ phone, wish }) {
  const { sent, refused, waiting } = whereIs(phone, wish.id);
  const asked = t("You asked to talk in person at {time}.", { time: briefly(wish.at, phone.now) });
  if (refused) return html`<${Status} needs>${asked} ${t("The clinic could not take this. Please call.")}<//>`;
  if (waiting?.not_before > Date.now()) return html`<${Held} item=${waiting} asked=${asked} />`;
  if (!sent) return html`<${Status} kept>${asked} ${t("It waits on this phone until there is a network. For today, call.")}<//>`;
  return html`<${Status}>${asked} ${readWords(sent)}<//>`;
}

/** Kept already, and not sent yet: for these seconds it can be taken back. */
function Held({ item, asked }) {
  const [, look] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => look(1) || syncNow(), item.not_before - Date.now() + 50);
    return () => clearTimeout(timer);
  }, [item.id]);
  return html`<${Status} kept>${asked} ${t("It is sent in a moment.")}<//>
    <button type="button" class="link" onClick=${() => takeBack(item.id)}>${t("Take it back")}</button>`;
}

function readWords(sent) {
  if (!sent.read_at) return `${t("The clinic has it.")} ${t("Not read yet. For today, call.")}`;
  return sent.read_by ? t("{name} read it.", { name: sent.read_by }) : t("It was read.");
}

const Call = ({ clinic }) => clinic.phone && html`<a class="btn alt low" href=${dial(clinic.phone)}>
  ${t("Call {clinic}", { clinic: clinic.name })}</a>`;

async function ask(owner, visit) {
  const key = await sealingKey();
  if (!owner || !key) throw new Error("cannot be sealed now");
  const now = new Date().toISOString();
  const draft = newDraft({ id: crypto.randomUUID(), owner: owner.person, language: spoken(), now, visits: visit ? [visit.id] : [] });
  if (visit) await keepWish(owner.person, draft.id, visit.id);
  return sealAlone(draft, { person: owner.person, patient: visit?.patient.id ?? owner.patient, key, kind: "in_person", not_before: Date.now() + HELD });
}

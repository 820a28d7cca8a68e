/** Today says one thing in one sentence, with one button. */
import { html } from "preact";
import { Axis } from "../parts/axis.js";
import { answeredFor, lastVisit, nextVisit, patientOf } from "../parts/facts.js";
import { visitIs } from "../parts/names.js";
import { SyncWords } from "../parts/sync-words.js";
import { Talk } from "../parts/talk.js";
import { dayAndTime } from "../when.js";
import { spoken, t } from "../words.js";

export function Today({ phone }) {
  const { overview, waiting, draft, now } = phone;
  const next = nextVisit(overview, now);
  const last = lastVisit(overview, now);
  const answered = next !== null && !draft && answeredFor(overview, next, waiting, now);
  return html`<div class="today">
    <h1 tabindex="-1">
      ${next ? visitIs(next.modality, dayAndTime(next.starts_at, now, next.zone)) : t("No visit is booked.")}</h1>
    <p class="quiet intro">${lead({ next, answered, draft })}</p>
    <${Axis} last=${last} next=${next} now=${now} />
    <div class="reach">
      <a class="btn ${answered ? "alt" : ""}" href="/check-in/${spoken()}">
        ${draft ? t("Continue the check-in") : answered ? t("Write something more") : t("Start the check-in")}</a>
      ${!answered && html`<${Talk} phone=${phone} patient=${patientOf(overview, next)} visit=${next} />`}
    </div>
    <${SyncWords} phone=${phone} />
  </div>`;
}

function lead({ next, answered, draft }) {
  if (draft) return t("You began the questions. They wait where you left them.");
  if (answered) return t("You have answered for this visit. Thank you. There is nothing more to do.");
  const first = next ? t("A few questions before it.") : t("You can still write how it is; your clinician reads it.");
  return `${first} ${t("You can stop and come back.")}`;
}

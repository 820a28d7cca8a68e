/** Today says one thing in one sentence, with one button. */
import { html } from "preact";
import { Axis } from "../parts/axis.js";
import { endedWords } from "../parts/care-ended.js";
import { answeredFor, askedFor, cancelledNext, lastVisit, nextVisit, patientOf } from "../parts/facts.js";
import { forbidsDriving, visitIs } from "../parts/names.js";
import { sentItems } from "../parts/sent.js";
import { SyncWords } from "../parts/sync-words.js";
import { SoFar } from "../parts/so-far-card.js";
import { Talk, wishFor } from "../parts/talk.js";
import { dayAndTime, dayNumber, dayNumberWord, daysBetween, timeWithZone, weekDate } from "../when.js";
import { spoken, t } from "../words.js";

export function Today({ phone }) {
  const { overview, draft, now } = phone;
  if (endedWords(overview.patients[0])) return html`<${Ended} phone=${phone} />`;
  const next = nextVisit(overview, now);
  const last = lastVisit(overview, now);
  const gone = cancelledNext(overview, now);
  const wish = wishFor(phone, next);
  const sent = sentItems(phone);
  const answered = next !== null && !draft && answeredFor(phone, next, sent);
  const asking = next && !draft && !answered ? askedFor(phone, next, sent) : { asked: !answered };
  return html`<div class="today">
    <h1 tabindex="-1">
      ${next ? visitIs(next.modality, dayAndTime(next.starts_at, now, next.zone)) : t("No visit is booked.")}</h1>
    ${gone && html`<p class="intro">${t("Your visit on {when} was cancelled.", { when: moment(gone) })}</p>`}
    ${next && isNear(next, now) && forbidsDriving(next.modality) && html`<p class="small intro">
      <strong>${t("After this visit you may not drive until the next day.")}</strong></p>`}
    <p class="quiet intro">${lead({ next, answered, draft, asking, now })}</p>
    <${Axis} last=${last} next=${next} now=${now} />
    <div class="reach">
      <a class="btn ${asking.asked ? "" : "alt"}" href="/check-in/${spoken()}">${invitation({ draft, answered, asking })}</a>
      ${(!answered || wish) && html`<${Talk} phone=${phone} patient=${patientOf(overview, next)} visit=${next} wish=${wish} />`}
    </div>
    <${SoFar} draft=${draft} />
    <${SyncWords} phone=${phone} said=${wish?.id} />
  </div>`;
}

/** Nothing is asked any more; the numbers are one tap away, and what was sent is still said. */
const Ended = ({ phone }) => html`<div class="today">
  <h1 tabindex="-1">${endedWords(phone.overview.patients[0])}</h1>
  <p class="intro">${t("If you might hurt yourself, or are not sure, call now.")}</p>
  <div class="reach"><a class="btn" href=${`/help/${spoken()}`}>${t("Help now")}</a></div>
  <p class="small quiet intro">${t("What you wrote before stays under Changes.")}</p>
  <${SyncWords} phone=${phone} />
</div>`;

const moment = ({ starts_at, zone }) => `${weekDate(starts_at, zone)}, ${timeWithZone(starts_at, zone)}`;

const isNear = ({ starts_at, zone }, now) => daysBetween(now, starts_at, zone) <= 2;

function invitation({ draft, answered, asking }) {
  if (draft) return t("Continue the check-in");
  if (answered) return t("Write something more");
  return asking.asked ? t("Start the check-in") : t("Write something now");
}

function lead({ next, answered, draft, asking, now }) {
  if (draft) return t("You began the questions. They wait where you left them.");
  if (answered) return t("You have answered for this visit. Thank you. There is nothing more to do.");
  if (!asking.asked) return `${notYet(next, asking, now)} ${t("You can write at any time; your clinician reads it.")}`;
  const first = next ? t("A few questions before it.") : t("You can still write how it is; your clinician reads it.");
  return `${first} ${t("You can stop and come back.")}`;
}

/** Outside the clinic's window, or sooner than it asks: said, and nothing is refused. */
function notYet({ zone }, { spared, day }, now) {
  if (spared) return t("You answered a short while ago, so nothing is asked before this visit.");
  return t("The questions for it come {day}.", { day: dayNumberWord(day, dayNumber(now, zone)) });
}

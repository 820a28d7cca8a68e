/** Your last twelve weeks: headings name and do not judge, and the numbers may be hidden. */
import { html, useState } from "preact";
import { Chart, TreatmentKey } from "../parts/chart.js";
import { allCheckIns, allVisits, lastSignOff, scores, todayRatings, usualRange, wasHad } from "../parts/facts.js";
import { bandName, familyOf } from "../parts/names.js";
import { Notes } from "../parts/notes.js";
import { Notice, Status } from "../parts/notice.js";
import { ScoreTable } from "../parts/score-table.js";
import { sentItems } from "../parts/sent.js";
import { briefly, longDate } from "../when.js";
import { mark, spoken, t } from "../words.js";

const MEASURES = [
  ["phq9", mark("PHQ-9"), mark("PHQ-9, low mood."), mark("Lower is better.")],
  ["gad7", mark("GAD-7"), mark("GAD-7, worry."), mark("Lower is better.")],
  ["today", mark("Today ratings"), mark("How each day was, 0 to 10."), mark("Higher is better.")],
];

export function Changes({ phone, prefer }) {
  const { overview } = phone;
  const checkIns = allCheckIns(overview);
  return html`<h1 tabindex="-1">${t("Your last twelve weeks")}</h1>
    <${NotDrawn} phone=${phone} />
    ${!checkIns.length && html`<${Notice} quiet
      sentence=${t("Nothing stands here yet: your first check-in will be the first point.")}
      href="/check-in/${spoken()}" words=${t("Start the check-in")} />`}
    ${checkIns.length > 0 && (overview.person.numbers_hidden ? html`<${Hidden} prefer=${prefer} />` :
      html`<${Numbers} phone=${phone} />`)}
    ${checkIns.length > 0 && html`<section class="part"><h2>${t("In your words")}</h2>
      <${Notes} checkIns=${checkIns} /></section>`}`;
}

/** What was answered after the figures below were read: said, because it is missing in them. */
function NotDrawn({ phone }) {
  const { waiting, now } = phone;
  const isFull = (one) => one.kind === "full";
  const news = sentItems(phone).find((one) => one.newer && isFull(one));
  const kept = waiting.find(isFull);
  return html`${news && html`<div class="small intro"><${Status}>
    ${t("The clinic has your newest check-in since {when}. It is drawn here once there is a network.",
      { when: briefly(news.arrived_at, now) })}<//></div>`}
    ${kept && html`<div class="small intro"><${Status} kept>
    ${t("A check-in waits on this phone. It is drawn here once the clinic has it.")}<//></div>`}`;
}

const Hidden = ({ prefer }) => html`<div class="card hidden-numbers">
  <p>${t("Your clinician sees the numbers. Here they are hidden, as you chose.")}</p>
  <button type="button" class="link" onClick=${() => prefer({ numbers_hidden: false })}>
    ${t("Show the numbers")}</button>
</div>`;

function Numbers({ phone }) {
  const { overview, now } = phone;
  const [measure, choose] = useState("phq9");
  const points = measure === "today" ? todayRatings(overview) : scores(overview, measure);
  const range = measure === "today" ? null : usualRange(points, lastSignOff(overview));
  const visits = allVisits(overview);
  const [, , what, way] = MEASURES.find(([id]) => id === measure);
  return html`<p class="small quiet intro">${t(what)} <strong>${t(way)}</strong> ${lastOne(points)}</p>
    <fieldset class="switch"><legend class="hush">${t("What to show")}</legend>
      ${MEASURES.map(([id, name]) => html`<label><input type="radio" name="measure" value=${id}
        checked=${id === measure} onChange=${() => choose(id)} /><span>${t(name)}</span></label>`)}
    </fieldset>
    ${points.length === 0
      ? html`<p class="quiet small">${t("No complete answers to draw in these twelve weeks.")}</p>`
      : html`<${Chart} measure=${measure} points=${points} range=${range} visits=${visits} now=${now}
        label=${summary(t(what), t(way), points)} />
        <${Key} visits=${visits} range=${range} now=${now} />
        <p class="tiny quiet">
          ${measure === "today" ? t("One point is one day.") : t("The questions look back two weeks, so one point is not one day.")}</p>
        <${ScoreTable} points=${points} caption=${t(what)} banded=${measure !== "today"} />`}`;
}

const lastOne = (points) => {
  const last = points[points.length - 1];
  if (!last) return "";
  const date = longDate(last.at);
  return last.band
    ? t("Last: {total}, {band}, on {date}.", { total: last.total, band: bandName(last.band), date })
    : t("Last: {total}, on {date}.", { total: last.total, date });
};

const summary = (what, way, points) => `${what} ${way} ${lastOne(points)} ${t("The same figures are in the table below.")}`;

const NAMES = { tms: mark("TMS"), ketamine: mark("ketamine"), esketamine: mark("esketamine") };

function Key({ visits, range, now }) {
  const had = new Set(visits.filter((visit) => wasHad(visit, now)).map((visit) => familyOf(visit.modality)));
  const families = ["tms", "ketamine", "esketamine"].filter((family) => had.has(family));
  return html`<ul class="legend tiny quiet">
    ${families.map((family) => html`<li><${TreatmentKey} family=${family} />${t(NAMES[family])}</li>`)}
    ${range && html`<li><span class="swatch" aria-hidden="true"></span>${t("soft band: your usual range")}</li>`}
  </ul>`;
}

/** Visits by time in the clinic's zone: what, when, where, how long. Nothing here sells a visit. */
import { html, useState } from "preact";
import { comingVisits, nextVisit, pastVisits } from "../parts/facts.js";
import { dial, familyOf, forbidsDriving, isOffLabel, modalityName } from "../parts/names.js";
import { TreatmentKey } from "../parts/chart.js";
import { Notice } from "../parts/notice.js";
import { clock, dayAndTime, daysBetween, howLong, phoneZone, plainDate, shortDate, timeWithZone, weekDate } from "../when.js";
import { t, tn } from "../words.js";

export function Visits({ phone }) {
  const { overview, now } = phone;
  const next = nextVisit(overview, now);
  const later = comingVisits(overview, now).filter((visit) => visit.id !== next?.id);
  return html`<h1 tabindex="-1">${t("Your visits")}</h1>
    ${next ? html`<${Next} visit=${next} now=${now} />` : html`<${None} patient=${overview.patients[0]} />`}
    <${Later} visits=${later} />
    <${Due} patients=${overview.patients} now=${now} />
    <${Past} visits=${pastVisits(overview, now)} />
    ${hadKetamine(overview) && !isOffLabel(next?.modality) && html`<p class="tiny quiet part"><${OffLabel} /></p>`}`;
}

const hadKetamine = ({ patients }) => patients.some((patient) => patient.treatments_had.includes("ketamine"));

function Later({ visits }) {
  const [all, showAll] = useState(false);
  if (!visits.length) return null;
  const shown = all ? visits : visits.slice(0, 6);
  return html`<section class="part"><h2>${t("After that")}</h2>
    <ul class="visits">${shown.map((visit) => html`<${Line} visit=${visit} />`)}</ul>
    ${visits.length > shown.length && html`<button type="button" class="link" onClick=${() => showAll(true)}>
      ${tn("Show {n} later visit", "Show {n} later visits", visits.length - shown.length)}</button>`}
  </section>`;
}

const Next = ({ visit, now }) => html`<section class="card next-visit" aria-label=${t("Next visit")}>
  <p class="small quiet kind"><${TreatmentKey} family=${familyOf(visit.modality)} />${modalityName(visit.modality)}</p>
  <p class="serif big">${moment(visit, now)}</p>
  <p>${[visit.place || visit.clinic.name, visit.minutes && capital(howLong(visit.minutes))].filter(Boolean).join(". ")}.</p>
  ${clock(visit.starts_at, visit.zone) !== clock(visit.starts_at, phoneZone()) && html`<p class="small quiet">
    ${t("This is the clinic’s time. On this phone’s clock it is {time}.", { time: clock(visit.starts_at, phoneZone()) })}</p>`}
  ${forbidsDriving(visit.modality) && html`<p><strong>${t("You may not drive until the next day.")}</strong></p>`}
  <p class="small before"><strong>${t("Before")}</strong>${" "}
    ${t("Ask the clinic about food and drink.")} ${visit.clinic.phone && html`<a
    href=${dial(visit.clinic.phone)}>${t("Call {number}", { number: visit.clinic.phone })}</a>`}</p>
  ${isOffLabel(visit.modality) && html`<p class="tiny quiet"><${OffLabel} /></p>`}
</section>`;

/** Near days as they are said, others with their date, since this is where one looks it up. */
const moment = ({ starts_at, zone }, now) => {
  const near = Math.abs(daysBetween(now, starts_at, zone)) < 2;
  return capital(near ? dayAndTime(starts_at, now, zone) : `${weekDate(starts_at, zone)}, ${timeWithZone(starts_at, zone)}`);
};

const capital = (words) => words.charAt(0).toLocaleUpperCase() + words.slice(1);

const OffLabel = () => t("Ketamine by infusion or injection is off-label: it is not approved by the FDA for any " +
  "psychiatric condition. Your clinician can say why it was chosen for you.");

const Line = ({ visit }) => html`<li class=${visit.state === "cancelled" ? "cancelled" : ""}>
  <${TreatmentKey} family=${familyOf(visit.modality)} />
  <span><span class="num">${weekDate(visit.starts_at, visit.zone)}, ${timeWithZone(visit.starts_at, visit.zone)}</span>
  <span class="small quiet">
    ${modalityName(visit.modality)}${visit.state === "cancelled" ? ` · ${t("cancelled")}` : ""}</span></span>
</li>`;

const None = ({ patient }) => html`<${Notice} quiet sentence=${t("No visit is booked.")}
  more=${t("The next one is between you and your clinic.")}
  href=${patient?.clinic.phone ? dial(patient.clinic.phone) : null}
  words=${patient ? t("Call {clinic}", { clinic: patient.clinic.name }) : ""} />`;

/** A plan of maintenance is a fact about a date, said once and without a push. */
const Due = ({ patients, now }) => {
  const due = patients.flatMap((patient) => patient.cadences).filter((cadence) => cadence.due_on);
  return due.length > 0 && html`<section class="part small"><h2>${t("Your plan")}</h2>${due.map((cadence) => html`<p>
    ${tn("{what}: about every {n} day.", "{what}: about every {n} days.", cadence.interval_days, { what: modalityName(cadence.modality) })}
    <span class="quiet"> ${t("By that plan, about {date}.", { date: plainDate(cadence.due_on, now) })}</span></p>`)}</section>`;
};

function Past({ visits }) {
  const [all, showAll] = useState(false);
  if (!visits.length) return null;
  const shown = all ? visits : visits.slice(0, 4);
  return html`<section class="part"><h2>${t("Before now")}</h2>
    <ul class="visits past">${shown.map((visit) => html`<li class=${visit.state === "cancelled" ? "cancelled" : ""}>
      <${TreatmentKey} family=${familyOf(visit.modality)} /><span><span class="num">
        ${shortDate(visit.starts_at, visit.zone)}</span>
      <span class="small quiet">
        ${modalityName(visit.modality)}${visit.state === "cancelled" ? ` · ${t("cancelled")}` : ""}</span></span></li>`)}</ul>
    ${!all && visits.length > shown.length && html`<button type="button" class="link" onClick=${() => showAll(true)}>
      ${tn("Show {n} earlier visit", "Show {n} earlier visits", visits.length - shown.length)}</button>`}
  </section>`;
}

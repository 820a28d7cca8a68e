/** One measure over twelve weeks: points as answered, never smoothed; bands with names; treatments under the line. */
import { html } from "preact";
import { shortDate } from "../when.js";
import { mark, spoken, t } from "../words.js";
import { wasHad } from "./facts.js";
import { familyOf } from "./names.js";

const DAY = 86_400_000;
export const WEEKS = 12;
const SPAN = WEEKS * 7 * DAY;
const TOP = 12;
const HEIGHT = 224;
const AXIS = TOP + HEIGHT + 28;

export const MEASURES = {
  phq9: {
    max: 27,
    bands: [
      [0, 4, mark("minimal")], [5, 9, mark("mild")], [10, 14, mark("moderate")],
      [15, 19, mark("mod. severe")], [20, 27, mark("severe")],
    ],
  },
  gad7: {
    max: 21,
    bands: [[0, 4, mark("minimal")], [5, 9, mark("mild")], [10, 14, mark("moderate")], [15, 21, mark("severe")]],
  },
  today: { max: 10, bands: [] },
};

const share = (part) => `${(part * 100).toFixed(2)}%`;
const part = (at, now) => 0.015 + 0.97 * (1 - (now - at) / SPAN);
const across = (at, now) => share(part(at, now));

/** Shares across and pixels up: the drawing fills any width while its words grow with the person's text size. */
export function Chart({ measure, points, range, visits, now, label }) {
  const { max, bands } = MEASURES[measure];
  const up = (total) => TOP + HEIGHT * (1 - total / max);
  const edge = (value) => Math.min(TOP + HEIGHT, Math.max(TOP, up(value)));
  const shown = points.filter((point) => now - point.at <= SPAN);
  return html`<div class="chart">
    <svg class="plot" role="img" aria-label=${label}>
      ${bands.map(([low, high], at) => at % 2 === 1 && html`<rect class="band" x="0" width="100%"
        y=${edge(high + 0.5)} height=${edge(low - 0.5) - edge(high + 0.5)} />`)}
      ${bands.length === 0 && [0, 5, 10].map((value) => html`<line class="line" x1="0" x2="100%" y1=${up(value)}
        y2=${up(value)} />`)}
      ${range && html`<rect class="usual" x=${across(range.from, now)}
        width=${share(part(now, now) - part(range.from, now))} rx="10" y=${up(range.high) - 6}
        height=${up(range.low) - up(range.high) + 12} />`}
      ${shown.slice(1).map((point, at) => html`<line class="way" x1=${across(shown[at].at, now)}
        y1=${up(shown[at].total)} x2=${across(point.at, now)} y2=${up(point.total)} />`)}
      ${shown.map((point) => html`<circle class=${above(point, range) ? "point out" : "point"}
        r=${above(point, range) ? 5.5 : 4.5} cx=${across(point.at, now)} cy=${up(point.total)} />`)}
      <${Treatments} visits=${visits} now=${now} />
      <${Months} now=${now} />
    </svg>
    <svg class="names ${bands.length ? "words" : ""}" aria-hidden="true">
      ${bands.map(([low, high, name]) => html`<text x="8" y=${(edge(low - 0.5) + edge(high + 0.5)) / 2} dy=".35em">
        ${t(name)}</text>`)}
      ${bands.length === 0 && [0, 5, 10].map((value) => html`<text x="8" y=${up(value)} dy=".35em">${value}</text>`)}
    </svg>
  </div>
  ${bands.length > 0 && html`<p class="band-list tiny quiet">${t("From the top down: {bands}.", { bands: listed(bands) })}</p>`}`;
}

/** Where large text leaves no room beside the drawing, the names of its stripes stand under it. */
const listed = (bands) => [...bands].reverse().map(([low, high, name]) => `${t(name)} ${low}–${high}`).join(", ");

const above = (point, range) => range !== null && point.at >= range.from && point.total > range.high;

const Treatments = ({ visits, now }) => html`
  <line class="line" x1="0" x2="100%" y1=${AXIS} y2=${AXIS} />
  ${visits
    .filter((visit) => wasHad(visit, now) && now - Date.parse(visit.starts_at) <= SPAN)
    .sort((one, other) => (familyOf(one.modality) === "tms" ? 0 : 1) - (familyOf(other.modality) === "tms" ? 0 : 1))
    .map((visit) => html`<svg class="treatment" x=${across(Date.parse(visit.starts_at), now)} y=${AXIS}>
      <${Treatment} family=${familyOf(visit.modality)} /></svg>`)}`;

/** TMS is a short upright tick, ketamine a filled drop, esketamine the same drop outlined: shape first, colour second. */
export const Treatment = ({ family }) =>
  family === "tms"
    ? html`<path class="tick" d="M0-6.500v13" />`
    : html`<path
      class="drop ${family}" d="M0-10c4.500 5.500 5.500 8 5.500 10a5.500 5.500 0 0 1-11 0c0-2 1-4.500 5.500-10z" />`;

export const TreatmentKey = ({ family }) => html`<svg class="key" viewBox="-8 -12 16 20" aria-hidden="true">
  <${Treatment} family=${family} /></svg>`;

const Months = ({ now }) => {
  const starts = [3, 2, 1, 0].map((back) => {
    const day = new Date(now);
    return new Date(day.getFullYear(), day.getMonth() - back, 1).getTime();
  });
  return starts
    .filter((at) => now - at <= SPAN && now - at >= 2 * DAY)
    .map((at) => html`<text x=${across(at, now)} y=${AXIS} dy="2.600em"
      text-anchor=${anchor(at, now)} lang=${spoken()}>${shortDate(at)}</text>`);
};

const anchor = (at, now) => (now - at > SPAN * 0.92 ? "start" : now - at < SPAN * 0.08 ? "end" : "middle");

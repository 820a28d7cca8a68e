/** The line between two visits: where the last one was, where the next one is, and where today stands. */
import { html } from "preact";
import { daysBetween, longDate, shortDate } from "../when.js";
import { t } from "../words.js";

const FROM = 5;
const TO = 95;

const share = (percent) => `${percent.toFixed(2)}%`;

/** Positions are shares of the width, so the line fits any screen and its words grow with the person's text size. */
export function Axis({ last, next, now }) {
  if (!last && !next) return html`<${EmptyAxis} />`;
  const zone = (next ?? last).zone;
  const at = last && next ? place(Date.parse(last.starts_at), Date.parse(next.starts_at), now) : last ? 62 : FROM;
  return html`<svg class="axis" role="img" aria-label=${label(last, next, now, zone)}>
    ${last && next && html`<rect class="between" x=${share(FROM)} y="26" width=${share(TO - FROM)} height="22"
      rx="11" />`}
    ${last && html`<rect class="gone" x=${share(FROM)} y="26" width=${share(at - FROM)} height="22" rx="11" />`}
    <line class="thread" x1="0" y1="37" x2="100%" y2="37" />
    ${last && html`<line class="way" x1=${share(FROM)} y1="37" x2=${share(at)} y2="37" />
      <circle class="had" cx=${share(FROM)} cy="37" r="7" />
      <text x=${share(FROM - 3)} y="37" dy="2.700em">${shortDate(last.starts_at, last.zone)}</text>`}
    ${next && html`<circle class="next" cx=${share(TO)} cy="37" r="7" />
      <text x=${share(TO + 3)} y="37" dy="2.700em" text-anchor="end">${shortDate(next.starts_at, next.zone)}</text>`}
    <line class="today" x1=${share(at)} y1="22" x2=${share(at)} y2="52" />
    <text class="now" x=${share(at)} y="14" text-anchor=${at < 20 ? "start" : at > 80 ? "end" : "middle"}>
      ${t("Today")}</text>
  </svg>`;
}

/** The line with nothing on it yet: both ends open. */
export const EmptyAxis = () => html`<svg class="axis empty" aria-hidden="true" focusable="false">
  <line class="thread" x1="0" y1="16" x2="100%" y2="16" />
  <circle class="next" cx=${share(FROM)} cy="16" r="7" /><circle class="next" cx=${share(TO)} cy="16" r="7" />
</svg>`;

const place = (from, to, now) => {
  const gone = to > from ? Math.min(1, Math.max(0, (now - from) / (to - from))) : 1;
  return FROM + 3 + gone * (TO - FROM - 6);
};

function label(last, next, now, zone) {
  if (!last) return t("Your next visit is on {date}.", { date: longDate(next.starts_at, zone) });
  if (!next) return t("Your last visit was on {date}. The next one is not booked.", { date: longDate(last.starts_at, zone) });
  return t("Day {n} of {count} between your visits on {last} and {next}.", {
    n: daysBetween(last.starts_at, now, zone),
    count: daysBetween(last.starts_at, next.starts_at, zone),
    last: longDate(last.starts_at, zone),
    next: longDate(next.starts_at, zone),
  });
}

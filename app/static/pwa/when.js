/** Dates and times in words. `now` and zones come in as arguments; a visit's own zone is used for the visit. */
import { locale, spoken, t } from "./words.js";

const made = new Map();

/** Intl formatters are costly to make (about 1 ms on a slow phone), so each is made once. */
function formatter(options) {
  const key = locale() + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(locale(), options));
  return made.get(key);
}

export const phoneZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

const DAY = { year: "numeric", month: "numeric", day: "numeric" };

/**
 * Calendar day in a zone as a whole number of days, so that days can be subtracted across clock changes. The parts
 * are named by Intl: the order in which a locale writes them is not the same in every browser.
 */
export function dayNumber(moment, zone) {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, ...DAY }).formatToParts(new Date(moment));
  const { year, month, day } = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

export const daysBetween = (from, to, zone) => dayNumber(to, zone) - dayNumber(from, zone);

/** "10:30 AM", never broken over two lines. */
const time = (moment, zone, more) =>
  formatter({ timeZone: zone, hour: "numeric", minute: "2-digit", ...more }).format(new Date(moment)).replace(/ /g, "\u00a0");

export const clock = (moment, zone) => time(moment, zone);

/** "Nov 17" */
export const shortDate = (moment, zone) =>
  formatter({ timeZone: zone, month: "short", day: "numeric" }).format(new Date(moment));

/** A day and its month stay on one line: "December 4", "4 de diciembre". */
const together = (date) => date.replace(/ (?=\d)|(?<=\d) (?=de )|(?<=\d de) /g, "\u00a0");

/** "November 17" */
export const longDate = (moment, zone) =>
  together(formatter({ timeZone: zone, month: "long", day: "numeric" }).format(new Date(moment)));

/** "Friday, December 4" */
export const weekDate = (moment, zone) =>
  together(formatter({ timeZone: zone, weekday: "long", month: "long", day: "numeric" }).format(new Date(moment)));

const weekday = (moment, zone) => formatter({ timeZone: zone, weekday: "long" }).format(new Date(moment));

/** A day without a time, as the server writes it: YYYY-MM-DD. Another year than this one is named. */
export function plainDate(day, now) {
  const noon = new Date(`${day}T12:00:00Z`);
  if (noon.getUTCFullYear() === new Date(now).getFullYear()) return longDate(noon, "UTC");
  return together(formatter({ timeZone: "UTC", year: "numeric", month: "long", day: "numeric" }).format(noon));
}

/** "today", "tomorrow", "yesterday" where those are true, "on Friday" within a week, else "on Friday, December 4". */
export function dayWord(moment, now, zone) {
  const days = daysBetween(now, moment, zone);
  if (days > 1 && days < 7) return t("on {date}", { date: weekday(moment, zone) });
  if (Math.abs(days) > 1) return t("on {date}", { date: weekDate(moment, zone) });
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(days, "day");
}

/** The same for a day as a number, seen from another. */
export const dayNumberWord = (day, today) => dayWord(noon(day), noon(today), "UTC");

const noon = (day) => (day + 0.5) * 86_400_000;

/** "tomorrow at 10:30 AM". Spanish says "a la 1:30" for the hour of one and "a las" for the others. */
export function dayAndTime(moment, now, zone) {
  const words = t("{day} at {time}", { day: dayWord(moment, now, zone), time: timeWithZone(moment, zone) });
  return spoken() === "es" ? words.replace(/a las (?=1:)/, "a la ") : words;
}

/** The clock at the visit's place, naming its zone only when this phone's clock shows another time. */
export function timeWithZone(moment, zone) {
  const here = clock(moment, phoneZone());
  const there = clock(moment, zone);
  if (here === there && !daysBetweenZones(moment, zone)) return there;
  return time(moment, zone, { timeZoneName: "short" });
}

const daysBetweenZones = (moment, zone) => dayNumber(moment, zone) - dayNumber(moment, phoneZone());

/** When something already happened, as briefly as is true: "9:42 AM", "yesterday", "Tuesday", "Nov 3". */
export function briefly(moment, now, zone = phoneZone()) {
  const days = daysBetween(moment, now, zone);
  if (days <= 0) return clock(moment, zone);
  if (days === 1) return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(-1, "day");
  if (days < 7) return weekday(moment, zone);
  return shortDate(moment, zone);
}

/** "about two hours" for a visit of many minutes: people plan in hours. */
export function howLong(minutes) {
  if (minutes < 60) return t("about {n} minutes", { n: minutes });
  const hours = Math.round(minutes / 30) / 2;
  return hours === 1 ? t("about an hour") : t("about {n} hours", { n: new Intl.NumberFormat(locale()).format(hours) });
}

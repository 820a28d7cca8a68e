/** What the clinic has, as one list. A receipt that is newer than the overview counts: the clinic said so. */
import { allCheckIns } from "./facts.js";

const DAY = 86_400_000;

export function sentItems({ overview, receipts = [] }) {
  const known = allCheckIns(overview);
  const news = receipts.filter((one) => isNews(one, overview) && !known.some(({ id }) => id === one.id));
  return [...news.map((one) => asCheckIn(one, overview)), ...known].sort((one, other) => answered(other) - answered(one));
}

const answered = (one) => Date.parse(one.answered_at);

/** Both moments are by the server's clock. What an overview no longer lists after that was left out on purpose. */
const isNews = ({ arrived_at }, overview) => Date.parse(arrived_at) > Date.parse(overview.server_time);

const asCheckIn = ({ id, kind, sealed_at, arrived_at, needs_repair }, { patients }) => ({
  id, kind, answered_at: sealed_at, arrived_at, needs_repair: Boolean(needs_repair), read_at: null, read_by: null,
  patient: patients[0] ?? null, newer: true,
});

/** Where one item is: {sent} with the clinic, {refused}, {waiting} on this phone, or nothing when nobody knows it. */
export function whereIs(phone, id) {
  const { receipts = [], overview, waiting, attention } = phone;
  const receipt = receipts.find((one) => one.id === id);
  const sent = sentItems(phone).find((one) => one.id === id) ?? (receipt && asCheckIn(receipt, overview));
  if (sent) return { sent };
  if (attention.some((one) => one.id === id)) return { refused: true };
  return { waiting: waiting.find((one) => one.id === id) ?? null };
}

/** Phones of 0.1.0 sent it as a note, and made no other notes: one without words is a wish to talk. */
export const isWish = ({ kind, notes = [] }) => kind === "in_person" || (kind === "note" && !notes.length);

const MOST_SHOWN = 3;

/** Answers told ahead stand in the whole check-in too: once that was read, they are nobody's to wait for. */
const readSince = (items, told) =>
  told.kind === "partial" && items.some((one) => one.kind === "full" && one.read_at && answered(one) > answered(told));

/** Of the last two weeks: what is not read yet (`more` beyond the first), and the newest that was read. */
export function readingState(items, now) {
  const late = items.filter((one) => !one.read_at && now - answered(one) < 14 * DAY && !readSince(items, one));
  return { unread: late.slice(0, MOST_SHOWN), more: Math.max(0, late.length - MOST_SHOWN), read: items.find((one) => one.read_at) };
}

/**
 * The newest wish to talk that still stands: of today, or for this visit while nobody read it and in the days before
 * it. `visits` says for which visit a wish of this phone was; another phone's is known by its day alone.
 */
export function standingWish(phone, visit, wishedFor, today) {
  const { waiting, attention, now } = phone;
  const kept = [...waiting, ...attention].filter(isWish);
  const wishes = [...kept.map(({ id, sealed_at }) => ({ id, at: sealed_at })),
    ...sentItems(phone).filter(isWish).map((one) => ({ id: one.id, at: one.answered_at, read: one.read_at }))];
  const stands = ({ id, at, read }) => today(at) ||
    (visit && wishedFor[id] === visit.id && (!read || Date.parse(visit.starts_at) - now < 3 * DAY));
  return wishes.filter(stands).sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0] ?? null;
}

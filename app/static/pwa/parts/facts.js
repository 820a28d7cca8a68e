/** What the overview says, asked as a screen would ask it. Pure: `now` is a number of milliseconds. */
import { askingFor, windowOf } from "../domain/asking.js";
import { dayNumber } from "../when.js";

const MINUTE = 60_000;

const start = (visit) => Date.parse(visit.starts_at);
const end = (visit) => start(visit) + (visit.minutes ?? 60) * MINUTE;

/** All visits by time, each with the patient record and clinic it belongs to. */
export const allVisits = (overview) =>
  (overview?.patients ?? [])
    .flatMap((patient) => patient.visits.map((visit) => ({ ...visit, patient, clinic: patient.clinic })))
    .sort((one, other) => start(one) - start(other));

/** The next booked visit; one under way still counts, so that nobody reads "no visit" in the waiting room. */
export const nextVisit = (overview, now) =>
  allVisits(overview).find((visit) => visit.state === "booked" && end(visit) > now) ?? null;

export const comingVisits = (overview, now) =>
  withoutEchoes(allVisits(overview)).filter((visit) => end(visit) > now);

export const pastVisits = (overview, now) =>
  withoutEchoes(allVisits(overview)).filter((visit) => end(visit) <= now).reverse();

/** A cancelled visit whose time was booked again says nothing; the same one cancelled twice says it once. */
function withoutEchoes(visits) {
  const taken = new Set(visits.filter((visit) => visit.state !== "cancelled").map(start));
  const said = new Set();
  return visits.filter((visit) => {
    if (visit.state !== "cancelled") return true;
    const line = `${start(visit)} ${visit.modality}`;
    if (taken.has(start(visit)) || said.has(line)) return false;
    return Boolean(said.add(line));
  });
}

/** A visit that would have come before the next booked one, and was cancelled. */
export function cancelledNext(overview, now) {
  const next = nextVisit(overview, now);
  return comingVisits(overview, now).find((visit) => visit.state === "cancelled" && start(visit) > now &&
    (!next || start(visit) < start(next))) ?? null;
}

export const lastVisit = (overview, now) =>
  pastVisits(overview, now).find((visit) => visit.state !== "cancelled") ?? null;

/** A visit whose time has come and that nobody cancelled. */
export const wasHad = (visit, now) => visit.state !== "cancelled" && start(visit) <= now;

export const patientOf = (overview, visit) => visit?.patient ?? overview?.patients?.[0] ?? null;

export const allCheckIns = (overview) =>
  (overview?.patients ?? [])
    .flatMap((patient) => patient.check_ins.map((checkIn) => ({ ...checkIn, patient })))
    .sort((one, other) => Date.parse(other.answered_at) - Date.parse(one.answered_at));

/**
 * Whether the questions before this visit were answered, as far as can be told without the answers: in the clinic's
 * window before it, after the visit before it, and since this phone knows of it. When in doubt they are offered.
 */
export function answeredFor({ overview, waiting, seen }, visit, sent) {
  if (!seen[visit.id]) return false;
  const others = allVisits(overview).filter((one) => one.state !== "cancelled" && start(one) < start(visit)).map(start);
  const since = Math.max(start(visit) - windowOf(visit.clinic), Date.parse(seen[visit.id]), ...others);
  const counts = (kind, at) => kind === "full" && Date.parse(at) >= since;
  return sent.some((one) => counts(one.kind, one.answered_at)) || waiting.some((one) => counts(one.kind, one.sealed_at));
}

/** Whether they are asked now, on which day they come, or that none are: what `askingFor` says of this visit. */
export function askedFor({ waiting, now }, visit, sent) {
  const moments = [...sent.map((one) => [one.kind, one.answered_at]), ...waiting.map((one) => [one.kind, one.sealed_at])];
  const full = moments.filter(([kind]) => kind === "full").map(([, at]) => Date.parse(at));
  const day = (moment) => dayNumber(moment, visit.zone);
  const opensAt = start(visit) - windowOf(visit.clinic);
  return askingFor(visit.clinic, {
    opens: opensAt <= now, opensOn: day(opensAt), today: day(now), visitOn: day(start(visit)),
    last: full.length ? day(Math.max(...full)) : null,
  });
}

/** Complete scores of one instrument, oldest first. Prorated and incomplete ones have no total for the person. */
export const scores = (overview, instrument) =>
  allCheckIns(overview)
    .filter((one) => one[instrument]?.status === "complete")
    .map((one) => ({ at: Date.parse(one.answered_at), total: one[instrument].total, band: one[instrument].band }))
    .reverse();

export const todayRatings = (overview) =>
  allCheckIns(overview)
    .filter((one) => Number.isInteger(one.today))
    .map((one) => ({ at: Date.parse(one.answered_at), total: one.today }))
    .reverse();

/** The usual range of CLINICAL: nearest-rank 10th to 90th percentile of the last 12 before the last sign-off. The
 *  phone holds 84 days only, so with fewer than 12 on it an older one may count that we cannot see: then none. */
export function usualRange(points, signedAt) {
  const counted = points.filter((point) => point.at <= signedAt).slice(-12);
  if (counted.length < 12) return null;
  const sorted = counted.map((point) => point.total).sort((one, other) => one - other);
  const rank = (share) => sorted[Math.ceil(share * sorted.length) - 1];
  return { low: rank(0.1), high: rank(0.9), from: counted[0].at };
}

export const lastSignOff = (overview) =>
  Math.max(0, ...allCheckIns(overview).map((one) => (one.read_at ? Date.parse(one.read_at) : 0)));

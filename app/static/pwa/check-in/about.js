/** What the phone knows about this person, put into the check-in: the visit it precedes, the treatments they had. */
import { readOverview } from "../store/cache.js";
import { windowOf } from "../domain/asking.js";
import { mark, t } from "../words.js";
import { dayAndTime, longDate } from "../when.js";
import { make } from "./screen.js";

const TREATMENTS = ["ketamine", "esketamine", "tms"];
const ALWAYS = ["therapy", "medicine", "other"];

export async function dress(draft, now = Date.now()) {
  const overview = await readOverview().catch(() => null);
  const patient = overview?.patients?.[0];
  if (!patient) return;
  nameVisit(draft, nextVisit(patient, now), now);
  nameLastTime(patient.check_ins ?? []);
  for (const dimension of ["executive", "hedonic"]) offerCauses(dimension, patient.treatments_had ?? [], turnOf(draft));
}

/** A visit further away than the clinic's window will have a check-in of its own. */
function nextVisit({ visits = [], clinic }, now) {
  const ahead = (visit) => Date.parse(visit.starts_at) - now;
  return visits
    .filter((visit) => visit.state === "booked" && ahead(visit) > 0 && ahead(visit) <= windowOf(clinic))
    .sort((a, b) => ahead(a) - ahead(b))[0];
}

function nameVisit(draft, visit, now) {
  draft.visits = visit ? [visit.id] : [];
  const line = document.getElementById("before");
  const when = visit && dayAndTime(visit.starts_at, now, visit.zone);
  line.textContent = visit ? t(sentenceFor(visit.modality), { when }) : "";
}

function sentenceFor(modality) {
  if (modality.startsWith("ketamine")) return mark("Before your ketamine visit {when}");
  return modality === "esketamine" ? mark("Before your esketamine visit {when}") : mark("Before your TMS visit {when}");
}

function nameLastTime([last]) {
  if (!last) return;
  const date = longDate(last.answered_at, Intl.DateTimeFormat().resolvedOptions().timeZone);
  document.getElementById("note-title").textContent = t("What changed since {date}?", { date });
}

/** Another order each check-in, the same in both dimensions and when it is opened again. */
const turnOf = (draft) => Number.parseInt(draft.id.slice(0, 4), 16);

/** Only what they had may be named, in rotating order so that nothing is always first; "not sure" stays last. */
function offerCauses(dimension, had, turn) {
  const treatments = TREATMENTS.filter((treatment) => had.includes(treatment));
  const choices = [...treatments, ...(treatments.length > 1 ? ["both"] : []), ...ALWAYS];
  const start = turn % choices.length;
  const order = [...choices.slice(start), ...choices.slice(0, start), "unsure"];
  const list = document.querySelector(`#${dimension} .causes`);
  const chips = new Map([...list.children].map((chip) => [chip.querySelector("input").value, chip]));
  for (const chip of chips.values()) chip.hidden = true;
  for (const cause of order) {
    chips.get(cause).hidden = false;
    list.append(chips.get(cause));
  }
}

/** The mark, large, for the last screen. */
export function bigMark() {
  const svg = document.querySelector(".help-panel .brand svg").cloneNode(true);
  svg.setAttribute("class", "big-mark");
  return make("p", { "aria-hidden": "true" }, svg);
}

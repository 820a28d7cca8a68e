/** Where the answer to item 9 is, in words that are true at this moment. Said anew whenever that changes. */
import { isTold } from "../domain/draft.js";
import { endedWords } from "../parts/care-ended.js";
import { readOverview } from "../store/cache.js";
import { whereIs } from "../store/outbox.js";
import { briefly, clock, dayAndTime, daysBetween, phoneZone } from "../when.js";
import { t } from "../words.js";
import "../store/db.js";
import "../sync/late-core.js";

const { HOURS_UNFINISHED } = self.BetweenLate;

/** {state, next, reached, mayTell}: `next` says what happens if nothing more is done. */
export async function whereItIs(draft, now = Date.now()) {
  const said = await whereTheAnswerIs(draft, now);
  const ended = endedWords((await readOverview().catch(() => null))?.patients?.[0]);
  // Nobody is there to be told, so nothing offers it; what is sent still arrives and is kept.
  return ended ? { ...said, next: ended, mayTell: false } : said;
}

async function whereTheAnswerIs(draft, now) {
  const whole = await whereIs(draft.id);
  if (isSomewhere(whole)) return whereWhole(draft.id, whole, now);
  if (!draft.told) return onlyHere(draft, now);
  const told = await whereIs(draft.told.id);
  if (isTold(draft)) return whereTold(draft, told, now);
  return changed(draft, told, now);
}

const isSomewhere = ({ receipt, waiting, refused }) => Boolean(receipt || waiting || refused);

async function whereWhole(id, found, now) {
  if (found.receipt) return { state: await receivedWords(id, found.receipt, now), reached: true };
  return found.waiting ? waits() : refused();
}

async function whereTold(draft, found, now) {
  const { told } = draft;
  if (found.receipt) {
    const itself = told.itself ? `${t("It was sent by itself, as you chose.")} ` : "";
    return { state: itself + (await receivedWords(told.id, found.receipt, now)), reached: true };
  }
  return found.refused ? refused() : waits();
}

/** The last one counts: until it is told as well, the clinic has, or is getting, the one before. */
async function changed(draft, found, now) {
  const next = willBe(draft);
  if (found.receipt) {
    const time = moment(found.receipt.arrived_at, now);
    return { state: t("You changed this answer. The clinic has the one before since {time}; the new one is only on this phone.", { time }), next, mayTell: true };
  }
  return { state: t("You changed this answer. The new one is only on this phone."), next, mayTell: true };
}

function onlyHere(draft, now) {
  const state = t("This answer is only on this phone. Nobody at the clinic has seen it.");
  const isLeft = now - Date.parse(draft.started_at) >= HOURS_UNFINISHED * 3_600_000;
  const began = isLeft && t("You began this check-in {when}.", { when: dayAndTime(draft.started_at, now, phoneZone()) });
  return { state: began ? `${began} ${state}` : state, next: willBe(draft), mayTell: true };
}

const willBe = (draft) =>
  draft.late
    ? t("If you leave this check-in for {n} hours, this answer is sent by itself at the next chance.", { n: HOURS_UNFINISHED })
    : t("It is sent only when you send it.");

const waits = () => ({ state: t("It waits on this phone until it can be sent. Nobody at the clinic has seen it yet.") });

const refused = () => ({ state: t("The clinic could not take this. Please call.") });

async function receivedWords(id, { arrived_at, needs_repair }, now) {
  const time = moment(arrived_at, now);
  // What the server could not open raised no alert: no time is promised for it.
  if (needs_repair) return t("The clinic has it since {time}, but could not read it yet. Please call.", { time });
  const has = t("The clinic has it since {time}.", { time });
  const patient = (await readOverview())?.patients?.[0];
  const known = patient?.check_ins?.find((one) => one.id === id);
  if (known?.read_at) return `${has} ${readWords(known, now)}`;
  const words = patient?.clinic?.answer_words;
  const look = words ? ` ${t("They usually look {words}.", { words })}` : "";
  return `${has}${look}${known ? ` ${t("Not read yet.")}` : ""}`;
}

function readWords({ read_by, read_at }, now) {
  const when = moment(read_at, now);
  return read_by ? t("{name} read it: {when}.", { name: read_by, when }) : t("It was read: {when}.", { when });
}

/** "9:14 PM" today, "yesterday, 9:14 PM" before. */
function moment(at, now) {
  const time = clock(at, phoneZone());
  return daysBetween(at, now, phoneZone()) > 0 ? `${briefly(at, now)}, ${time}` : time;
}

/** What the screens show: first what this phone keeps, then what the server says, then every change in either. */
import { readOverview } from "../store/cache.js";
import { listen as listenTo, readMeta, writeMeta } from "../store/db.js";
import { readDraft } from "../store/drafts.js";
import { listAttention, listOutbox, listReceipts } from "../store/outbox.js";
import { currentOwner, signedIn } from "../store/owner.js";
import { pullOverview } from "../sync/pull.js";
import { allVisits } from "./facts.js";

let phone = {
  overview: null, owner: null, reading: "kept", waiting: [], attention: [], receipts: [], tried: null, seen: {}, wishedFor: {}, draft: null, storage: "fine",
  install: null, update: null, now: Date.now(),
};
let show = () => {};

export const state = () => phone;

export function onChange(listener) {
  show = listener;
}

export function change(part) {
  phone = { ...phone, ...part, now: Date.now() };
  show(phone);
}

/** What is on this phone. Storage that cannot be read is said on the screen and breaks nothing else. */
export async function readPhone() {
  try {
    const owner = await currentOwner();
    const of = (list) => (owner ? list(owner.person) : []);
    const [kept, draft, waiting, attention, receipts, wishedFor, tried] = await Promise.all([
      readOverview(), readDraft(), of(listOutbox), of(listAttention), of(listReceipts), owner ? readWishes(owner.person) : {},
      owner ? readMeta(`tried:${owner.person}`) : null,
    ]);
    // Somebody with no patient record owns no phone: their overview is not kept, and not forgotten while they are here.
    const shown = phone.overview?.person.id === signedIn() ? phone.overview : null;
    const overview = kept ?? (owner ? null : shown);
    const seen = owner && overview ? await seeVisits(owner.person, overview) : {};
    change({ overview, owner, draft, waiting, attention, receipts, wishedFor, tried, seen, storage: "fine" });
  } catch (fault) {
    console.warn("This phone's storage could not be read.", fault);
    change({ storage: "unreadable" });
  }
}

const wishesOf = (person) => `wishes:${person}`;

/** For which visit each wish to talk was, by the item's id: the item is sealed and does not say it any more. */
const readWishes = async (person) => (await readMeta(wishesOf(person))) ?? {};

/** A phone that cannot keep this knows the wish by its day. */
export const keepWish = async (person, id, visit) => {
  const before = await readWishes(person).catch(() => ({}));
  const kept = { ...Object.fromEntries(Object.entries(before).slice(-20)), [id]: visit };
  await writeMeta(wishesOf(person), kept).catch((fault) => console.warn("This could not be kept.", fault));
};

/** Since when this phone knows each visit, by the server's clock: nobody answered for a visit before that. */
async function seeVisits(person, overview) {
  const name = `seen:${person}`;
  const before = (await readMeta(name)) ?? {};
  const seen = Object.fromEntries(allVisits(overview).map(({ id }) => [id, before[id] ?? overview.server_time]));
  if (Object.keys(seen).some((id) => !before[id])) await writeMeta(name, seen);
  return seen;
}

let asking = null;

/** What the server says now; asked once at a time. `reading` tells the screens how fresh their words are. */
export function refresh() {
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

/** The clinic has something new of this person: what is being read at this moment may be older than it. */
export async function refreshAfter() {
  await asking?.catch(() => {});
  return refresh();
}

async function ask() {
  const reply = await pullOverview().catch((fault) => ({ ok: false, status: -1, fault }));
  if (!reply.ok) return change({ reading: readingOf(reply.status) });
  change({ overview: reply.body, reading: "fresh" });
  return readPhone();
}

const readingOf = (status) => (status === 401 ? "signed_out" : status === 0 ? "offline" : "failed");

/** The worker and other windows say when an item was kept, sent or read. */
export function listen() {
  listenTo(({ type }) => (type === "receipt" ? readPhone().then(refreshAfter) : readPhone()));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && readPhone().then(refresh));
  addEventListener("online", refresh);
}

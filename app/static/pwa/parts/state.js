/** What the screens show: first what this phone keeps, then what the server says, then every change in either. */
import { readOverview } from "../store/cache.js";
import { listen as listenTo } from "../store/db.js";
import { readDraft } from "../store/drafts.js";
import { listAttention, listOutbox } from "../store/outbox.js";
import { currentOwner, signedIn } from "../store/owner.js";
import { pullOverview } from "../sync/pull.js";

let phone = {
  overview: null, owner: null, reading: "kept", waiting: [], attention: [], draft: null, storage: "fine",
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
    const [kept, draft, waiting, attention] = await Promise.all([
      readOverview(), readDraft(), owner ? listOutbox(owner.person) : [], owner ? listAttention(owner.person) : [],
    ]);
    // Somebody with no patient record owns no phone: their overview is not kept, and not forgotten while they are here.
    const shown = phone.overview?.person.id === signedIn() ? phone.overview : null;
    const overview = kept ?? (owner ? null : shown);
    change({ overview, owner, draft, waiting, attention, storage: "fine" });
  } catch (fault) {
    console.warn("This phone's storage could not be read.", fault);
    change({ storage: "unreadable" });
  }
}

let asking = null;

/** What the server says now; asked once at a time. `reading` tells the screens how fresh their words are. */
export function refresh() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
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
  listenTo(({ type }) => (type === "receipt" ? refresh() : readPhone()));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && readPhone().then(refresh));
  addEventListener("online", refresh);
}

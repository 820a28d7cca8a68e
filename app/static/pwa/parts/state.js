/** What the screens show: first what this phone keeps, then what the server says, then every change in either. */
import { readOverview } from "../store/cache.js";
import { readDraft } from "../store/drafts.js";
import { listAttention, listOutbox } from "../store/outbox.js";
import { currentOwner } from "../store/owner.js";
import { pullOverview } from "../sync/pull.js";

let phone = { overview: null, reading: "kept", waiting: [], attention: [], draft: null, install: null, now: Date.now() };
let show = () => {};

export const state = () => phone;

export function onChange(listener) {
  show = listener;
}

export function change(part) {
  phone = { ...phone, ...part, now: Date.now() };
  show(phone);
}

/** What is on this phone. Storage that cannot be read is said on the screen, not thrown away. */
export async function readPhone() {
  try {
    const owner = await currentOwner();
    const [overview, draft, waiting, attention] = await Promise.all([
      owner ? readOverview() : null,
      readDraft(),
      owner ? listOutbox(owner.person) : [],
      owner ? listAttention(owner.person) : [],
    ]);
    change({ overview, draft, waiting, attention, storage: "fine" });
  } catch (fault) {
    console.warn("This phone's storage could not be read.", fault);
    change({ storage: "unreadable" });
  }
}

/** What the server says now. `reading` tells the screen how fresh its words are. */
export async function refresh() {
  change({ reading: phone.reading === "kept" ? "kept" : phone.reading, asking: true });
  const reply = await pullOverview().catch(() => ({ ok: false, status: 0 }));
  if (reply?.ok) await readPhone();
  change({ reading: readingOf(reply), asking: false });
}

const readingOf = (reply) => {
  if (reply?.ok) return "fresh";
  if (reply?.status === 401) return "signed_out";
  return reply?.status ? "failed" : "offline";
};

/** The worker and other windows say when an item was kept, sent or read. */
export function listen() {
  const channel = new BroadcastChannel("between");
  channel.addEventListener("message", ({ data }) => (data?.type === "receipt" || data?.type === "read" ? refresh() : readPhone()));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && readPhone().then(refresh));
  addEventListener("online", refresh);
}

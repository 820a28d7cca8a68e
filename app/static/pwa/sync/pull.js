/** Fetch what the clinic has, and keep it for when there is no network. */
import { saveOverview } from "../store/cache.js";
import { learnAgreement } from "../store/agreement.js";
import { readMeta, writeMeta } from "../store/db.js";
import { currentOwner, setOwner, signedIn } from "../store/owner.js";
import { endedSeries, forgetCopy } from "../store/series.js";
import { getJson, postJson } from "./api.js";

/** Resolves with {ok, status, body}. Whoever is signed in becomes the owner of this phone. */
export async function pullOverview() {
  if (!mayBeSignedIn()) return { ok: false, status: 401, body: null };
  await tellEnded(signedIn()).catch((fault) => console.warn("Whether something is missing could not be told.", fault));
  const reply = await getJson("/api/overview");
  if (!reply.ok || !reply.body?.person?.id) return { ...reply, ok: false };
  // Somebody else signed in while this was on its way.
  if (signedIn() && signedIn() !== reply.body.person.id) return { ok: false, status: 0, body: null };
  keys = reply.body.keys?.length ? reply.body.keys : keys;
  await keep(reply.body).catch((fault) => console.warn("The overview could not be kept.", fault));
  return reply;
}

/** The browser emptied this phone's storage: the clinic is told how far it had come, and counts what never arrived. */
async function tellEnded(person) {
  for (const { install, patient, last } of await endedSeries(person)) {
    const reply = await postJson("/api/series/ended", { install, patient, last });
    if (reply.ok || reply.status === 404) forgetCopy(install);
  }
}

// What this page was told, for when the phone's storage cannot be read.
let keys = null;

async function keep(overview) {
  const patient = overview.patients?.[0]?.id ?? null;
  const kept = [
    ...(patient ? [setOwner({ person: overview.person.id, patient })] : []),
    ...(overview.keys?.length ? [writeMeta("server-keys", overview.keys)] : []),
  ];
  const agreed = overview.patients?.[0]?.agreement;
  if (agreed) kept.push(learnAgreement(overview.person.id, agreed));
  await Promise.allSettled(kept);
  await saveOverview(overview);
}

/** Who is here and for which patient record, asked of the server when this phone does not know it yet. */
export async function knownOwner() {
  const known = await currentOwner();
  if (known || !mayBeSignedIn()) return known;
  await pullOverview();
  return currentOwner();
}

/** Asked before the request: one that is refused is an error in the browser's log. */
const mayBeSignedIn = () => document.cookie.includes("between-signed-in=");

/** The key to seal to: kept from the last overview, else asked for. null when neither works. */
export async function sealingKey() {
  const kept = await readMeta("server-keys").catch(() => keys);
  if (kept?.length) return kept[0];
  const reply = await getJson("/api/keys");
  if (!reply.ok || !reply.body?.keys?.length) return null;
  keys = reply.body.keys;
  await writeMeta("server-keys", keys).catch(() => {});
  return keys[0];
}

/** Fetch what the clinic has, and keep it for when there is no network. */
import { saveOverview } from "../store/cache.js";
import { learnAgreement } from "../store/agreement.js";
import { readMeta, writeMeta } from "../store/db.js";
import { currentOwner, setOwner, signedIn } from "../store/owner.js";
import { getJson } from "./api.js";

/** Resolves with {ok, status, body}. Whoever is signed in becomes the owner of this phone. */
export async function pullOverview() {
  if (!mayBeSignedIn()) return { ok: false, status: 401, body: null };
  const reply = await getJson("/api/overview");
  if (!reply.ok || !reply.body?.person?.id) return { ...reply, ok: false };
  // Somebody else signed in while this was on its way.
  if (signedIn() && signedIn() !== reply.body.person.id) return { ok: false, status: 0, body: null };
  const patient = reply.body.patients?.[0]?.id ?? null;
  if (patient) await setOwner({ person: reply.body.person.id, patient });
  if (reply.body.keys?.length) await writeMeta("server-keys", reply.body.keys);
  await saveOverview(reply.body);
  const agreed = reply.body.patients?.[0]?.agreement;
  if (agreed) await learnAgreement(reply.body.person.id, agreed);
  return reply;
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
  const kept = await readMeta("server-keys");
  if (kept?.length) return kept[0];
  const reply = await getJson("/api/keys");
  if (!reply.ok || !reply.body?.keys?.length) return null;
  await writeMeta("server-keys", reply.body.keys);
  return reply.body.keys[0];
}

/** Sends what was decided before the first check-in. No check-in waits for it, and it waits as long as it must. */
import { listen } from "../store/db.js";
import { forgetWaiting, readAgreement } from "../store/agreement.js";
import { whoIsHere } from "../store/owner.js";
import { postJson } from "./api.js";

/** Call once per page. */
export function startAgreements() {
  const send = () => sendAgreements().catch(() => {});
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  listen(({ type }) => ["agreement", "owner"].includes(type) && send());
  return send();
}

async function sendAgreements() {
  const person = await whoIsHere();
  const { waiting } = await readAgreement(person);
  for (const { id, patient, version, language, accepted, adult, sends_unfinished, decided_at } of waiting) {
    const body = { id, patient, version, language, accepted, adult, sends_unfinished, decided_at };
    const reply = await postJson("/api/agreements", body);
    // Somebody else's session would be told 404: then it stays for whoever decided it.
    if (reply.ok && reply.body?.id === id) await forgetWaiting(person, [id]);
  }
}

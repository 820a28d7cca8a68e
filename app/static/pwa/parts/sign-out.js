/** Signing out: what was begun is sent or thrown away by choice; what waits to be sent stays and is still sent. */
import { html, useState } from "preact";
import { forgetOwner } from "../store/owner.js";
import { sealDraft } from "../store/outbox.js";
import { postJson } from "../sync/api.js";
import { sealingKey } from "../sync/pull.js";
import { t, tn } from "../words.js";

export function SignOut({ phone }) {
  const [step, go] = useState("shown");
  const { draft, waiting, owner } = phone;
  const leave = async (first) => {
    go("leaving");
    const done = await first().then(signOut).catch(() => false);
    if (done) location.assign("/sign-in");
    else go("failed");
  };
  if (step === "shown") return html`<button type="button" class="btn alt" onClick=${() => go("asked")}>
    ${t("Sign out")}</button>`;
  if (step === "leaving") return html`<p class="quiet" role="status">${t("One moment…")}</p>`;
  return html`<div class="card stack" role="group" aria-label=${t("Sign out")}>
    <p role="status">
      ${step === "failed" ? t("This needs a network. You are still signed in and nothing was changed.") : words(draft, waiting)}</p>
    ${draft && draft.owner === owner?.person && html`<button type="button" class="btn low"
      onClick=${() => leave(() => send(draft, owner))}>${t("Send what I answered and sign out")}</button>`}
    <button type="button" class="btn low ${draft ? "alt" : ""}" onClick=${() => leave(async () => {})}>
      ${draft ? t("Throw it away and sign out") : t("Yes, sign out")}</button>
    <button type="button" class="btn alt low" onClick=${() => go("shown")}>${t("Stay signed in")}</button>
  </div>`;
}

function words(draft, waiting) {
  const kept = waiting.length
    ? tn("{n} item still waits on this phone. It is sealed, and it is sent even when you are signed out.",
      "{n} items still wait on this phone. They are sealed, and they are sent even when you are signed out.",
      waiting.length)
    : t("Everything you sent is at the clinic. What this phone shows of it is removed here.");
  return draft ? `${t("A check-in is begun on this phone and was not sent.")} ${kept}` : kept;
}

async function send(draft, owner) {
  const key = await sealingKey();
  if (!key) throw new Error("no key to seal to");
  await sealDraft(draft, { person: owner.person, patient: owner.patient, key });
}

/** The server first: signed out here alone, the next person on this phone would still be signed in there. */
async function signOut() {
  const reply = await postJson("/api/sessions/end", {});
  if (!reply.ok && reply.status !== 401) return false;
  await forgetOwner();
  return true;
}

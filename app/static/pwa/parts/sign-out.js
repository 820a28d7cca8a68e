/** Signing out: what was begun is sent or thrown away by choice; what waits to be sent stays and is still sent. */
import { html, useState } from "preact";
import { forgetOwner, whoIsHere } from "../store/owner.js";
import { sealDraft } from "../store/outbox.js";
import { postJson } from "../sync/api.js";
import { sealingKey } from "../sync/pull.js";
import { mark, t, tn } from "../words.js";

export function SignOut({ phone }) {
  const [step, go] = useState("shown");
  const { waiting, attention, owner } = phone;
  // Another person's check-in, or nobody's, is not this person's to send or to throw away.
  const draft = owner && phone.draft?.owner === owner.person ? phone.draft : null;
  const leave = async (first) => {
    go("leaving");
    const sealed = await first().catch(() => null);
    const done = sealed !== null && (await signOut().catch(() => false));
    if (done) location.assign("/sign-in");
    else go(sealed ? "sealed" : "failed");
  };
  if (step === "shown") return html`<button type="button" class="btn alt" onClick=${() => go("asked")}>
    ${t("Sign out")}</button>`;
  if (step === "leaving") return html`<p class="quiet" role="status">${t("One moment…")}</p>`;
  return html`<div class="card stack" role="group" aria-label=${t("Sign out")}>
    <p role="status">${FAILED[step] ? t(FAILED[step]) : words(draft, waiting, owner && !attention.length)}</p>
    ${draft && html`<button type="button" class="btn low" onClick=${() => leave(() => send(draft, owner))}>
      ${t("Send what I answered and sign out")}</button>`}
    <button type="button" class="btn low ${draft ? "alt" : ""}" onClick=${() => leave(async () => false)}>
      ${draft ? t("Throw it away and sign out") : t("Yes, sign out")}</button>
    <button type="button" class="btn alt low" onClick=${() => go("shown")}>${t("Stay signed in")}</button>
  </div>`;
}

const FAILED = {
  failed: mark("This needs a network. You are still signed in and nothing was changed."),
  sealed: mark("What you answered is sealed and waits on this phone until it can be sent. Signing out needs a network: you are still signed in."),
};

/** `allThere`: this phone knows that nothing of this person is anywhere but at the clinic. */
function words(draft, waiting, allThere) {
  const kept = waiting.length
    ? tn("{n} item still waits on this phone. It is sealed, and it is sent even when you are signed out.",
      "{n} items still wait on this phone. They are sealed, and they are sent even when you are signed out.",
      waiting.length)
    : allThere
    ? t("Everything you sent is at the clinic. What this phone shows of it is removed here.")
    : t("What this phone shows of your check-ins is removed here.");
  return draft ? `${t("A check-in is begun on this phone and was not sent.")} ${kept}` : kept;
}

/** True when it is sealed. What was not looked over is sent as what it is: a part, with every answer in it. */
async function send(draft, owner) {
  const key = await sealingKey();
  if (!key) throw new Error("no key to seal to");
  await sealDraft(draft, { ...owner, key, kind: draft.step === "look" ? "full" : "partial" });
  return true;
}

/** The server first: signed out here alone, the next person on this phone would still be signed in there. */
async function signOut() {
  const leaving = await whoIsHere();
  const reply = await postJson("/api/sessions/end", {});
  if (!reply.ok && reply.status !== 401) return false;
  // Where the storage fails just now, a cookie of the server's answer says who left: the next page forgets them.
  await forgetOwner(leaving).catch((fault) => console.warn("This phone's storage could not be emptied.", fault));
  return true;
}

/** The question of leaving, for somebody who left by closing the phone: asked here, once, when they come back. */
import { html, useEffect, useState } from "preact";
import { t } from "../words.js";
import { offersSoFar, refuseSoFar, sendSoFar } from "./so-far.js";

export function SoFar({ draft }) {
  const [step, go] = useState("hidden");
  useEffect(() => {
    offersSoFar(draft).then((offers) => go(offers ? "asked" : "hidden"), () => {});
  }, [draft]);
  if (step === "hidden") return null;
  const send = () => {
    go("busy");
    sendSoFar(draft).then(() => go("hidden"), () => go("failed"));
  };
  const refuse = () => refuseSoFar(draft).then(() => go("hidden"));
  return html`<section class="card stack so-far" aria-live="polite">
    <h2>${t("Send only what you answered so far?")}</h2>
    <p class="small">${t("The clinic then has it before the rest. You can finish the check-in later; it is not counted twice.")}</p>
    ${step === "failed" && html`<p class="small wrong">${t("This could not be kept on the phone. Please call the clinic.")}</p>`}
    <button type="button" class="btn alt low" disabled=${step === "busy"} onClick=${send}>${t("Yes, send it")}</button>
    <button type="button" class="link small" onClick=${refuse}>${t("Not now, keep it on this phone")}</button>
  </section>`;
}

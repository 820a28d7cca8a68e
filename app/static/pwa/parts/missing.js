/** What a phone of theirs held and the clinic never got: said plainly, and put aside with a word. */
import { html, useState } from "preact";
import { postJson } from "../sync/api.js";
import { t, tn } from "../words.js";
import { Status } from "./notice.js";
import { refreshAfter } from "./state.js";

/** What lies refused on this phone is not gone: it is listed where it waits. */
export const missingOf = ({ overview, attention }) =>
  overview.patients.flatMap(({ id, missing = 0 }) => {
    const gone = missing - attention.filter((item) => item.patient === id && item.install).length;
    return gone > 0 ? [{ patient: id, gone, missing }] : [];
  });

export const Missing = ({ phone }) => missingOf(phone).map((gap) => html`<${Gap} key=${gap.patient} gap=${gap} />`);

function Gap({ gap }) {
  const [step, go] = useState("open");
  const say = async (words) => {
    go("busy");
    const reply = await postJson("/api/gaps/review", { patient: gap.patient, missing: gap.missing, words });
    if (!reply.ok) return go("failed");
    go("open");
    return refreshAfter();
  };
  return html`<div class="attention small">
    <${Status} needs>${tn("{n} check-in or answer that a phone of yours held has not reached the clinic.",
      "{n} check-ins or answers that a phone of yours held have not reached the clinic.", gap.gone)}<//>
    <p>${t("The phone’s storage was emptied, or the phone was lost, before it could be sent. If it matters, please write it " +
      "again or tell the clinic; they see that something is missing, not what.")}</p>
    ${step === "failed" && html`<p class="wrong" role="alert">${t("This needs a network. Nothing was changed.")}</p>`}
    <p class="pair">
      <button type="button" class="link" disabled=${step === "busy"} onClick=${() => say("told")}>
        ${t("I told the clinic another way")}</button>
      <button type="button" class="link" disabled=${step === "busy"} onClick=${() => say("not_needed")}>
        ${t("It is not needed any more")}</button></p>
  </div>`;
}

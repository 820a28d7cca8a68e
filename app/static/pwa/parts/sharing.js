/** Who sees the visits, what exactly, until when; ended with one tap and one question. */
import { html, useState } from "preact";
import { postJson } from "../sync/api.js";
import { briefly, plainDate } from "../when.js";
import { t } from "../words.js";
import { refreshAfter } from "./state.js";

export const Sharing = ({ patients, now }) => patients.map((patient) => html`<div class="stack">
  ${patient.care_links.length === 0 && html`<p class="small">
    ${t("Nobody sees your visits but you and the clinic.")}</p>`}
  ${patient.care_links.length > 0 && html`<ul class="people">${patient.care_links.map((link) => html`<${Link}
    key=${link.id} link=${link} now=${now} />`)}</ul>`}
  <${Invite} />
</div>`);

function Link({ link, now }) {
  const [step, go] = useState("shown");
  const end = async () => {
    go("ending");
    const reply = await postJson(`/api/care-links/${link.id}/end`, {});
    go(reply.ok ? "ended" : "failed");
    if (reply.ok) await refreshAfter();
  };
  return html`<li aria-live="polite">
    <p><strong>${link.caregiver}</strong></p>
    <p class="small quiet">
      ${t("Sees your visits and what to bring. No answers, no scores, no notes.")} ${untilWhen(link, now)} ${lastLook(link, now)}</p>
    ${step === "shown" && html`<button type="button" class="link small" onClick=${() => go("asked")}>
      ${t("End it")}</button>`}
    ${step === "asked" && html`<p class="small">
      ${t("{name} will see nothing more from now on.", { name: link.caregiver })}</p>
      <div class="pair"><button type="button" class="btn low" onClick=${end}>${t("Yes, end it")}</button>
        <button type="button" class="btn alt low" onClick=${() => go("shown")}>${t("Keep it")}</button></div>`}
    ${step === "ending" && html`<p class="small quiet">${t("One moment…")}</p>`}
    ${step === "ended" && html`<p class="small">${t("Ended. {name} sees nothing more.", { name: link.caregiver })}</p>`}
    ${step === "failed" && html`<p class="small wrong">${t("This needs a network. Nothing was changed.")}</p>
      <button type="button" class="link small" onClick=${end}>${t("Try again")}</button>`}
  </li>`;
}

const untilWhen = ({ until }, now) => (until ? t("Until {date}.", { date: plainDate(until, now) }) : t("Until you end it."));

const lastLook = ({ last_seen_at }, now) =>
  last_seen_at ? t("Last looked: {when}.", { when: briefly(last_seen_at, now) }) : t("Has not looked yet.");

/** Giving a name and asking for the link is the consent, for half a year; it can be ended any day. */
function Invite() {
  const [step, go] = useState({ name: "closed" });
  const make = async (event) => {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get("name").trim();
    go({ name: "busy" });
    const reply = await postJson("/api/invitations", { name });
    go(reply.ok ? { name: "made", made: reply.body } : { name: "failed" });
  };
  if (step.made) return html`<${Invitation} made=${step.made} />`;
  if (step.name === "closed") return html`<button type="button" class="btn alt low"
    onClick=${() => go({ name: "open" })}>${t("Let somebody see my visits")}</button>`;
  return html`<form class="card stack" onSubmit=${make}>
    <div class="field"><label for="caregiver">${t("Who is it?")}</label>
    <p class="why small quiet" id="caregiver-why">
      ${t("They will see your visits and what to bring, for six months or until you end it. No answers, no " +
        "scores, no notes.")}</p>
    <input id="caregiver" name="name" required maxlength="120" autocomplete="off"
      aria-describedby="caregiver-why" /></div>
    ${step.name === "failed" && html`<p class="small wrong" role="alert">
      ${t("This needs a network. Nothing was changed.")}</p>`}
    <div class="pair"><button class="btn low" disabled=${step.name === "busy"}>${t("Make a link")}</button>
      <button type="button" class="btn alt low" onClick=${() => go({ name: "closed" })}>${t("Not now")}</button></div>
  </form>`;
}

function Invitation({ made }) {
  const [copied, say] = useState(false);
  const copy = () => navigator.clipboard.writeText(made.url).then(() => say(true), () => {});
  const share = () => navigator.share({ title: "Between", text: t("To see my visits:"), url: made.url }).catch(() => {});
  return html`<div class="card invitation" role="status">
    <p>${t("Show this to the person, or send the link. It works once.")}</p>
    ${made.qr_svg_url && html`<img class="qr" src=${made.qr_svg_url} alt=${t("QR code of the link")} width="220"
      height="220" />`}
    <p class="small quiet">${t("Or, on their phone, type this code:")}</p>
    <p class="code" translate="no">${made.code}</p>
    <p class="small address" translate="no">${made.url}</p>
    ${navigator.share
      ? html`<button type="button" class="btn low" onClick=${share}>${t("Send the link")}</button>`
      : navigator.clipboard && html`<button type="button" class="btn alt low" onClick=${copy}>
        ${copied ? t("Copied.") : t("Copy the link")}</button>`}
  </div>`;
}

/** You: what this phone does for this person, who else sees something, and how to leave. */
import { html, useState } from "preact";
import { endedWords } from "../parts/care-ended.js";
import { Reminders } from "../parts/reminders.js";
import { Sharing } from "../parts/sharing.js";
import { SignOut } from "../parts/sign-out.js";
import { Missing } from "../parts/missing.js";
import { Waiting } from "../parts/waiting.js";
import { Unfinished } from "../parts/unfinished.js";
import { phoneZone } from "../when.js";
import { spoken, t } from "../words.js";

export function You({ phone, build, prefer, install }) {
  const { overview, now } = phone;
  const { person, patients, push } = overview;
  return html`<h1 tabindex="-1">${person.name}</h1>
    <p class="small quiet intro">
      ${patients.map((patient) => [patient.clinic.name, patient.clinician].filter(Boolean).join(" · ")).join("; ")}</p>
    ${endedWords(patients[0]) ? html`<p class="part">${endedWords(patients[0])}</p>` : html`
    <section class="part"><h2>${t("Reminders on this phone")}</h2><div class="small">
      <${Reminders} push=${push} now=${now} /></div></section>
    <section class="part"><h2>${t("Who sees your visits")}</h2><${Sharing} patients=${patients} now=${now} /></section>
    <${Unfinished} owner=${phone.owner} />`}
    <section class="part"><h2>${t("Numbers")}</h2>
      <${Numbers} hidden=${person.numbers_hidden} prefer=${prefer} /></section>
    <section class="part"><h2>${t("Language")}</h2><${Languages} known=${build.languages} prefer=${prefer} /></section>
    <section class="part"><h2>${t("Your record")}</h2><p class="small">
      <a href="/account/looked">${t("Who looked at your record")}</a></p></section>
    <section class="part"><h2>${t("Time zone")}</h2><${Zone} zone=${person.zone} prefer=${prefer} /></section>
    <section class="part"><h2>${t("This phone")}</h2>
      ${install && html`<button type="button" class="btn alt low" onClick=${install}>
        ${t("Put Between on the Home Screen")}</button>`}
      <p class="small quiet">
        ${t("What you write is encrypted on this phone and waits here until the clinic has it.")}</p>
      <h3>${t("Waiting on this phone")}</h3>
      <${Missing} phone=${phone} /><${Waiting} phone=${phone} />
      <p><a class="btn alt low" href="/account/devices">${t("Devices and sign-ins")}</a></p>
      <${SignOut} phone=${phone} />
      <p class="tiny quiet">${t("Version {version}", { version: build.version })} · <a href="/licences">
        ${t("Licences")}</a></p>
    </section>`;
}

/** One change at a time, said to the server; without a network nothing is changed and that is said. */
function useSaving(prefer) {
  const [failed, fail] = useState(false);
  const save = async (wish) => fail(!(await prefer(wish)));
  return [save, failed && html`<p class="small wrong" role="alert">
    ${t("This needs a network. Nothing was changed.")}</p>`];
}

function Numbers({ hidden, prefer }) {
  const [save, wrong] = useSaving(prefer);
  return html`<label class="pick"><input type="checkbox" role="switch" checked=${hidden}
    onChange=${(event) => save({ numbers_hidden: event.currentTarget.checked })} />
    <span>${t("My clinician sees them; I don’t need to.")}</span></label>${wrong}`;
}

const NAMES = { en: "English", es: "Español" };

function Languages({ known, prefer }) {
  const [save, wrong] = useSaving(prefer);
  return html`<fieldset class="pair"><legend class="hush">${t("Language")}</legend>
    ${known.map((language) => html`<label class="pick" lang=${language}>
    <input type="radio" name="language" value=${language} checked=${language === spoken()}
      onChange=${() => save({ language })} /><span>${NAMES[language]}</span></label>`)}</fieldset>${wrong}`;
}

const place = (zone) => zone.split("/").pop().replaceAll("_", " ");

function Zone({ zone, prefer }) {
  const [save, wrong] = useSaving(prefer);
  const here = phoneZone();
  return html`<p class="small">
    ${t("Reminders come by {place} time. Visits are shown in the clinic’s time.", { place: place(zone) })}</p>
    ${here !== zone && html`<button type="button" class="btn alt low" onClick=${() => save({ zone: here })}>
      ${t("Use this phone’s time: {place}", { place: place(here) })}</button>`}${wrong}`;
}

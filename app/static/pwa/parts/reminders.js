/** Reminders on this phone, in the words of the state they are in. */
import { html, useEffect, useRef, useState } from "preact";
import { reminderState, turnOff, turnOn } from "../push.js";
import { briefly } from "../when.js";
import { mark, t } from "../words.js";
import { Status } from "./notice.js";

const WORDS = {
  on: mark("On. A reminder says that Between has something for you, and no more than that."),
  off: mark("Off. This phone can remind you the day before a visit; the lock screen never says why."),
  blocked: mark("This phone blocks them. Allow notifications for Between in the phone’s or the browser’s " +
    "settings, then come back here."),
  install_first: mark("On an iPhone or iPad they work once Between is on the Home Screen: tap Share, then “Add to " +
    "Home Screen”, then open it from there."),
  unsupported: mark("This browser cannot show reminders. The clinic sees what is due and may call you."),
  off_clinic: mark("The clinic does not send reminders to phones yet. It sees what is due and may call you."),
  slow: mark("The phone’s reminder service did not answer. Please try again when you have a network."),
  failed: mark("The clinic’s server could not be told. Please try again when you have a network."),
};

export function Reminders({ push, now }) {
  const [state, set] = useState(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  useEffect(() => {
    // While the server has not answered, the phone is subscribed and nothing would come: that is not "on" yet.
    reminderState(push).then((now) => running.current || set(now));
  }, [push]);
  const run = async (work) => {
    running.current = true;
    setBusy(true);
    set(await work(push).catch(() => "failed"));
    running.current = false;
    setBusy(false);
  };
  if (!state) return null;
  const may = ["off", "slow", "failed"].includes(state);
  return html`<div class="stack" aria-live="polite">
    <${Status} kept=${state !== "on"}>${t(WORDS[state])}${state === "on" && push.last_shown_at ? html` <span
      class="quiet">${t("Last one shown: {when}.", { when: briefly(push.last_shown_at, now) })}</span>` : ""}<//>
    ${may && html`<button type="button" class="btn low" disabled=${busy} onClick=${() => run(turnOn)}>
      ${busy ? t("Asking the phone…") : t("Turn on reminders")}</button>`}
    ${state === "on" && html`<button type="button" class="btn alt low" disabled=${busy} onClick=${() => run(turnOff)}>
      ${t("Turn off reminders")}</button>`}
  </div>`;
}

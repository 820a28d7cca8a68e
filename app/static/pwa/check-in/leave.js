/** Leaving with a positive answer that was not told: asked once whether what was answered so far shall be sent. */
import { offersSoFar, refuseSoFar, sendSoFar } from "../parts/so-far.js";
import { t } from "../words.js";

/** Every way out of the check-in that is a link: "Stop for now", and Back from the first question. */
export function bindLeaving(draftNow, save) {
  document.addEventListener("click", async (event) => {
    const out = event.target.closest?.("a.leave, a#back");
    const draft = draftNow();
    if (!out || event.defaultPrevented || !draft || document.documentElement.classList.contains("done")) return;
    event.preventDefault();
    await save();
    if (await offersSoFar(draft)) await ask(draft);
    location.assign(out.href);
  });
}

const dialog = () => document.getElementById("leaving");

/** Resolves when it was answered; Escape is "not now" and asks no second time either. */
function ask(draft) {
  const closed = new Promise((resolve) => dialog().addEventListener("close", resolve, { once: true }));
  const [yes, no] = ["yes", "no"].map((name) => dialog().querySelector(`.${name}`));
  yes.onclick = async () => {
    yes.disabled = true;
    const sent = await sendSoFar(draft).then(() => true, () => false);
    yes.disabled = false;
    if (sent) dialog().close();
    else dialog().querySelector(".wrong").textContent = t("This could not be kept on the phone. Please call the clinic.");
  };
  no.onclick = () => dialog().close();
  dialog().showModal();
  return closed.then(() => refuseSoFar(draft));
}

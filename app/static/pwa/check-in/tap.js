/** A tap on an answer, told apart from arrow keys: those only choose. It can be turned off. */
import { readMeta, writeMeta } from "../store/db.js";

// Long enough to see what was chosen, short enough not to be waited for.
const BEAT = 320;
const SETTING = "tap-stays";

let stays = false;

export const tapMovesOn = () => !stays;

export async function setTapMovesOn(on) {
  stays = !on;
  await writeMeta(SETTING, stays);
}

/** Call `moved(step)` a beat after a finger or a mouse chose an answer in that step. */
export function onTap(form, moved) {
  let timer = 0;
  let touched = null;
  readMeta(SETTING).then((value) => (stays = Boolean(value)), () => {});
  form.addEventListener("pointerdown", (event) => (touched = event.target.closest(".answer, .point")));
  form.addEventListener("keydown", () => (touched = null));
  form.addEventListener("click", ({ target }) => {
    if (target.type !== "radio" || !touched?.contains(target)) return;
    const step = target.closest(".step").id;
    clearTimeout(timer);
    // Help at item 9 does not depend on this setting.
    if (!stays || step === "phq9-9") timer = setTimeout(moved, step === "phq9-9" ? 0 : BEAT, step);
  });
}

/** A chip that was chosen is not chosen any more when it is tapped again, or when Space is pressed on it. */
export function onSecondTap(form) {
  let chosen = null;
  const chipOf = ({ target }) => target.closest?.(".chip")?.querySelector("input[type=radio]:checked") ?? null;
  const unchoose = (input) => {
    input.checked = false;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  form.addEventListener("pointerdown", (event) => (chosen = chipOf(event)));
  form.addEventListener("click", ({ target }) => {
    if (target !== chosen) return;
    chosen = null;
    unchoose(target);
  });
  form.addEventListener("keydown", (event) => {
    const input = event.key === " " && chipOf(event);
    if (!input) return;
    // A browser does nothing with it: a radio that is chosen stays chosen.
    event.preventDefault();
    unchoose(input);
  });
}

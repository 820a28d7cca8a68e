/** Lets this browser be told of alerts: the desk's one enhancement. Without it the page says what it cannot do. */
import { reconcile, reminderState, turnOff, turnOn } from "./push.js";
import { registerWorker } from "./update.js";

const on = document.getElementById("push-on");
const off = document.getElementById("push-off");
const push = { enabled: true, public_key: on.dataset.key };

function show(state) {
  for (const words of document.querySelectorAll("[data-push-state]")) words.hidden = words.dataset.pushState !== state;
  on.hidden = !["off", "slow", "failed"].includes(state);
  off.hidden = state !== "on";
}

async function run(work) {
  on.disabled = off.disabled = true;
  show(await work(push).catch(() => "failed"));
  on.disabled = off.disabled = false;
}

on.addEventListener("click", () => run(async () => {
  // The phone's worker: it shows every push and opens what a tap asks for.
  await registerWorker();
  return turnOn(push);
}));
off.addEventListener("click", () => run(turnOff));

await run(reminderState);
await reconcile(push).catch(() => undefined);

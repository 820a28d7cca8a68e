/** Reminders on this phone: asked for on tap only, subscribed with a timeout, reconciled on every start. */
import { readMeta, writeMeta } from "./store/db.js";
import { installId } from "./store/outbox.js";
import { postJson } from "./sync/api.js";

const PATIENCE = 15_000;

const installed = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
const isApple = () =>
  /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);

/** One of: off_clinic, install_first, unsupported, blocked, on, off. */
export async function reminderState(push) {
  if (!push?.enabled) return "off_clinic";
  const able = "serviceWorker" in navigator && "PushManager" in self && "Notification" in self;
  if (!able) return isApple() && !installed() ? "install_first" : "unsupported";
  if (Notification.permission === "denied") return "blocked";
  return Notification.permission === "granted" && (await currentSubscription()) ? "on" : "off";
}

async function currentSubscription() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return registration ? registration.pushManager.getSubscription() : null;
}

/** To be called in a tap. Answers the new state, or `slow` when the phone's push service did not answer in time. */
export async function turnOn(push) {
  if ((await Notification.requestPermission()) !== "granted") return reminderState(push);
  const subscription = await inTime(subscribe(push.public_key));
  if (!subscription) return "slow";
  return (await tell(subscription)) ? "on" : "failed";
}

/** The phone first: whatever the server hears, nothing more is shown here. */
export async function turnOff(push) {
  await (await currentSubscription())?.unsubscribe();
  const id = await readMeta("subscription");
  if (id) await postJson(`/api/subscriptions/${id}/end`, {});
  return reminderState(push);
}

/** A subscription that the phone renewed, or one made for another key, is told or made again, without asking. */
export async function reconcile(push) {
  if ((await reminderState(push)) !== "on") return;
  let subscription = await currentSubscription();
  if (!sameKey(subscription, push.public_key)) {
    await subscription.unsubscribe();
    subscription = await inTime(subscribe(push.public_key));
  }
  if (subscription) await tell(subscription);
}

async function subscribe(key) {
  const registration = await navigator.serviceWorker.ready;
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

async function tell(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const reply = await postJson("/api/subscriptions", { install: await installId(), endpoint, keys });
  if (reply.ok) await writeMeta("subscription", reply.body.id);
  return reply.ok;
}

/** `subscribe()` never settles where no push service answers. */
const inTime = (promise) =>
  Promise.race([promise.catch(() => null), new Promise((resolve) => setTimeout(resolve, PATIENCE, null))]);

const bytes = (base64url) => Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

function sameKey(subscription, key) {
  const used = subscription.options?.applicationServerKey;
  if (!used) return true;
  const wanted = bytes(key);
  return new Uint8Array(used).every((byte, at) => byte === wanted[at]);
}

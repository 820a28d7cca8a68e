/** Send, and the last screen: what was saved, where it is, and when it will be sent. */
import { adoptDraft, discardDraft, setAside } from "../store/drafts.js";
import { readOverview } from "../store/cache.js";
import { listen } from "../store/db.js";
import { sealDraft, whereIs } from "../store/outbox.js";
import { signedIn } from "../store/owner.js";
import { knownOwner, sealingKey } from "../sync/pull.js";
import { syncNow } from "../sync/upload.js";
import { clock, phoneZone } from "../when.js";
import { spoken, t } from "../words.js";
import { endedWords } from "../parts/care-ended.js";
import { dial } from "../parts/names.js";
import { bigMark } from "./about.js";
import { agreeFirst, mustAgreeBeforeSending } from "./before.js";
import { leaveIfNotTheirs } from "./keep.js";
import { make, showDone, showStep, stepOf } from "./screen.js";

// What each bar offers, named: it is made anew only for something else, because a finger may be on it.
const offered = new WeakMap();
// By draft and person, for as long as the page is open: whoever said "not mine" is not asked again.
const notTheirs = new Set();

/** The bar at the foot of the look-over. What it says depends on who is signed in on this phone. */
export function sendPart(draft) {
  const bar = make("div", { class: "send" });
  fillBar(bar, draft).catch(() => say(bar, t("This could not be saved: the phone may be full. Free some space, then try again.")));
  return bar;
}

/** Who is signed in became known, or changed, while somebody looks it over. */
export async function renewSendPart(bar, draft) {
  const [name] = await offerOf(draft);
  if (name !== offered.get(bar) && !bar.querySelector(":disabled")) bar.replaceWith(sendPart(draft));
}

async function fillBar(bar, draft) {
  const [name, fill] = await offerOf(draft);
  offered.set(bar, name);
  fill(bar);
}

/** [name, fill]: what can be offered now, and what puts it into a bar. */
async function offerOf(draft) {
  await leaveIfNotTheirs(draft);
  const owner = await knownOwner();
  if (!owner) return signedIn() ? ["wait", (bar) => waitForClinic(bar, draft)] : ["sign in", askToSignIn];
  if (await mustAgreeBeforeSending()) return ["agree", (bar) => askToAgree(bar, draft)];
  if (draft.owner !== null) return ["send", (bar) => bar.replaceChildren(button(t("Send"), () => send(bar, draft, owner)))];
  if (notTheirs.has(draft.id + owner.person)) return [`keep ${owner.person}`, (bar) => offerToKeep(bar, draft)];
  const name = (await readOverview())?.person?.name;
  return [`ask ${owner.person} ${name}`, (bar) => askWhoItWas(bar, draft, owner, name)];
}

const button = (words, act, kind = "btn") => make("button", { class: kind, type: "button", onclick: act }, words);

const say = (bar, words) => bar.prepend(make("p", { class: "small", role: "alert" }, words));

/** Answered before this phone knew whose it is: what has to be said before the first time is said before it is sent. */
function askToAgree(bar, draft) {
  const read = async () => {
    await agreeFirst();
    showStep(draft, "look");
    await fillBar(bar, draft);
  };
  bar.replaceChildren(
    make("p", { class: "small" }, t("Before the first time you send something there are three short screens to read. Your answers are saved.")),
    button(t("Read them"), read),
  );
}

function askToSignIn(bar) {
  bar.replaceChildren(
    make("p", { class: "small" }, t("Nobody is signed in on this phone, so this cannot be sent yet. Your answers are saved here and wait for you.")),
    make("a", { class: "btn", href: `/sign-in?next=/check-in/${spoken()}` }, t("Sign in to send")),
  );
}

/** Signed in, but this phone never heard from their clinic: it does not know yet whose record this goes to. */
function waitForClinic(bar, draft) {
  offered.set(bar, "wait");
  bar.replaceChildren(
    make("p", { class: "small" }, t("This phone has not been online with your clinic yet. Your answers are saved here; try again with a network.")),
    button(t("Try again"), () => fillBar(bar, draft)),
  );
}

/** Answers given before anybody signed in may be somebody else's: on a family's phone they often are. */
function askWhoItWas(bar, draft, owner, name) {
  const yes = async () => {
    await adoptDraft(draft, owner.person).catch(() => {});
    await send(bar, draft, owner);
  };
  const no = async () => {
    notTheirs.add(draft.id + owner.person);
    await setAside(draft, owner.person);
    await fillBar(bar, draft);
  };
  bar.replaceChildren(
    make("p", {}, make("b", {}, name ? t("{name}, was this you?", { name }) : t("Was this you?")), " ", t("It was written before anybody signed in.")),
    button(t("Yes, send it"), yes),
    button(t("No, somebody else wrote it"), no, "btn alt"),
  );
}

function offerToKeep(bar, draft) {
  const discard = async () => {
    await discardDraft(draft);
    location.assign("/today");
  };
  bar.replaceChildren(
    make("p", { class: "small" }, t("Then it is not sent. It can stay here until that person signs in, or be deleted now.")),
    make("a", { class: "btn", href: "/today" }, t("Keep it here")),
    button(t("Delete it"), discard, "btn alt"),
  );
}

async function send(bar, draft, owner) {
  for (const pressed of bar.querySelectorAll("button")) pressed.disabled = true;
  const key = await sealingKey();
  if (!key) return waitForClinic(bar, draft);
  try {
    showSent(await sealDraft(draft, { ...owner, key }));
  } catch (fault) {
    await fillBar(bar, draft);
    if (fault.name !== "OwnerChanged") await sayFull(bar);
  }
}

/** For a phone that cannot save: what was answered so far, as a part. Returns its id once the clinic has it. */
export async function sendUnkept(draft) {
  const owner = await knownOwner();
  const key = await sealingKey();
  if (!owner || !key) throw new Error("nobody to send it as");
  return sealDraft(draft, { ...owner, key, kind: "partial" });
}

/** The answers are on the screen still, and nowhere that lasts: the person must know, and know what to do. */
async function sayFull(bar) {
  const phone = (await readOverview().catch(() => null))?.patients?.[0]?.clinic?.phone;
  if (phone) bar.append(make("a", { class: "btn alt low", href: dial(phone) }, t("Call {number}", { number: phone })));
  say(bar, t("This could not be saved on this phone for sending: it may be full. Your answers stay on the screen. Free some space and try again, or call the clinic."));
}

export function showSent(id) {
  const screen = stepOf("sent");
  if (!screen.hidden) return;
  const facts = make("div", { class: "facts", role: "status" });
  screen.classList.add("sent");
  screen.replaceChildren(
    bigMark(),
    make("h2", { class: "ask" }, t("Thank you. That is all.")),
    facts,
    make("a", { class: "btn", href: "/today" }, t("To Today")),
  );
  showDone();
  history.replaceState({}, "", location.pathname);
  follow(facts, id);
}

/** The words change when the receipt comes, for as long as this screen is open. */
function follow(facts, id) {
  const update = async ({ signIn = false } = {}) => facts.replaceChildren(...(await factsOf(id, signIn)));
  listen((message) => ["receipt", "synced"].includes(message.type) && update(message));
  update();
  syncNow();
}

async function factsOf(id, signIn) {
  const { receipt, refused } = await whereIs(id);
  if (receipt) return has(receipt);
  if (refused) return [fact(t("The clinic could not take this. It stays on this phone; please tell the clinic."), "need")];
  return [
    fact(t("Your check-in is saved on this phone.")),
    signIn ? signInLine() : fact(t("It will be sent by itself as soon as there is a network. You can close this."), "open"),
  ];
}

async function has({ arrived_at, needs_repair }) {
  const arrived = fact(t("It arrived at {time}.", { time: clock(arrived_at, phoneZone()) }), "open");
  if (needs_repair) return [fact(t("The clinic has it, but could not read it yet. Nothing is lost.")), arrived];
  const patient = (await readOverview())?.patients?.[0];
  if (endedWords(patient)) return [arrived, fact(endedWords(patient), "open")];
  const words = patient?.clinic?.answer_words;
  return [
    fact(words ? t("The clinic has it. Not read yet; usually {words}.", { words }) : t("The clinic has it. Not read yet.")),
    arrived,
  ];
}

const fact = (words, kind = "") =>
  make("p", { class: "status" }, make("span", { class: `dot ${kind}`, "aria-hidden": "true" }), make("span", {}, words));

const signInLine = () =>
  make("p", { class: "status" }, make("span", { class: "dot need", "aria-hidden": "true" }),
    make("a", { href: `/sign-in?next=/today` }, t("Please sign in again on this phone. Your answers are kept here.")));

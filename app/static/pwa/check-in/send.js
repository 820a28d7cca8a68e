/** Send, and the last screen: what was saved, where it is, and when it will be sent. */
import { adoptDraft, discardDraft } from "../store/drafts.js";
import { readOverview } from "../store/cache.js";
import { listen } from "../store/db.js";
import { listAttention, readReceipt, sealDraft } from "../store/outbox.js";
import { currentOwner } from "../store/owner.js";
import { sealingKey } from "../sync/pull.js";
import { syncNow } from "../sync/upload.js";
import { clock, phoneZone } from "../when.js";
import { spoken, t } from "../words.js";
import { bigMark } from "./about.js";
import { make, showDone, stepOf } from "./screen.js";

/** The bar at the foot of the look-over. What it says depends on who is signed in on this phone. */
export function sendPart(draft) {
  const bar = make("div", { class: "send" });
  fillBar(bar, draft).catch(() => say(bar, t("This could not be saved: the phone may be full. Free some space, then try again.")));
  return bar;
}

async function fillBar(bar, draft) {
  const owner = await currentOwner();
  if (!owner) return askToSignIn(bar);
  if (draft.owner !== owner.person) return askWhoItWas(bar, draft, owner);
  bar.replaceChildren(button(t("Send"), () => send(bar, draft, owner)));
}

const button = (words, act, kind = "btn") => make("button", { class: kind, type: "button", onclick: act }, words);

const say = (bar, words) => bar.prepend(make("p", { class: "small", role: "alert" }, words));

function askToSignIn(bar) {
  bar.replaceChildren(
    make("p", { class: "small" }, t("Nobody is signed in on this phone, so this cannot be sent yet. Your answers are saved here and wait for you.")),
    make("a", { class: "btn", href: `/sign-in?next=/check-in/${spoken()}` }, t("Sign in to send")),
  );
}

/** Answers given before anybody signed in may be somebody else's: on a family's phone they often are. */
async function askWhoItWas(bar, draft, owner) {
  const name = (await readOverview())?.person?.name;
  const yes = async () => {
    await adoptDraft(draft, owner.person);
    await send(bar, draft, owner);
  };
  bar.replaceChildren(
    make("p", {}, make("b", {}, name ? t("{name}, was this you?", { name }) : t("Was this you?")), " ", t("It was written before anybody signed in.")),
    button(t("Yes, send it"), yes),
    button(t("No, somebody else wrote it"), () => askToDiscard(bar), "btn alt"),
  );
}

function askToDiscard(bar) {
  const discard = async () => {
    await discardDraft();
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
  if (!key) {
    fillBar(bar, draft).then(() => say(bar, t("This phone has not been online with your clinic yet. Your answers are saved here; try again with a network.")));
    return;
  }
  const id = await sealDraft(draft, { ...owner, key });
  showSent(owner.person, id);
}

export function showSent(person, id) {
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
  follow(facts, person, id);
}

/** The words change when the receipt comes, for as long as this screen is open. */
function follow(facts, person, id) {
  const update = async ({ signIn = false } = {}) => facts.replaceChildren(...(await factsOf(person, id, signIn)));
  listen((message) => ["receipt", "synced"].includes(message.type) && update(message));
  update();
  syncNow();
}

async function factsOf(person, id, signIn) {
  const receipt = await readReceipt(id);
  if (receipt) return has(receipt);
  const refused = (await listAttention(person)).some((record) => record.id === id);
  if (refused) return [fact(t("The clinic could not take this. It stays on this phone; please tell the clinic."), "need")];
  return [
    fact(t("Your check-in is saved on this phone.")),
    signIn ? signInLine() : fact(t("It will be sent by itself as soon as there is a network. You can close this."), "open"),
  ];
}

async function has({ arrived_at }) {
  const words = (await readOverview())?.patients?.[0]?.clinic?.answer_words;
  return [
    fact(words ? t("The clinic has it. Not read yet; usually {words}.", { words }) : t("The clinic has it. Not read yet.")),
    fact(t("It arrived at {time}.", { time: clock(arrived_at, phoneZone()) }), "open"),
  ];
}

const fact = (words, kind = "") =>
  make("p", { class: "status" }, make("span", { class: `dot ${kind}`, "aria-hidden": "true" }), make("span", {}, words));

const signInLine = () =>
  make("p", { class: "status" }, make("span", { class: "dot need", "aria-hidden": "true" }),
    make("a", { href: `/sign-in?next=/today` }, t("Please sign in again on this phone. Your answers are kept here.")));

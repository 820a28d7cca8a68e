/** Where the person's answers are, in words with a time: on this phone, at the clinic, read by whom. */
import { html } from "preact";
import { briefly, clock, daysBetween, phoneZone } from "../when.js";
import { mark, t, tn } from "../words.js";
import { endedWords } from "./care-ended.js";
import { Missing } from "./missing.js";
import { Status } from "./notice.js";
import { isWish, readingState, sentItems, whereIs } from "./sent.js";

const CLINIC_HAS = {
  full: mark("Your check-in ({when}): the clinic has it."), partial: mark("Your answers ({when}): the clinic has them."),
  note: mark("Your note ({when}): the clinic has it."), wish: mark("You asked to talk in person ({when}): the clinic has it."),
  today: mark("Your rating ({when}): the clinic has it."),
};

const ONLY_HERE = {
  full: mark("Your check-in is only on this phone. It is sent by itself when there is a network."),
  partial: mark("Your answers are only on this phone. They are sent by themselves when there is a network."),
  wish: mark("You asked to talk in person. That is only on this phone. It is sent by itself when there is a network."),
  today: mark("Your rating is only on this phone. It is sent by itself when there is a network."),
};

/** `said` is the id of what the screen tells of already. */
export function SyncWords({ phone, said }) {
  const { attention, draft, now } = phone;
  const told = draft?.told?.id;
  const isElse = ({ id }) => id !== said && id !== told;
  const waiting = phone.waiting.filter(isElse);
  return html`<section class="sync small" aria-label=${t("Where your answers are")} aria-live="polite">
    ${draft && (told ? html`<${Told} phone=${phone} draft=${draft} />`
      : html`<${Status} kept>${t("A check-in is begun and saved on this phone. Nothing of it was sent.")}<//>`)}
    ${waiting.length === 1 && html`<${Status} kept when=${briefly(waiting[0].sealed_at, now)}>
      ${t(ONLY_HERE[isWish(waiting[0]) ? "wish" : waiting[0].kind] ?? ONLY_HERE.partial)}<//>`}
    ${waiting.length > 1 && html`<${Status} kept when=${briefly(waiting[0].sealed_at, now)}>
      ${tn("{n} item is only on this phone. It is sent by itself when there is a network.",
        "{n} items are only on this phone. They are sent by themselves when there is a network.", waiting.length)}<//>`}
    <${Missing} phone=${phone} />
    ${attention.length > 0 && html`<${Attention} items=${attention} />`}
    <${AtClinic} items=${sentItems(phone).filter(isElse)} now=${now} />
    <${Freshness} phone=${phone} />
  </section>`;
}

/** Part of what is being written was told already: which part, where that is, and where the rest is. */
function Told({ phone, draft }) {
  const { sent, refused, waiting } = whereIs(phone, draft.told.id);
  const isWhole = draft.supersedes === draft.told.id;
  const soFar = draft.told.so_far;
  const rest = isWhole ? t("What you changed since then is only on this phone.")
    : soFar ? t("What you add from here on is only on this phone.")
    : draft.told.value === draft.phq9[8] ? t("The rest is only on this phone.")
    : t("You changed that answer since; the change and the rest are only on this phone.");
  if (sent) return html`<${Status} kept>${sentWords(sent, isWhole, draft.told, phone.now)} ${rest}<//>
    ${!sent.needs_repair && html`<${Reading} one=${sent} now=${phone.now} />`}`;
  if (refused) return html`<${Status} needs>${t("The clinic could not take what you told it. Please call.")} ${rest}<//>`;
  if (!waiting) return html`<${Status} kept>${t("A check-in is begun and saved on this phone.")}<//>`;
  return html`<${Status} kept>${isWhole ? t("The check-in you sent waits on this phone.")
    : soFar ? t("What you answered so far waits on this phone until it can be sent.")
    : t("Your answer to the last PHQ-9 question waits on this phone. Nobody at the clinic has seen it yet.")} ${rest}<//>`;
}

const sentWords = (sent, isWhole, told, now) => {
  const when = { when: briefly(sent.arrived_at, now) };
  // What the server could not open raised no alert: the person must not wait for an answer to it.
  if (sent.needs_repair) return t("The clinic has it since {time}, but could not read it yet. Please call.", { time: when.when });
  if (told.so_far) return t("The clinic has what you answered so far since {when}.", when);
  if (told.itself) return t("Your answer to the last PHQ-9 question was sent by itself, as you chose. The clinic has it since {when}.", when);
  return isWhole ? t("The clinic has the check-in you sent since {when}.", when)
    : t("The clinic has your answer to the last PHQ-9 question since {when}.", when);
};

/** Nothing that waits to be read hides behind something newer or older that was. */
function AtClinic({ items, now }) {
  const { unread, more, read } = readingState(items, now);
  const fine = unread.filter((one) => !one.needs_repair);
  return html`
    ${unread.filter((one) => one.needs_repair).map((one) => html`<${Has} one=${one} now=${now} /><${Reading} one=${one} now=${now} />`)}
    ${fine.map((one) => html`<${Has} one=${one} now=${now} />`)}
    ${more > 0 && html`<${Status}>${tn("And {n} more that is not read yet.", "And {n} more that are not read yet.", more)}<//>`}
    ${fine.length > 0 && html`<${Reading} one=${fine[0]} now=${now} />`}
    ${read && html`<${Has} one=${read} now=${now} /><${Reading} one=${read} now=${now} />`}`;
}

const Has = ({ one, now }) => html`<${Status} when=${arrivedLater(one) ? t("arrived {when}", { when: arrival(one, now) }) : ""}>
  ${t(CLINIC_HAS[isWish(one) ? "wish" : one.kind] ?? CLINIC_HAS.partial, { when: briefly(one.answered_at, now) })}<//>`;

function Reading({ one, now }) {
  const words = one.patient?.clinic.answer_words;
  if (!one.read_at && endedWords(one.patient)) return html`<${Status} kept>${endedWords(one.patient)}<//>`;
  if (one.needs_repair) return html`<${Status} kept>
    ${t("It came in a form the server could not read by itself. The clinic looks at it; nothing is lost.")}<//>`;
  if (!one.read_at) return html`<${Status} kept>${words ? t("Not read yet; usually {words}.", { words }) : t("Not read yet.")}<//>`;
  return html`<${Status} when=${briefly(one.read_at, now)}>
    ${one.read_by ? t("{name} read it.", { name: one.read_by }) : t("It was read.")}<//>`;
}

/** Answered without a network, sent later: both times matter, and only then. */
const arrivedLater = (one) => Date.parse(one.arrived_at) - Date.parse(one.answered_at) > 10 * 60_000;

const arrival = ({ answered_at, arrived_at }, now) =>
  daysBetween(answered_at, arrived_at, phoneZone()) ? briefly(arrived_at, now) : clock(arrived_at, phoneZone());

/** Why, and what one can do about it, is said where it waits. */
const Attention = ({ items }) => html`<div class="attention">
  <${Status} needs>${tn("{n} item could not be taken by the clinic’s server. It is kept here.",
    "{n} items could not be taken by the clinic’s server. They are kept here.", items.length)} <a href="/you">
    ${t("See why")}</a><//>
</div>`;

function Freshness({ phone }) {
  const { overview, reading, now } = phone;
  const when = briefly(overview.server_time, now);
  if (reading === "offline") return html`<p class="quiet">
    ${t("No network right now. This is how it was: {when}.", { when })} ${t("Everything here works without one.")}</p>`;
  if (reading === "failed") return html`<p class="quiet">
    ${t("The clinic’s server does not answer. This is how it was: {when}.", { when })}</p>`;
  if (reading === "signed_out") return html`<p class="quiet">
    ${t("You are signed out. This is how it was: {when}.", { when })} <a href="/sign-in?next=/today">
    ${t("Sign in")}</a></p>`;
  return null;
}

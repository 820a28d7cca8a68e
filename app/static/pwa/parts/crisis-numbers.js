/** The clinic's own crisis numbers, in the place of the operator's that every page is made with. */
import { t } from "../words.js";

/** In every list of numbers in the language that is spoken; what stands there already is left alone. */
export function showNumbers(crisis) {
  if (!crisis?.call || !crisis?.emergency) return;
  const { lang } = document.documentElement;
  for (const place of document.querySelectorAll(".numbers")) {
    if (place.closest("[lang]").lang === lang && !isShown(place, crisis)) show(place, crisis, lang);
  }
}

function show(place, crisis, lang) {
  place.replaceChildren(...links(crisis, lang));
  const signal = place.nextElementSibling;
  const veterans = crisis.call === "988" ? `${t("Veterans: call 988, then press 1.")} ` : "";
  if (signal?.matches(".signal")) signal.textContent = veterans + t("Calls and texts need phone signal, not internet.");
}

const isShown = (place, { call, text, emergency }) =>
  [...place.querySelectorAll("a")].map((one) => one.href.replace(/^\w+:|\?.*/g, "")).join() ===
  [call, text, emergency].filter(Boolean).map(dialled).join();

const dialled = (number) => number.replace(/[^+\d]/g, "");

function links({ call, text, emergency }, lang) {
  const help = lang === "es" && text === "988" ? "?&body=AYUDA" : "";
  return [
    link("btn", `tel:${dialled(call)}`, call === "988" ? t("Call 988") : t("Call {number}", { number: call })),
    text && link("btn alt", `sms:${dialled(text)}${help}`, text === "988" ? t("Text 988") : t("Text {number}", { number: text })),
    link("btn alt", `tel:${dialled(emergency)}`, t("Emergency: {number}", { number: emergency })),
  ].filter(Boolean);
}

function link(className, href, textContent) {
  return Object.assign(document.createElement("a"), { className, href, textContent });
}

/** Words of the phone. Keys are the English sentences, so English needs no file and a missing key still reads. */

let language = "en";
let strings = {};
let plurals = new Intl.PluralRules("en");

/** The language shown now, as `en` or `es`. */
export const spoken = () => language;

/** Locale for Intl: our Spanish is written for the United States, with its 12-hour clock. */
export const locale = () => (language === "es" ? "es-US" : "en-US");

/** Load one language's sentences; when they cannot be had, English stays and nothing breaks. */
export async function loadWords(wanted) {
  if (wanted !== "en") {
    const reply = await fetch(new URL(`../strings.${wanted}.json`, import.meta.url)).catch(() => null);
    if (!reply?.ok) return language;
    strings = await reply.json();
  }
  language = wanted;
  plurals = new Intl.PluralRules(wanted);
  document.documentElement.lang = wanted;
  return language;
}

const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

const stored = (sentence) => (language === "en" ? undefined : strings[sentence]);

/** The sentence in the person's language, with `{name}` filled in. */
export function t(sentence, values = {}) {
  const found = stored(sentence);
  return fill(typeof found === "string" && found ? found : sentence, values);
}

/** One of two sentences by number; `{n}` is the number in the language's own digits. */
export function tn(one, other, n, values = {}) {
  const found = stored(one);
  const single = plurals.select(n) === "one";
  const forms = Array.isArray(found) ? found : [found || one, stored(other) || other];
  const sentence = single ? forms[0] : forms[forms.length - 1];
  return fill(sentence, { n: new Intl.NumberFormat(locale()).format(n), ...values });
}

/** First of the person's browser languages that we speak, else English. */
export function preferredLanguage(known, wanted = navigator.languages) {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => known.includes(tag)) ?? "en";
}

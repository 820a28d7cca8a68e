/** Words of the phone. Keys are the English sentences, so English needs no file and a missing key still reads. */

let language = "en";
let strings = {};

/** The language shown now, as `en` or `es`. */
export const spoken = () => language;

/** Locale for Intl: our Spanish is written for the United States, with its 12-hour clock. */
export const locale = () => (language === "es" ? "es-US" : "en-US");

/** Load one language's sentences; when they cannot be had, English stays and nothing breaks. */
export async function loadWords(wanted) {
  if (wanted === language) return language;
  const found = wanted === "en" ? {} : await fetchStrings(wanted);
  if (!found) return language;
  strings = found;
  language = wanted;
  document.documentElement.lang = wanted;
  return language;
}

async function fetchStrings(wanted) {
  const reply = await fetch(new URL(`../strings.${wanted}.json`, import.meta.url)).catch(() => null);
  return reply?.ok ? reply.json() : null;
}

const put = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** A value that ends in a full stop ("10:30 a.m.") brings the sentence's own. */
const fill = (sentence, values) => put(sentence, values).replace(/([^.])\.\.(?!\.)/g, "$1.");

/** Names a sentence as a key where it is kept in a table; it is translated where it is shown. */
export const mark = (sentence) => sentence;

/** The sentence in the person's language, with `{name}` filled in. */
export const t = (sentence, values = {}) => fill(strings[sentence] || sentence, values);

/** One of two sentences by number; `{n}` is the number as the language writes it. */
export function tn(one, other, n, values = {}) {
  const forms = strings[one] ?? { one, other };
  const sentence = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
  return fill(sentence, { n: new Intl.NumberFormat(locale()).format(n), ...values });
}

/** First of the person's browser languages that we speak, else English. */
export function preferredLanguage(known, wanted = navigator.languages) {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => known.includes(tag)) ?? "en";
}

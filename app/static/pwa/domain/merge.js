/** Two pages write in one draft: what each changed stays. Pure. */

const TREES = new Set(["phq9", "gad7", "languages", "note", "executive", "hedonic"]);
const WORDS = ["phq9", "gad7", "difficulty", "note", "today", "should_know"];

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Whether two drafts say the same; where somebody is in it and who was told do not count. */
export const sameWords = (one, other) => WORDS.every((name) => same(one[name], other[name]));

/** `theirs`, with everything in which `mine` differs from `base`, the draft this page began from. */
export function mergeDraft(base, mine, theirs) {
  const merged = mergeTree(base, mine, theirs);
  for (const name of ["phq9", "gad7"]) {
    mine[name].forEach((answer, index) => {
      // An answer and the language it was given in are one fact.
      if (answer !== base[name][index]) merged.languages[name][index] = mine.languages[name][index];
    });
  }
  return merged;
}

function mergeTree(base, mine, theirs) {
  const merged = Array.isArray(theirs) ? [] : {};
  for (const name of Object.keys({ ...theirs, ...mine })) {
    merged[name] = TREES.has(name) ? mergeTree(base[name], mine[name], theirs[name]) : mergeOne(base[name], mine[name], theirs[name]);
  }
  return merged;
}

const mergeOne = (base, mine, theirs) => (same(base, mine) ? theirs : mine);

/** A check-in while it is written. Pure: ids and the moment come in. */
import { item9State } from "./phq9.js";
import { anyAboveZero } from "./score.js";

const emptyPart = () => ({ direction: null, text: "", attribution: [] });

export function newDraft({ id, owner, language, now, visits }) {
  return {
    id,
    owner,
    language,
    visits,
    started_at: now,
    step: "phq9-1",
    phq9: Array(9).fill(null),
    gad7: Array(7).fill(null),
    languages: { phq9: Array(9).fill(language), gad7: Array(7).fill(language) },
    skipped: [],
    difficulty: null,
    note: { executive: emptyPart(), hedonic: emptyPart() },
    today: null,
    should_know: null,
    answered_by: null,
    told: null,
    helped: false,
    offered: false,
    late: null,
  };
}

/** Everything answered so far, to be sent as a part; the check-in that is finished later stands for it. */
export const soFarOf = (draft, { id }) => ({ ...structuredClone(draft), id, supersedes: draft.supersedes ?? draft.told?.id ?? null, so_far: true });

/** The answer to item 9 alone, to be sent at once. Told again after a change, it replaces what was told before. */
export function partialOf(draft, { id, now }) {
  const only = newDraft({ id, owner: draft.owner, language: draft.language, now, visits: draft.visits });
  only.started_at = draft.started_at;
  only.phq9[8] = draft.phq9[8];
  only.languages.phq9 = [...draft.languages.phq9];
  // A whole check-in that was sent before is another version of this one, not of the one answer.
  only.supersedes = draft.told?.id === draft.supersedes ? null : (draft.told?.id ?? null);
  return only;
}

/** Whether the answer as it stands now was told; a changed one was not. */
export const isTold = (draft) => Boolean(draft.told) && draft.told.value === draft.phq9[8];

export const isPositive = (draft) => item9State(draft.phq9[8]) === "positive";

/** After which instrument the difficulty question is asked: the first with any item above 0, so once at most. */
export function difficultyAfter(draft) {
  if (anyAboveZero(draft.phq9)) return "phq9";
  return anyAboveZero(draft.gad7) ? "gad7" : null;
}

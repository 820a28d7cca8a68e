/** Item 9 above 0: the panel at once. Where the answer is and telling the clinic are said as soon as tell.js is here. */
import { isPositive, isTold } from "../domain/draft.js";
import { bring } from "../later.js";
import { followHelp, openHelp } from "../parts/help-panel.js";

const withTell = (act) => bring(() => import("./tell.js")).then(act);

/** The full panel comes once; afterwards the short one in the page is enough. */
export const needsHelp = (draft) => isPositive(draft) && !draft.helped;

export async function offerHelp(draft, save) {
  draft.helped = true;
  const saved = save();
  // The numbers are on the screen before anything is read or written.
  const closed = openHelp({ answered: true });
  followHelp(closed, async () => {
    await saved;
    return helpOptions(draft, save);
  });
  await closed;
  // The way on does not wait for it.
  showShortState(draft);
}

/** What the panel says beside the numbers, from wherever it is opened. */
export async function helpOptions(draft, save) {
  return draft && isPositive(draft) ? withTell((tell) => tell.optionsOf(draft, save)) : {};
}

/** Changed while what was told still waits here: the new answer follows it. */
export async function tellChange(draft) {
  if (draft.told && !isTold(draft)) await withTell((tell) => tell.tellChange(draft));
}

/** The sentence in the short panel under the question. */
export async function showShortState(draft) {
  if (isPositive(draft)) await withTell((tell) => tell.showState(draft));
}

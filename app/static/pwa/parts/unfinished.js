/** The choice of the third screen, changeable any time: what becomes of a positive answer in a check-in left lying. */
import { html, useEffect, useState } from "preact";
import { keepAgreement, readAgreement } from "../store/agreement.js";
import { readDraft, saveDraft } from "../store/drafts.js";
import "../sync/late-core.js";
import { t } from "../words.js";

/** Nothing before the first check-in: there it is asked. */
export function Unfinished({ owner }) {
  const [newest, learn] = useState(null);
  const [failed, fail] = useState(false);
  const read = () => readAgreement(owner?.person).then((agreed) => learn(agreed.newest));
  useEffect(() => {
    read();
  }, [owner?.person]);
  if (!newest?.accepted) return null;
  const choose = (sends_unfinished) =>
    change(sends_unfinished).then(() => fail(false), () => fail(true)).then(read);
  return html`<section class="part"><h2>${t("If you stop halfway")}</h2>
    <label class="pick"><input type="checkbox" role="switch" checked=${newest.sends_unfinished}
      onChange=${(event) => choose(event.currentTarget.checked)} />
    <span>${t("When a check-in is left for {n} hours: send my answer to the last PHQ-9 question by itself, if it is above “Not at all”.", { n: self.BetweenLate.HOURS_UNFINISHED })}</span></label>
    ${failed && html`<p class="small wrong" role="alert">
      ${t("This could not be kept: the phone may be full. Free some space, then try again.")}</p>`}
  </section>`;
}

/** What lies beside a begun check-in follows the choice at once. */
async function change(sends_unfinished) {
  await keepAgreement({ accepted: true, sends_unfinished });
  const draft = await readDraft();
  if (draft) await saveDraft(draft);
}

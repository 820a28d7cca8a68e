/** A draft as it is sent: envelope 1. Pure: the moment and the phone come in as `facts`. */

export const FORMAT = "between/envelope/1";
export const APP = "0.2.0";

export function makeEnvelope(draft, facts) {
  const { kind, sequence, pending, install, answered_at, wall, zone, offset } = facts;
  return {
    format: FORMAT,
    id: draft.id,
    kind,
    supersedes: draft.supersedes ?? draft.told?.id ?? null,
    visits: draft.visits,
    language: draft.language,
    instruments: instruments(draft, kind),
    difficulty: draft.difficulty,
    note: note(draft.note),
    today: draft.today,
    should_know: draft.should_know,
    answered_by: draft.answered_by ?? null,
    started_at: draft.started_at,
    answered_at,
    wall,
    zone,
    offset,
    app: APP,
    install,
    sequence,
    pending,
  };
}

function instruments(draft, kind) {
  if (["today", "note", "in_person"].includes(kind)) return {};
  const phq9 = { version: "1", answers: draft.phq9, languages: draft.languages.phq9 };
  // An answer told on its own, or a check-in left in its first part: the second was never begun.
  if (kind === "partial" && draft.gad7.every((answer) => answer === null)) return { phq9 };
  return { phq9, gad7: { version: "1", answers: draft.gad7, languages: draft.languages.gad7 } };
}

/** null when nothing was said in either dimension: an empty note is not a note. */
function note(given) {
  const said = (part) => part.direction !== null || part.text.trim() !== "" || part.attribution.length > 0;
  return said(given.executive) || said(given.hedonic) ? given : null;
}

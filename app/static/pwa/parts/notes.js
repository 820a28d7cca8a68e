/** What the person wrote, in their own words, newest first; the shape beside it says which of the two dimensions. */
import { html, useState } from "preact";
import { shortDate } from "../when.js";
import { spoken, t, tn } from "../words.js";
import { dimensionName, directionName, putDownTo } from "./names.js";

const FIRST = 8;

const said = (note) => note.text || note.direction || note.attribution?.length;

const gathered = (checkIns) => checkIns.flatMap((one) => (one.notes ?? []).filter(said).map((note) => ({ ...note, at: one.answered_at })));

export function Notes({ checkIns }) {
  const [all, showAll] = useState(false);
  const notes = gathered(checkIns);
  if (!notes.length) return html`<p class="quiet small">
    ${t("What you write in a check-in will stand here, in your own words.")}</p>`;
  const rest = notes.length - FIRST;
  return html`<ul class="notes">
    ${(all ? notes : notes.slice(0, FIRST)).map((note) => html`<${Note} note=${note} />`)}</ul>
    ${!all && rest > 0 && html`<button type="button" class="link" onClick=${() => showAll(true)}>
      ${tn("Show {n} older note", "Show {n} older notes", rest)}</button>`}`;
}

const Note = ({ note }) => html`<li>
  <span class=${note.dimension === "executive" ? "ec" : "hc"} aria-hidden="true"></span>
  <div><p class="tiny quiet">${head(note)}</p>
  ${note.text && html`<blockquote>${spoken() === "es" ? `«${note.text}»` : `“${note.text}”`}</blockquote>`}</div>
</li>`;

function head(note) {
  const parts = [shortDate(note.at), dimensionName(note.dimension)];
  if (note.direction) parts.push(directionName(note.direction));
  if (note.attribution?.length) parts.push(t("you put it down to: {what}", { what: putDownTo(note.attribution) }));
  return parts.join(" · ");
}

/** One sentence and one way on: how an empty, failing, offline or signed-out screen looks. */
import { html } from "preact";

export const Notice = ({ sentence, more, href, words, onTap, quiet = false }) => html`<div
  class="notice ${quiet ? "calm" : ""}">
  <p>${sentence}</p>
  ${more && html`<p class="small quiet">${more}</p>`}
  ${href && html`<a class="btn ${quiet ? "alt" : ""}" href=${href}>${words}</a>`}
  ${onTap && html`<button type="button" class="btn ${quiet ? "alt" : ""}" onClick=${onTap}>${words}</button>`}
</div>`;

/** A line of state: a dot that is filled when the clinic has it, open when only this phone does, and words for both. */
export const Status = ({ kept = false, needs = false, when, children }) => html`<p class="status">
  <span class="dot ${needs ? "need" : kept ? "open" : ""}" aria-hidden="true"></span>
  <span>${children}${when && html` <span class="quiet num">${when}</span>`}</span>
</p>`;

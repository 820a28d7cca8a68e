/** The chart's figures as a table, newest first. */
import { html } from "preact";
import { longDate } from "../when.js";
import { t } from "../words.js";
import { bandName } from "./names.js";

export const ScoreTable = ({ points, caption, banded }) => html`<details class="as-table">
  <summary>${t("As a table")}</summary>
  <table>
    <caption class="hush">${caption}</caption>
    <thead><tr><th scope="col">${t("Day answered")}</th><th scope="col" class="r">${t("Total")}</th>${banded &&
      html`<th scope="col">${t("Band")}</th>`}</tr></thead>
    <tbody>${[...points].reverse().map((point) => html`<tr>
      <th scope="row">${longDate(point.at)}</th><td class="r num">${point.total}</td>${banded && html`<td>
        ${bandName(point.band)}</td>`}
    </tr>`)}</tbody>
  </table>
</details>`;

// The first rows of a file, as a table.
import { count, plural } from "../format.js";
import { useLive } from "../live.js";
import { drawn } from "../parts/states.js";
import { html } from "../view.js";

const ROWS = 12;
const NO_ROWS = {
  parquet: "It is Parquet, which this page does not read. Download it, or:",
  binary: "It is not text, so there are no rows to show. Download it.",
  empty: "It is empty.",
};

export function Preview({ path, file }) {
  const live = useLive(`${path}/outputs/predictions/preview?rows=${ROWS}${file ? `&path=${encodeURIComponent(file)}` : ""}`, () => 0);
  return drawn(live, (table) => (NO_ROWS[table.format] && !table.rows.length ? html`<p class="soft">${NO_ROWS[table.format]}</p>` : html`<${Rows} table=${table} />`), { rows: 4 });
}

function Rows({ table }) {
  const all = table.whole.rows;
  const numeric = table.columns.map((_, at) => table.rows.length > 0 && table.rows.every((row) => row[at] !== "" && !Number.isNaN(Number(row[at]))));
  return html`
    <div class="table-frame" role="region" aria-label=${`First rows of ${table.path}`} tabindex="0"><table class="figures preview">
      <thead><tr><th scope="col" class="at"><span class="offscreen">Row</span></th>${table.columns.map((name, at) => html`<th key=${at} scope="col" class=${numeric[at] ? "end" : ""}>${name}</th>`)}</tr></thead>
      <tbody>${table.rows.map((row, at) => html`<tr key=${at}><td class="at faint number">${at + 1}</td>${row.map((value, column) => html`<td key=${column} class=${numeric[column] ? "end number" : ""}>${value}</td>`)}</tr>`)}</tbody>
    </table></div>
    <p class="faint">${table.is_all ? `All ${plural(table.rows.length, "row")}` : `The first ${count(table.rows.length)}${all && /^predictions\.(csv|jsonl|parquet)/.test(table.path) ? ` of ${count(all)}` : ""} rows`} of ${table.path} (${table.format})</p>`;
}

// Mini-batches: a grid of all of them, and one of them whole beside it.
import { useLive } from "../live.js";
import { brief, count, plural } from "../format.js";
import { drawn, Empty, Failure, Skeleton } from "../parts/states.js";
import { goQuery, place } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useMemo, useState } from "../view.js";
import { Grid, Legend, MOST_CELLS } from "./grid.js";
import { Minibatch } from "./minibatch.js";
import { allStates, counted, STATES, useSheets } from "./source.js";

const PATIENCE_MS = 120;

export default function Minibatches({ job, path, isEnded }) {
  const { query } = useStore(place);
  const sheets = useSheets(path, isEnded);
  const states = useMemo(() => (sheets.index ? allStates(sheets) : ""), [sheets.version, sheets.index]);
  const counts = useMemo(() => counted(states), [states]);
  if (!sheets.index) return sheets.failure ? html`<${Failure} failure=${sheets.failure} again=${sheets.again} />` : html`<${Skeleton} />`;
  if (!states) return html`<${Empty} title="There are no mini-batches" icon="box">${isEnded ? "The job ended before its input was cut." : "The input is being cut; they appear in a moment."}<//>`;
  const lit = STATES[query.get("state")] ? query.get("state") : "";
  const asked = Number.parseInt(query.get("mini_batch") ?? "", 10);
  const chosen = asked >= 0 && asked < states.length ? asked : null;
  const page = Math.floor((chosen ?? 0) / MOST_CELLS) * MOST_CELLS;
  const shown = states.slice(page, page + MOST_CELLS);
  const describe = (at) => describeCell(sheets, page + at, shown[at]);
  return html`
    ${sheets.failure && html`<${Failure} title="This may be out of date" failure=${sheets.failure} again=${sheets.again} />`}
    <section class="section" aria-labelledby="grid-title">
      <div class="section-head"><h2 id="grid-title">${plural(states.length, "mini-batch", "mini-batches")}</h2>
        <span class="hint">Click a cell, or walk by the arrow keys.</span></div>
      <${Legend} counts=${counts} lit=${lit} light=${(state) => goQuery({ state })} />
      ${states.length > MOST_CELLS && html`<${Pages} all=${states.length} page=${page} />`}
      <div class=${chosen === null ? "grid-split" : "grid-split with-panel"}>
        <${Grid} states=${shown} first=${page} chosen=${chosen === null ? null : chosen - page} lit=${lit} describe=${describe}
          choose=${(at) => goQuery({ mini_batch: page + at })} />
        ${chosen !== null && html`<${Panel} job=${job} path=${path} number=${chosen} state=${states[chosen]} />`}
      </div>
    </section>`;
}

function describeCell({ index, sheets }, number, state) {
  const sheet = sheets.get(Math.floor(number / index.shard_size));
  const at = number % index.shard_size;
  const [, words] = STATES[state] ?? ["", state];
  const facts = [`Mini-batch ${number}: ${words.toLowerCase()}`];
  if (sheet?.tries?.[at] > 1) facts.push(plural(sheet.tries[at], "try", "tries"));
  if (sheet?.failed?.[at] > 0) facts.push(plural(sheet.failed[at], "failed file"));
  if (sheet?.ms?.[at] > 0) facts.push(brief(sheet.ms[at]));
  return facts.join(", ");
}

const Pages = ({ all, page }) => html`
  <label class="field grid-pages">Shown
    <select value=${page} onChange=${(event) => goQuery({ mini_batch: event.target.value })}>
      ${Array.from({ length: Math.ceil(all / MOST_CELLS) }, (_, at) => at * MOST_CELLS).map(
        (first) => html`<option key=${first} value=${first}>${count(first)} – ${count(Math.min(all, first + MOST_CELLS) - 1)}</option>`,
      )}
    </select></label>`;

// Walking by keys shows each one's cell at once, and asks for the one where the walk rests.
function Panel({ job, path, number, state }) {
  const [settled, setSettled] = useState(number);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(number), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [number]);
  const live = useLive(`${path}/minibatches/${settled}`, () => (state === "r" ? 2_000 : 0));
  useEffect(() => live.again(), [state]);
  return html`<aside class="card panel" aria-label=${`Mini-batch ${number}`}>
    ${settled === number ? drawn(live, (one) => html`<${Minibatch} key=${number} job=${job} one=${one} />`, { rows: 4 }) : html`<${Skeleton} rows=${4} />`}</aside>`;
}

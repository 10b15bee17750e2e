// The overview: the steps as a graph, what the numbers suggest, where the time went, the job before.
import { Icon } from "../parts/icons.js";
import { drawn, Empty, Failure, Skeleton } from "../parts/states.js";
import { html, useMemo } from "../view.js";
import { Histogram, Pace, Shares } from "./charts.js";
import { StepGraph } from "./graph.js";
import { Facts } from "./head.js";
import { Versus } from "./versus.js";
import { useSheets, useWhileRunning } from "./source.js";

export default function Overview({ job, path, document, isEnded }) {
  const sheets = useSheets(path, isEnded);
  const insights = useWhileRunning(`${path}/insights`, isEnded);
  const timeoutMs = 1000 * Number(/^PT(\d+)S$/.exec(document.properties.retrySettings.timeout)?.[1] ?? 0);
  // Drawn again for new numbers only: the steps above change more often.
  const charts = useMemo(() => drawn(insights, (told) => html`
    <${Suggestions} found=${told.suggestions} />
    ${told.run || told.pace
      ? html`<div class="cards charts">
          ${told.pace && html`<${Pace} pace=${told.pace} />`}
          ${told.run && html`<${Histogram} run=${told.run} timeoutMs=${timeoutMs} />`}
          <${Shares} time=${told.time} memory=${told.memory} />
          <${Versus} previous=${told.previous} status=${told.status} />
        </div>`
      : html`<${Empty} title=${isEnded ? "No mini-batch was scored" : "No mini-batch is done yet"} icon="clock">
          ${isEnded ? "So there is nothing to measure." : "Charts appear with the first ones; this page follows."}<//>`}`), [insights.data, insights.failure, isEnded, timeoutMs]);
  return html`
    <section class="section" aria-labelledby="steps-title">
      <div class="section-head"><h2 id="steps-title">Steps</h2><span class="hint">a mark in a shard is a mini-batch</span></div>
      ${sheets.failure && !sheets.index && html`<${Failure} failure=${sheets.failure} again=${sheets.again} />`}
      ${!sheets.failure && !sheets.index && html`<${Skeleton} rows=${2} />`}
      ${sheets.index && html`<${StepGraph} job=${job} sheets=${sheets} document=${document} />`}
    </section>
    ${charts}
    <section class="section" aria-labelledby="facts-title"><h2 id="facts-title">Settings</h2><${Facts} document=${document} /></section>`;
}

function Suggestions({ found }) {
  if (!found.length) return null;
  return html`
    <section class="section" aria-labelledby="suggestions-title">
      <h2 id="suggestions-title">Suggestions</h2>
      <ul class="suggestions">
        ${found.map(
          (one) => html`<li key=${one.setting} class="card suggestion">
            <span class="suggestion-mark"><${Icon} name="bulb" /></span>
            <div>
              <p class="suggestion-head"><code>${one.setting}</code>
                <span class="number">${one.current}${one.suggested !== null && html` <${Icon} name="arrow" label="to" /> <strong>${one.suggested}</strong>`}</span></p>
              <p class="soft">${one.why}</p>
            </div>
          </li>`,
        )}
      </ul>
    </section>`;
}

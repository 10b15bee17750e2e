// The timeline: a lane for each scorer process, with what it did when.
import { brief, count, duration, plural } from "../format.js";
import { Icon } from "../parts/icons.js";
import { drawn, Empty } from "../parts/states.js";
import { go, goQuery, place } from "../router.js";
import { useStore } from "../store.js";
import { html, useLayoutEffect, useMemo, useRef, useState } from "../view.js";
import { prepared, useColours } from "./colours.js";
import { AXIS, LANE, moment, paint } from "./lanes.js";
import { partHref, useWhileRunning, useWidth } from "./source.js";
import { WAYS } from "./walk.js";

const [OFTEN_MS, SELDOM_MS] = [4_000, 30_000];
const BEFORE = 0.1; // of the time shown: how much of what a waiting scorer did before the job
const KINDS = { i: ["init", "init()"], w: ["files", "waiting for files"], r: ["run", "run()"], f: ["lost", "run() with failed files"] };

export default function TimelinePart({ job, path, isEnded }) {
  const { query } = useStore(place);
  const [from, to] = [query.get("from_ms") ?? "", query.get("to_ms") ?? ""];
  const looked = from && to ? `&from_ms=${encodeURIComponent(from)}&to_ms=${encodeURIComponent(to)}` : "";
  const live = useWhileRunning(`${path}/timeline?most=4000${looked}`, isEnded, pause);
  return drawn(live, (timeline) =>
    timeline.scorers.length
      ? html`<${Timeline} job=${job} timeline=${timeline} isZoomed=${Boolean(looked)} />`
      : html`<${Empty} title=${isEnded ? "Nothing was recorded" : "No scorer has begun"} icon="clock">
          ${looked ? html`<button type="button" class="button" onClick=${() => goQuery({ from_ms: "", to_ms: "" })}>Show all of the time</button>` : isEnded ? "The job ended before a scorer began." : "Lanes appear with the first mini-batches."}<//>`,
  );
}

// A picture of a long time is read again whole: when a fiftieth of it is new, not each few seconds.
function pause(timeline) {
  const { start_ms: starts } = timeline?.spans ?? { start_ms: [] };
  const length = starts.length ? starts.at(-1) - starts[0] : 0;
  return Math.min(SELDOM_MS, Math.max(OFTEN_MS, length / 50));
}

function rowsOf({ spans }) {
  return spans.scorer.map((scorer, at) => ({
    scorer,
    kind: spans.kind[at] === "r" && spans.failed[at] > 0 ? "f" : spans.kind[at],
    start: spans.start_ms[at],
    ms: spans.ms[at],
    busy: spans.busy_ms[at],
    first: spans.first[at],
    count: spans.count[at],
    failed: spans.failed[at],
  })).filter((one) => KINDS[one.kind]);
}

function Timeline({ job, timeline, isZoomed }) {
  const rows = useMemo(() => rowsOf(timeline), [timeline]);
  const end = Math.max(...rows.map((one) => one.start + one.ms));
  const first = Math.min(...[0].filter(() => !isZoomed), ...rows.map((one) => one.start));
  const start = isZoomed ? first : Math.max(first, -BEFORE * end);
  return html`
    <section class="section" aria-labelledby="timeline-title">
      <div class="section-head"><h2 id="timeline-title">${plural(timeline.scorer_count, "scorer process", "scorer processes")}, ${duration(end - Math.max(0, start))}</h2>
        <p class="faint legend">${Object.values(KINDS).map(([kind, words]) => html`<span key=${kind} class=${`key share-key-${kind}`}>${words}</span>`)}<span class="key gap">waiting for work</span></p></div>
      <div class="zooms">
        <button type="button" class="button" onClick=${() => zoom(start, end, 0.5)}><${Icon} name="search" />Closer</button>
        <button type="button" class="button" disabled=${!isZoomed} onClick=${() => shift(start, end, -0.5)}><${Icon} name="left" />Earlier</button>
        <button type="button" class="button" disabled=${!isZoomed} onClick=${() => shift(start, end, 0.5)}>Later<${Icon} name="right" /></button>
        <button type="button" class="button" disabled=${!isZoomed} onClick=${() => goQuery({ from_ms: "", to_ms: "" })}>All of it</button>
        <span class="hint">${timeline.is_thinned ? `${count(timeline.total_spans)} spans, put together by equal parts of the time: look closer for each. ` : ""}Drag over a part to look closer; click a span for its mini-batch, or walk by the arrow keys.</span>
      </div>
      <${Lanes} job=${job} timeline=${timeline} rows=${rows} start=${start} end=${end} />
      <${Summary} timeline=${timeline} rows=${rows} />
    </section>`;
}

const range = (from, to) => goQuery({ from_ms: Math.max(0, Math.round(from)), to_ms: Math.max(1, Math.round(to)) });
const zoom = (start, end, by) => range(start + ((1 - by) * (end - start)) / 2, end - ((1 - by) * (end - start)) / 2);
const shift = (start, end, by) => range(start + by * (end - start), end + by * (end - start));

function Lanes({ job, timeline, rows, start, end }) {
  const [frame, width] = useWidth();
  const canvas = useRef(null);
  const tip = useRef(null);
  const drag = useRef(null);
  const colours = useColours();
  const label = width < 560 ? 0 : 150;
  const height = AXIS + timeline.scorers.length * LANE;
  const x = (ms) => label + ((width - label) * (ms - start)) / Math.max(1, end - start);
  const at = (px) => start + ((px - label) * (end - start)) / Math.max(1, width - label);
  const [chosen, setChosen] = useState(null);
  const batches = useMemo(() => rows.filter((one) => one.kind !== "w"), [rows]);
  const span = chosen && batches.find((one) => one.scorer === chosen.scorer && one.start === chosen.start);
  const open = (one) => one && one.kind !== "i" && go(partHref(job, "mini-batches", { mini_batch: one.first }));
  useLayoutEffect(() => {
    const context = prepared(canvas.current, width, height);
    paint(context, { timeline, rows, width, height, label, x, start, end, colours });
  }, [timeline, rows, width, colours]);
  const where = (event) => {
    const box = canvas.current.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spanAt = ([px, py]) => {
    const lane = Math.floor((py - AXIS) / LANE);
    const slack = (end - start) / Math.max(1, width - label);
    return rows.findLast((one) => one.scorer === lane && at(px) >= one.start - slack && at(px) <= one.start + one.ms + slack);
  };
  const hover = (event) => {
    const [px, py] = where(event);
    const found = drag.current === null ? spanAt([px, py]) : null;
    tip.current.hidden = !found;
    if (!found) return;
    tip.current.textContent = told(found, timeline);
    tip.current.className = px > width / 2 ? "tip left" : "tip";
    tip.current.style.setProperty("left", `${px}px`);
    tip.current.style.setProperty("top", `${py + 14}px`);
  };
  const release = (event) => {
    const [px, py] = where(event);
    const from = drag.current;
    drag.current = null;
    if (from === null) return;
    if (Math.abs(px - from) > 8) return range(at(Math.min(px, from)), at(Math.max(px, from)));
    open(spanAt([px, py]));
  };
  const onKey = (event) => {
    if (event.key === "Enter") open(span);
    else if (WAYS[event.key]) setChosen(WAYS[event.key](batches, span) ?? chosen);
    else return;
    event.preventDefault();
  };
  return html`
    <div class="card timeline"><div class="timeline-frame" ref=${frame} role="slider" tabindex="0" aria-label="What each scorer did when" aria-orientation="horizontal"
      aria-valuemin="1" aria-valuemax=${batches.length} aria-valuenow=${span ? batches.indexOf(span) + 1 : 1} aria-valuetext=${span ? told(span, timeline) : "None is chosen"} onKeyDown=${onKey}>
      <canvas ref=${canvas} style=${{ width: `${width}px`, height: `${height}px` }} aria-hidden="true"
        onPointerDown=${(event) => (drag.current = where(event)[0])} onPointerUp=${release} onPointerMove=${hover} onPointerLeave=${() => ((tip.current.hidden = true), (drag.current = null))}></canvas>
      ${span && html`<${Chosen} left=${Math.max(label, x(span.start))} right=${Math.max(label, x(span.start + span.ms))} width=${width} lane=${span.scorer} words=${told(span, timeline)} />`}
      <span class="tip" ref=${tip} hidden></span>
    </div></div>`;
}

const Chosen = ({ left, right, width, lane, words }) => html`
  <span class="grid-chosen" style=${{ left: `${left - 3}px`, top: `${AXIS + lane * LANE}px`, width: `${Math.max(3, right - left) + 5}px`, height: `${LANE}px` }}></span>
  <span class=${left > width / 2 ? "tip left" : "tip"} style=${{ left: `${left}px`, top: `${AXIS + (lane + 1) * LANE + 4}px` }}>${words}</span>`;

function told(one, { scorers }) {
  const what = one.kind === "i" ? KINDS.i[1] : `${KINDS[one.kind][1]}, mini-batch ${one.first}${one.count > 1 ? ` and ${count(one.count - 1)} more` : ""}`;
  return `${scorers[one.scorer]}: ${what}, ${brief(one.ms)}, from ${moment(one.start)}`;
}

function Summary({ timeline, rows }) {
  const sums = useMemo(() => {
    const all = timeline.scorers.map(() => ({ i: 0, w: 0, r: 0, batches: 0, failed: 0, first: Infinity, last: 0 }));
    for (const one of rows) {
      const sum = all[one.scorer];
      sum[one.kind === "f" ? "r" : one.kind] += one.busy ?? one.ms;
      if (one.kind === "r" || one.kind === "f") sum.batches += one.count;
      sum.failed += one.failed;
      sum.first = Math.min(sum.first, one.start);
      sum.last = Math.max(sum.last, one.start + one.ms);
    }
    return all;
  }, [rows]);
  return html`
    <details class="as-table"><summary>As a table</summary>
      <div class="table-frame" role="region" aria-label="What each scorer did" tabindex="0"><table class="figures">
        <thead><tr>${["Scorer", "Mini-batches", "With failures", "init()", "Waiting for files", "run()", "Present"].map((head) => html`<th key=${head} scope="col">${head}</th>`)}</tr></thead>
        <tbody>${sums.map((sum, at) => html`<tr key=${timeline.scorers[at]}><th scope="row"><code>${timeline.scorers[at]}</code></th>
          <td>${count(sum.batches)}</td><td>${count(sum.failed)}</td><td>${brief(sum.i)}</td><td>${brief(sum.w)}</td><td>${brief(sum.r)}</td><td>${duration(sum.last - sum.first)}</td></tr>`)}</tbody>
      </table></div></details>`;
}

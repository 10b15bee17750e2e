// The steps of a job as a graph: plan, shards side by side, mini-batches in them, and the fan-in.
import { bytes, count, plural } from "../format.js";
import { ENDED } from "../parts/status.js";
import { html } from "../view.js";
import { counted, partHref, sizeOf, useWidth } from "./source.js";

const ROW = 44;
const STRIP = 12;
const MOST_ROWS = 8;
const BOX = 64;
const ORDER = ["s", "p", "f", "r", "w"];

// Shards in at most MOST_ROWS lanes, each with how its mini-batches are.
export function lanes({ index, sheets }) {
  const by = Math.max(1, Math.ceil(index.shards / MOST_ROWS));
  const found = [];
  for (let first = 0; first < index.shards; first += by) {
    const last = Math.min(index.shards, first + by) - 1;
    const lane = { first, last, all: 0, counts: { w: 0, r: 0, s: 0, p: 0, f: 0 }, states: "" };
    for (let shard = first; shard <= last; shard += 1) {
      const size = sizeOf(shard, index);
      const counts = sheets.has(shard) ? counted(sheets.get(shard).states) : { w: size };
      lane.all += size;
      for (const key of Object.keys(counts)) lane.counts[key] += counts[key];
    }
    // One shard shows its mini-batches in their order; several together show how many are how.
    lane.states = first === last ? (sheets.get(first)?.states ?? "") : "";
    found.push(lane);
  }
  return found;
}

export function StepGraph({ job, sheets, document }) {
  const [frame, width] = useWidth();
  const found = lanes(sheets);
  const isNarrow = width < 560;
  const draw = isNarrow ? Down : Across;
  return html`<div class="card graph" ref=${frame}><${draw} width=${width} job=${job} lanes=${found} steps=${steps(sheets.index, document)} size=${sheets.index.shard_size} /></div>`;
}

const MOVING = new Set(["Preparing", "Running", "Finalizing"]);

// What stands in the boxes at both ends.
function steps(index, { properties }) {
  const { status, progress, outputs } = properties;
  const isOver = ENDED.has(status);
  const plan = { title: "Plan", state: index.mini_batches ? "done" : isOver ? "off" : "busy", lines: [plural(index.files, "file"), `${count(index.mini_batches)} × ${count(index.mini_batch_size)}`] };
  const words = { Completed: "published", Failed: "not published", Canceled: "not published", Finalizing: "being written" }[status] ?? "waits for all";
  const state = { Completed: "done", Failed: "failed", Canceled: "off", Finalizing: "busy" }[status] ?? "off";
  const rows = progress ? plural(progress.rows, "row") : "no rows";
  return { plan, end: { title: "Fan-in", state, lines: [words, outputs.bytes ? `${rows}, ${bytes(outputs.bytes)}` : rows] }, isMoving: MOVING.has(status) };
}

const MARKS = { done: "✓", failed: "✕", busy: "…", off: "–" };

const Box = ({ x, y, width, step, to }) => html`
  <a href=${to} class=${`step ${step.state}`}>
    <rect x=${x} y=${y} width=${width} height=${BOX} rx="8" />
    <text class="step-title" x=${x + 12} y=${y + 21}>${step.title}</text>
    <text class="step-mark" aria-hidden="true" x=${x + width - 12} y=${y + 21}>${MARKS[step.state]}</text>
    ${step.lines.map((line, at) => html`<text key=${at} class="step-line" x=${x + 12} y=${y + 38 + 15 * at}>${line}</text>`)}
  </a>`;

function Lane({ job, lane, x, y, width, size }) {
  const { counts, all, first, last } = lane;
  const done = counts.s + counts.p + counts.f;
  const name = first === last ? `Shard ${first}` : `Shards ${first}–${last}`;
  const bad = counts.f + counts.p;
  const facts = [`${count(done)} / ${count(all)}`, bad && `${count(bad)} with failures`, counts.r && `${count(counts.r)} running`];
  const words = facts.slice(0, width < 330 ? 2 : 3).filter(Boolean).join(", ");
  const step = all ? (width - 2) / all : 0;
  return html`
    <a href=${partHref(job, "mini-batches", { mini_batch: first * size })} class="lane">
      <rect class="lane-frame" x=${x} y=${y} width=${width} height=${ROW - 10} rx="5" />
      ${runs(lane).map(([state, from, length]) => html`<rect key=${from} class=${`lane-${state}`} x=${x + 1 + from * step} y=${y + ROW - 11 - STRIP}
        width=${Math.max(0.5, length * step - (step > 2.5 ? 0.75 : 0))} height=${STRIP} />`)}
      <text class="step-line" x=${x + 9} y=${y + 15}>${name}</text>
      <text class="step-line end" x=${x + width - 9} y=${y + 15}>${words}</text>
    </a>`;
}

// Runs of mini-batches alike: [state, the first one's place, how many]; one by one where there is room.
function runs({ states, counts, all }) {
  const found = [];
  if (!states) {
    let at = 0;
    for (const key of ORDER) {
      if (counts[key]) found.push([key, at, counts[key]]);
      at += counts[key];
    }
    return found;
  }
  for (let at = 0; at < states.length; at += 1) {
    const last = found.at(-1);
    if (last && last[0] === states[at] && all > 240) last[2] += 1;
    else found.push([states[at], at, 1]);
  }
  return found;
}

const wire = (x1, y1, x2, y2) => {
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
};

function Across({ width, job, lanes: found, steps: { plan, end, isMoving }, size }) {
  const box = Math.min(190, width * 0.22);
  const gap = Math.min(90, width * 0.09);
  const height = Math.max(BOX, found.length * ROW - 10) + 4;
  const middle = height / 2;
  const [left, right] = [box + gap, width - box - gap];
  const top = middle - (found.length * ROW - 10) / 2;
  return html`
    <svg width=${width} height=${height} role="group" aria-label="Steps of the job">
      ${found.map((one, at) => {
        const y = top + at * ROW + (ROW - 10) / 2;
        const isDone = one.counts.w + one.counts.r === 0;
        const isBusy = isMoving && one.counts.w < one.all;
        return html`<g key=${one.first} class=${`wires ${isDone ? "done" : isBusy ? "busy" : ""}`}>
          <path d=${wire(box, middle, left, y)} /><path d=${wire(right, y, width - box, middle)} /></g>`;
      })}
      <${Box} x=${0.5} y=${middle - BOX / 2} width=${box - 1} step=${plan} to=${partHref(job, "logs")} />
      ${found.map((one, at) => html`<${Lane} key=${one.first} job=${job} lane=${one} x=${left} y=${top + at * ROW} width=${right - left} size=${size} />`)}
      <${Box} x=${width - box + 0.5} y=${middle - BOX / 2} width=${box - 1} step=${end} to=${partHref(job, "outputs")} />
    </svg>`;
}

// The same from top to bottom, for small screens.
function Down({ width, job, lanes: found, steps: { plan, end }, size }) {
  const gap = 26;
  const first = BOX + gap;
  const last = first + found.length * ROW - 10;
  const middle = width / 2;
  return html`
    <svg width=${width} height=${last + gap + BOX + 2} role="group" aria-label="Steps of the job">
      <g class="wires"><path d=${`M${middle} ${BOX}V${first}M${middle} ${last}V${last + gap}`} /></g>
      <${Box} x=${0.5} y=${0.5} width=${width - 1} step=${plan} to=${partHref(job, "logs")} />
      ${found.map((one, at) => html`<${Lane} key=${one.first} job=${job} lane=${one} x=${0.5} y=${first + at * ROW} width=${width - 1} size=${size} />`)}
      <${Box} x=${0.5} y=${last + gap} width=${width - 1} step=${end} to=${partHref(job, "outputs")} />
    </svg>`;
}

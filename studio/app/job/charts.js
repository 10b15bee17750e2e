// Small charts in SVG. Each has its numbers in words, for whoever does not see it.
import { brief, count, decimal, duration, plural } from "../format.js";
import { html } from "../view.js";
import { useWidth } from "./source.js";

const HEIGHT = 132;
const FOOT = 18;
const MOST_BARS = 72;
const WIDEST = 40; // of a bar, in pixels: few of them do not fill the card

export function Pace({ pace }) {
  const [frame, width] = useWidth(480);
  const { ms, files, failed } = binned(pace);
  const perSecond = (value) => (1000 * value) / ms;
  const top = Math.max(...files) || 1;
  const step = Math.min(WIDEST, width / files.length);
  const total = duration(ms * files.length);
  const y = (value) => ((HEIGHT - FOOT - 14) * value) / top;
  return html`
    <figure class="card chart" ref=${frame}>
      <figcaption><h3>Files per second</h3><p class="faint legend"><span class="key done">scored</span><span class="key lost">failed</span></p></figcaption>
      <svg width=${width} height=${HEIGHT} role="img"
        aria-label=${`At most ${decimal(perSecond(top))} files per second; ${plural(sum(files), "file")} in ${total}, of which ${count(sum(failed))} failed.`}>
        <${Grid} width=${width} top=${`${decimal(perSecond(top))} /s`} />
        ${files.map((value, at) => {
          const lost = y(failed[at]);
          const good = y(value - failed[at]);
          return html`<g key=${at}><title>${`${duration(at * ms)}: ${decimal(perSecond(value))} files/s${failed[at] ? `, ${count(failed[at])} failed` : ""}`}</title>
            <rect class="bar-hit" x=${at * step} y="0" width=${step} height=${HEIGHT - FOOT} />
            <rect class="bar-done" x=${at * step + 0.5} y=${HEIGHT - FOOT - good - lost} width=${Math.max(1, step - 1)} height=${good} />
            <rect class="bar-lost" x=${at * step + 0.5} y=${HEIGHT - FOOT - lost} width=${Math.max(1, step - 1)} height=${lost} /></g>`;
        })}
        <text class="tick" x="0" y=${HEIGHT - 4}>start</text><text class=${step * files.length < 90 ? "tick" : "tick end"} x=${Math.max(step * files.length, 40)} y=${HEIGHT - 4}>${total}</text>
      </svg>
    </figure>`;
}

function binned({ step_ms: ms, files, failed }) {
  const by = Math.ceil(files.length / MOST_BARS);
  const together = (values) =>
    Array.from({ length: Math.ceil(values.length / by) }, (_, at) => sum(values.slice(at * by, (at + 1) * by)));
  return { ms: ms * by, files: together(files), failed: together(failed) };
}

const sum = (values) => values.reduce((all, one) => all + one, 0);

const Grid = ({ width, top }) => html`
  <line class="grid-line" x1="0" x2=${width} y1="13.5" y2="13.5" /><line class="grid-line" x1="0" x2=${width} y1=${HEIGHT - FOOT + 0.5} y2=${HEIGHT - FOOT + 0.5} />
  <text class="tick" x="0" y="10">${top}</text>`;

export function Histogram({ run, timeoutMs }) {
  const [frame, width] = useWidth(480);
  const { edges_ms: edges, counts } = run.histogram;
  const top = Math.max(...counts);
  const step = Math.min(WIDEST, width / counts.length);
  const end = step * counts.length;
  const place = (ms) => step * positionIn(edges, ms);
  const marks = [["median", run.p50_ms], ["p95", run.p95_ms], ...(timeoutMs && timeoutMs <= run.max_ms ? [["timeout", timeoutMs]] : [])];
  return html`
    <figure class="card chart" ref=${frame}>
      <figcaption><h3>How long run() took</h3>
        <p class="faint number">median ${brief(run.p50_ms)} · p95 ${brief(run.p95_ms)} · longest ${brief(run.max_ms)}${timeoutMs > 0 && ` · timeout ${brief(timeoutMs)}`}</p></figcaption>
      <svg width=${width} height=${HEIGHT} role="img"
        aria-label=${`${plural(run.count, "run")} of run(): half within ${brief(run.p50_ms)}, 95 % within ${brief(run.p95_ms)}, the longest ${brief(run.max_ms)}.`}>
        <${Grid} width=${width} top=${plural(top, "run")} />
        ${counts.map((value, at) => html`<g key=${at}><title>${`${brief(edges[at])} – ${brief(edges[at + 1])}: ${plural(value, "run")}`}</title>
          <rect class="bar-hit" x=${at * step} y="0" width=${step} height=${HEIGHT - FOOT} />
          <rect class=${timeoutMs && edges[at + 1] > timeoutMs ? "bar-lost" : "bar-run"} x=${at * step + 1} width=${Math.max(1, step - 2)}
            y=${HEIGHT - FOOT - tall(value, top)} height=${tall(value, top)} rx="1.5" /></g>`)}
        ${marks.map(([words, ms]) => html`<g key=${words} class=${`mark ${words}`}>
          <line x1=${place(ms)} x2=${place(ms)} y1="14" y2=${HEIGHT - FOOT} />
          <text class=${words === "p95" && place(ms) < width - 30 ? "tick" : "tick end"} x=${place(ms) + (words === "p95" && place(ms) < width - 30 ? 4 : -4)} y=${place(ms) > 110 ? 10 : 24}>${words}</text></g>`)}
        <text class="tick" x="0" y=${HEIGHT - 4}>${brief(edges[0])}</text><text class=${end < 120 ? "tick" : "tick end"} x=${Math.max(end, 60)} y=${HEIGHT - 4}>${brief(edges.at(-1))}</text>
      </svg>
    </figure>`;
}

const tall = (value, top) => (value ? Math.max(2, ((HEIGHT - FOOT - 14) * value) / top) : 0);

// Where a duration stands among the edges, which grow by a factor: 2.5 is in the middle of the third bar.
function positionIn(edges, ms) {
  const last = edges.length - 2;
  const at = Math.min(last, Math.max(0, edges.findLastIndex((edge) => edge <= ms)));
  const [low, high] = [Math.max(edges[at], 1e-6), Math.max(edges[at + 1], 2e-6)];
  return at + Math.min(1, Math.max(0, Math.log(Math.max(ms, low) / low) / Math.log(high / low) || 0));
}

const SHARES = [
  ["run", "run()"],
  ["init", "init()"],
  ["files", "waiting for files"],
  ["rest", "handing out, staging, waiting for work"],
];

export function Shares({ time: spent, memory }) {
  if (!spent) return null;
  let left = 0;
  const parts = SHARES.map(([key, words]) => {
    const share = spent.shares[key] ?? 0;
    const part = { key, words, share, x: left };
    left += 100 * share;
    return part;
  });
  const kinds = Object.entries(spent.failed_tries.by_kind);
  return html`
    <figure class="card chart wide-chart">
      <figcaption><h3>Where the scorers' time went</h3><p class="faint">${plural(spent.scorers, "scorer process", "scorer processes")}, ${brief(spent.beside_run_ms)} beside run() for each mini-batch</p></figcaption>
      <svg class="shares" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        ${parts.map(({ key, share, x }) => html`<rect key=${key} class=${`share-${key}`} x=${x} width=${100 * share} height="10" />`)}
      </svg>
      <dl class="share-list">
        ${parts.map(({ key, words, share }) => html`<div key=${key}><dt><span class=${`swatch share-${key}`} aria-hidden="true"></span>${words}</dt><dd class="number">${decimal(Math.round(1000 * share) / 10)} %</dd></div>`)}
        ${kinds.length > 0 &&
        html`<div><dt>failed tries <span class="faint">(${kinds.map(([kind, many]) => `${kind}: ${many}`).join(", ")})</span></dt><dd class="number">${duration(spent.failed_tries.ms)}</dd></div>`}
        ${memory && html`<div><dt>most memory of a scorer</dt><dd class="number">${count(memory.highest_mb)} of ${count(memory.limit_mb)} MB</dd></div>`}
      </dl>
    </figure>`;
}

// The job beside the one before it, of the same deployment.
import { count, decimal, duration } from "../format.js";
import { Status } from "../parts/status.js";
import { Time } from "../parts/time.js";
import { jobHref } from "../router.js";
import { html } from "../view.js";

const FIGURES = [
  ["Files", "files", count, 0],
  ["Failed files", "failed_files", count, -1],
  ["Rows", "rows", count, 0],
  ["Tried again", "retries", count, -1],
  ["Scoring took", "duration_s", (value) => duration(value === null ? null : 1000 * value), -1],
  ["Files per second", "files_per_s", decimal, 1],
];
const NEGLIGIBLE = 0.05; // a change below it is noise

export function Versus({ previous, status }) {
  if (!previous) return null;
  const { before, now } = previous;
  // A job that did not end as planned did less: that is neither better nor worse.
  const isFair = status === "Completed" && previous.status === "Completed";
  const judged = (key, good) => (isFair && (key === "files_per_s" || before.files === now.files) ? good : 0);
  return html`
    <figure class="card chart wide-chart">
      <figcaption><h3>Since the job before</h3>
        <p class="faint"><a href=${jobHref(previous.job)}>${previous.job}</a> <${Status} value=${previous.status} /> <${Time} at=${previous.created_at} /></p></figcaption>
      <div class="versus-split"><table class="versus">
        <thead><tr><th scope="col"><span class="offscreen">Figure</span></th><th scope="col">Before</th><th scope="col">Now</th><th scope="col"><span class="offscreen">Change</span></th></tr></thead>
        <tbody>
          ${FIGURES.map(([words, key, say, good]) => html`<tr key=${key}>
            <th scope="row">${words}</th><td class="number">${say(before[key])}</td><td class="number">${say(now[key])}</td>
            <td><${Change} before=${before[key]} now=${now[key]} good=${judged(key, good)} /></td></tr>`)}
        </tbody>
      </table>
      ${previous.changed.length > 0 &&
      html`<details open class="changed"><summary>Settings that differ</summary>
        <dl>${previous.changed.map(({ setting, before: old, now: fresh }) => html`<div key=${setting}><dt><code>${setting}</code></dt>
          <dd><del>${shown(old)}</del> <ins>${shown(fresh)}</ins></dd></div>`)}</dl></details>`}</div>
    </figure>`;
}

const shown = (value) => (value === null ? "none" : Array.isArray(value) ? value.join(", ") || "none" : String(value));

// `good` is 1 if more is better, -1 if less is, 0 if neither.
function Change({ before, now, good }) {
  if (before === null || now === null || before === now) return html`<span class="faint">${before === now ? "same" : ""}</span>`;
  const share = before ? (now - before) / before : null;
  const words = share === null ? `+${count(now)}` : `${share > 0 ? "+" : "−"}${decimal(Math.abs(Math.round(1000 * share) / 10))} %`;
  const isNoise = share !== null && Math.abs(share) < NEGLIGIBLE;
  const kind = !good || isNoise ? "faint" : Math.sign(now - before) === good ? "good-text" : "bad-text";
  const judged = kind === "good-text" ? "better" : kind === "bad-text" ? "worse" : "";
  return html`<span class=${`number ${kind}`}>${words}${judged && html` <span class="judged">${judged}</span>`}</span>`;
}

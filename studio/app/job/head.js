// The top of a job's page: how it is, how far it is, and what may be done with it.
import { count, decimal, duration, plural } from "../format.js";
import { Id } from "../parts/copy.js";
import { Icon } from "../parts/icons.js";
import { ENDED } from "../parts/status.js";
import { Time, Took } from "../parts/time.js";
import { endpointHref, href } from "../router.js";
import { html } from "../view.js";
import { partHref } from "./source.js";

export function Head({ job, document, part }) {
  const { properties, systemData } = document;
  const { progress } = properties;
  return html`
    <p class="meta">
      <span><a href=${endpointHref(properties.endpointName)}>${properties.endpointName}</a> / ${properties.deploymentName}</span>
      <span>${properties.model}</span>
      <span>created <${Time} at=${systemData.createdAt} /> by ${systemData.createdBy}</span>
      ${properties.startTime && html`<span>${properties.endTime ? "took" : "runs for"} <${Took} from=${properties.startTime} to=${properties.endTime} /></span>`}
    </p>
    <${Verdict} job=${job} properties=${properties} part=${part} />
    ${progress && html`<${Progress} job=${job} progress=${progress} status=${properties.status} isShort=${Boolean(part)} />`}`;
}

// All that the job was asked for, on its overview.
export function Facts({ document }) {
  const { properties } = document;
  const input = Object.values(properties.inputData)[0];
  const facts = [
    ["Experiment", properties.experimentName],
    ["Mini-batch", plural(properties.miniBatchSize, "file")],
    ["At once", plural(properties.compute.instanceCount * properties.maxConcurrencyPerInstance, "mini-batch", "mini-batches")],
    ["Tries", `${properties.retrySettings.maxRetries}, each up to ${seconds(properties.retrySettings.timeout)}`],
    ["Failures allowed", properties.errorThreshold < 0 ? "any number of files" : plural(properties.errorThreshold, "file")],
    ["Output", properties.outputFileName ?? "what run() writes"],
  ];
  return html`
    <dl class="facts card job-facts">
      <div class="span"><dt>Job</dt><dd><${Id} text=${document.name} label="Copy the job's name" /></dd></div>
      <div class="span"><dt>Input</dt><dd><${Id} text=${input.uri} label="Copy the input's address" /></dd></div>
      ${facts.map(([term, value]) => html`<div key=${term}><dt>${term}</dt><dd>${value}</dd></div>`)}
    </dl>`;
}

const seconds = (text) => (/^PT\d+S$/.test(text) ? duration(1000 * Number(text.slice(2, -1))) : text);

// The reason in words: why it failed, what it warns of.
function Verdict({ job, properties, part }) {
  const { error, status } = properties;
  const warnings = part ? [] : properties.warnings;
  return html`
    ${status === "Paused" && html`<${Paused} suspended=${properties.suspended} />`}
    ${error &&
    html`<div class=${`notice ${status === "Failed" ? "bad" : "warn"}`} role="status"><${Icon} name="warning" />
      <div>${status === "Failed" && html`<strong>It failed.</strong> `}${error.message}</div>
      ${part !== "errors" && properties.progress?.files.failed > 0 && html`<a class="button" href=${partHref(job, "errors")}>See the errors</a>`}</div>`}
    ${!error && warnings.length > 0 &&
    html`<div class="notice warn" role="status"><${Icon} name="warning" />
      <div>${warnings.map((one) => html`<p key=${one}>${one}</p>`)}</div>
      ${part !== "errors" && properties.progress?.files.failed > 0 && html`<a class="button" href=${partHref(job, "errors")}>See the errors</a>`}</div>`}`;
}

// Somebody else may have had it wait: since when, why, and how it goes on.
const Paused = ({ suspended }) => html`
  <div class="notice warn" role="status"><${Icon} name="clock" />
    <div><strong>It is paused</strong> since <${Time} at=${suspended.since} />${suspended.reason && `: ${suspended.reason}`}. ${suspended.message}</div></div>`;

// On the parts beside the overview it is short: they are what is looked at.
function Progress({ job, progress, status, isShort }) {
  const { files, mini_batches: batches } = progress;
  const share = (value) => (files.total ? (100 * value) / files.total : 0);
  const isOver = ENDED.has(status);
  const words = `${count(files.done)} of ${plural(files.total, "file")} done`;
  return html`
    <section class=${isShort ? "card progress short" : "card progress"} aria-label="Progress">
      <div class="progress-head">
        <strong class="number">${Math.floor(share(files.done))} %</strong>
        <span class="soft number">${words}${isShort && files.failed > 0 && html`, <a class="bad-text" href=${partHref(job, "errors")}>${count(files.failed)} failed</a>`}</span>
        <span class="progress-eta number">${isOver ? "" : eta(progress)}</span>
      </div>
      <div class="progress-bar" role="progressbar" aria-label="Files done" aria-valuemin="0" aria-valuemax=${files.total}
        aria-valuenow=${files.done} aria-valuetext=${words}>
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect class="meter-all" width="100" height="8" />
          <rect class=${isOver ? "meter-done" : "meter-busy"} width=${share(files.done)} height="8" />
          <rect class="meter-bad" x=${Math.max(0, share(files.done) - Math.max(share(files.failed), files.failed ? 0.6 : 0))} width=${files.failed ? Math.max(share(files.failed), 0.6) : 0} height="8" />
        </svg>
      </div>
      ${!isShort && html`<dl class="tallies">
        <${Tally} term="Mini-batches" value=${`${count(batches.done)} / ${count(batches.total)}`} to=${partHref(job, "mini-batches")} />
        <${Tally} term="Failed files" value=${count(files.failed)} kind=${files.failed ? "bad-text" : ""} to=${files.failed ? partHref(job, "errors") : null} />
        <${Tally} term="Rows" value=${count(progress.rows)} to=${isOver ? partHref(job, "outputs") : null} />
        <${Tally} term="Tried again" value=${count(progress.retries)} />
        <${Tally} term="Files per second" value=${decimal(progress.files_per_s)} />
        <${Tally} term="Scoring" value=${duration(1000 * progress.elapsed_s)} />
      </dl>`}
    </section>`;
}

const Tally = ({ term, value, kind = "", to }) => html`
  <div><dt>${term}</dt><dd class=${`number ${kind}`}>${to ? html`<a class=${kind} href=${to}>${value}</a>` : value}</dd></div>`;

function eta({ eta: left, files_per_s: rate }) {
  const pace = rate ? `${decimal(rate)} files/s` : "";
  if (!left) return pace;
  const [low, high] = [duration(1000 * left.low_s), duration(1000 * left.high_s)];
  return `${pace} · ${low === high ? `about ${high}` : `${low} – ${high}`} left`;
}

export const crumbs = [["Jobs", href("/jobs")]];

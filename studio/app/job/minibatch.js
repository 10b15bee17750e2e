// One mini-batch: its files, tries, times, errors, and the way to its log.
import { brief, bytes, count, duration, plural } from "../format.js";
import { Icon } from "../parts/icons.js";
import { goQuery } from "../router.js";
import { html } from "../view.js";
import { LogLink } from "./source.js";

const PILLS = {
  waiting: ["off", "clock"],
  running: ["busy", "spinner"],
  succeeded: ["good", "check"],
  "partly failed": ["warn", "warning"],
  failed: ["bad", "cross"],
};
const FEW = 8;

export function Minibatch({ job, one }) {
  const [kind, icon] = PILLS[one.state] ?? PILLS.waiting;
  const { report } = one;
  const logs = Object.entries(one.logs).map(([name, url]) => [name, new URL(url).searchParams.get("name")]);
  return html`
    <header class="section-head"><h3>Mini-batch ${one.number}</h3>
      <span class="panel-end"><span class=${`pill ${kind}`}><${Icon} name=${icon} />${one.state}</span>
        <button type="button" class="icon-button small" aria-label="Close" title="Close" onClick=${() => goQuery({ mini_batch: "" })}><${Icon} name="cross" /></button></span></header>
    <dl class="pairs">
      <div><dt>Files</dt><dd class="number">${count(one.file_count)}${report?.failed_files > 0 && html`, <span class="bad-text">${count(report.failed_files)} failed</span>`}</dd></div>
      ${report && html`
        <div><dt>Rows</dt><dd class="number">${count(report.rows)}</dd></div>
        <div><dt>Tries</dt><dd class="number">${count(report.tries)}</dd></div>
        <div><dt>Took</dt><dd class="number">${brief(1000 * report.seconds)}, run() ${brief(1000 * (report.run_seconds ?? report.seconds))}</dd></div>
        ${report.waited > 0 && html`<div><dt>Waited for files</dt><dd class="number">${brief(1000 * report.waited)}</dd></div>`}`}
      ${one.start_ms !== null && html`<div><dt>Began</dt><dd class="number">${duration(one.start_ms)} after the job</dd></div>`}
      ${one.scorer && html`<div><dt>Scorer</dt><dd><code>${one.scorer}</code></dd></div>`}
    </dl>
    ${one.note && html`<p class="faint">${one.note}</p>`}
    ${logs.length > 0 &&
    html`<p class="links">Log: ${logs.map(([name, log]) => html`<${LogLink} key=${name} job=${job} log=${log} minibatch=${name === "errors" ? one.number : undefined}>${name}<//>`)}</p>`}
    ${one.errors.length > 0 && html`<${Errors} job=${job} one=${one} log=${logs.find(([name]) => name === "errors")?.[1]} />`}
    ${one.failed_tries.length > 0 && html`<${Tries} tries=${one.failed_tries} />`}
    <${Files} one=${one} />`;
}

const saying = ({ error_type: type, message }) => (message.startsWith(`${type}:`) ? message : `${type}: ${message}`);

const Errors = ({ job, one, log }) => html`
  <section aria-label="Errors"><h4>Errors</h4><ul class="error-list">
    ${one.errors.map((error) => html`<li key=${error.file}><strong>${error.file}</strong> <${LogLink} job=${job} log=${log} minibatch=${one.number} file=${error.file}>log<//>
      <pre>${error.message}</pre></li>`)}
  </ul></section>`;

const Tries = ({ tries }) => html`
  <section aria-label="Failed tries"><h4>Failed tries</h4><ol class="error-list">
    ${tries.map((tried, at) => html`<li key=${at}><span class="tag">${tried.kind}</span> <span class="number faint">after ${duration(tried.start_ms)}, took ${brief(1000 * tried.seconds)}</span>
      <pre>${saying(tried)}</pre></li>`)}
  </ol></section>`;

function Files({ one }) {
  const failed = new Set(one.errors.map((error) => error.file));
  const isBad = (name) => failed.has(name) || failed.has(name.split("/").at(-1));
  const list = (files) => html`<ul class="file-list">
    ${files.map((file) => html`<li key=${file.name} class=${isBad(file.name) ? "bad-text" : ""}><${Icon} name=${isBad(file.name) ? "cross" : "file"} label=${isBad(file.name) ? "failed" : undefined} /><span>${file.name}</span><span class="faint number">${bytes(file.size)}</span></li>`)}
  </ul>`;
  const more = one.files.slice(FEW);
  return html`<section aria-label="Files"><h4>Files</h4>${list(one.files.slice(0, FEW))}
    ${more.length > 0 && html`<details><summary>${plural(more.length, "more file")}${one.file_count > one.files.length && ` of ${count(one.file_count - FEW)}`}</summary>${list(more)}</details>`}</section>`;
}

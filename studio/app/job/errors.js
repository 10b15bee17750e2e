// Errors by their cause: the most files first, behind each its files, and from a file to its log.
import { get } from "../api.js";
import { count, plural } from "../format.js";
import { Icon } from "../parts/icons.js";
import { drawn, Empty, Failure } from "../parts/states.js";
import { goQuery, place } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useState } from "../view.js";
import { LogLink, partHref, useWhileRunning } from "./source.js";

const PAGE = 50;
const STAGES = { download: "while it was downloaded", score: "in run()", init: "in init()", output: "while its rows were read" };

export default function Errors({ job, path, document, isEnded }) {
  const { query } = useStore(place);
  const live = useWhileRunning(`${path}/errors/groups?most=100`, isEnded);
  return drawn(live, (found) => {
    if (!found.groups.length) return html`<${NoErrors} job=${job} document=${document} isEnded=${isEnded} />`;
    const most = found.groups[0].files;
    return html`
      <section class="section" aria-labelledby="causes-title">
        <div class="section-head"><h2 id="causes-title">${plural(found.group_count, "cause")} behind ${plural(found.failed_files, "failed file")}</h2>
          ${found.group_count > found.groups.length && html`<span class="faint">the ${found.groups.length} with the most files are shown</span>`}</div>
        <ul class="causes">${found.groups.map((group) => html`<${Group} key=${group.id} job=${job} path=${path} group=${group} most=${most} isOpen=${query.get("cause") === group.id} />`)}</ul>
      </section>`;
  });
}

function NoErrors({ job, document, isEnded }) {
  const failed = document.properties.progress?.files.failed ?? 0;
  if (failed > 0) return html`<${Empty} title="Not recorded yet" icon="clock">${plural(failed, "file")} failed; the causes are known once their mini-batches are written.<//>`;
  if (document.properties.error) return html`<${Empty} title="No file failed by itself" icon="warning">The job ended by: ${document.properties.error.message} <a href=${partHref(job, "logs")}>Look at its logs.</a><//>`;
  return html`<${Empty} title=${isEnded ? "No file failed" : "No file failed so far"} icon="check" />`;
}

function Group({ job, path, group, most, isOpen }) {
  const title = `cause-${group.id}`;
  return html`
    <li class=${`card cause ${isOpen ? "open" : ""}`}>
      <div class="cause-head">
        <span class="cause-count"><strong class="number">${count(group.files)}</strong><span class="faint">${group.files === 1 ? "file" : "files"}</span></span>
        <div class="cause-words">
          <h3 id=${title}>${group.error_type}${group.message !== group.error_type && html`: <span class="cause-message">${group.message}</span>`}</h3>
          <p class="faint">${group.where ? html`<code>${group.where}</code> · ` : ""}${STAGES[group.stage] ?? group.stage} · ${plural(group.mini_batches, "mini-batch", "mini-batches")}${group.inferred > 0 && ` · ${count(group.inferred)} inferred from their mini-batch`}</p>
          <svg class="cause-bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true"><rect class="meter-all" width="100" height="3" /><rect class="meter-bad" width=${(100 * group.files) / most} height="3" /></svg>
        </div>
        <span class="cause-end">
          ${group.log && html`<a class="button quiet" href=${partHref(job, "logs", { log: group.log.name, mini_batch: group.first, file: group.first_files?.[0] })}><${Icon} name="list" />First in the log</a>`}
          <button type="button" class="button" aria-expanded=${isOpen} aria-describedby=${title} onClick=${() => goQuery({ cause: isOpen ? "" : group.id })}><${Icon} name=${isOpen ? "down" : "right"} />Files</button>
        </span>
      </div>
      ${group.example !== `${group.error_type}: ${group.message}` && html`<pre class="example" tabindex="0" aria-label="An example">${group.example}</pre>`}
      ${isOpen && html`<${Files} job=${job} path=${path} group=${group} />`}
    </li>`;
}

function Files({ job, path, group }) {
  const [state, setState] = useState({ files: [], next: `${path}/errors/groups/${encodeURIComponent(group.id)}?$top=${PAGE}`, isLoading: true, failure: null });
  const more = async () => {
    setState((now) => ({ ...now, isLoading: true, failure: null }));
    try {
      const page = await get(state.next);
      setState((now) => ({ files: [...now.files, ...page.value], next: page.nextLink, isLoading: false, failure: null }));
    } catch (failure) {
      setState((now) => ({ ...now, isLoading: false, failure }));
    }
  };
  useEffect(() => {
    more();
  }, []);
  return html`
    <div class="cause-files">
      ${state.failure && html`<${Failure} failure=${state.failure} again=${more} />`}
      <table class="figures"><caption class="offscreen">Files that failed by this cause</caption>
        <thead><tr><th scope="col">File</th><th scope="col">Mini-batch</th><th scope="col" class="grow">Error</th><th scope="col">Log</th></tr></thead>
        <tbody>${state.files.map((one) => html`<tr key=${`${one.mini_batch} ${one.file}`}>
          <th scope="row">${one.file}</th>
          <td><a href=${partHref(job, "mini-batches", { mini_batch: one.mini_batch })} aria-label=${`Mini-batch ${one.mini_batch}`}>${one.mini_batch}</a></td>
          <td class="grow"><span class="clamp">${one.message}</span></td>
          <td>${one.log && html`<${LogLink} job=${job} log=${one.log.name} minibatch=${one.mini_batch} file=${one.file}>its line<//>`}</td></tr>`)}</tbody>
      </table>
      ${state.next && html`<p class="more"><button type="button" class="button" disabled=${state.isLoading} onClick=${more}>${state.isLoading ? "Loading …" : "More files"}</button>
        <span class="faint" role="status">${count(state.files.length)} of ${count(group.files)}</span></p>`}
    </div>`;
}

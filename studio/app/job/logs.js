// Logs: the list of them, and one of them: followed while it grows, searched, or shown at a line.
import { bytes } from "../format.js";
import { drawn, Empty } from "../parts/states.js";
import { goQuery, place } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useRef } from "../view.js";
import { LogView } from "./log_view.js";
import { useWhileRunning } from "./source.js";

const LIST_MS = 6_000;
// What people look for first.
const FIRST = [/user_logs\/std_log/, /user\/error\.txt$/, /job_progress/, /user\/error\//, /stdout/];

export default function Logs({ path, isEnded }) {
  const { query } = useStore(place);
  const live = useWhileRunning(`${path}/logs`, isEnded, () => LIST_MS);
  return drawn(live, ({ value }) => {
    if (!value.length) return html`<${Empty} title="No logs yet" icon="list">${isEnded ? "The job wrote none." : "They appear with the first mini-batches."}<//>`;
    const name = query.get("log") ?? usual(value);
    const known = value.some((one) => one.name === name);
    return html`
      <div class="logs">
        <${Names} logs=${value} chosen=${name} />
        ${known
          ? html`<${LogView} key=${name} path=${path} name=${name} isEnded=${isEnded} minibatch=${query.get("mini_batch") ?? ""} file=${query.get("file") ?? ""} at=${query.get("at") ?? ""} search=${query.get("search") ?? ""} />`
          : html`<${Empty} title="There is no such log" icon="search">${name} is not among this job's logs. Choose one of them.<//>`}
      </div>`;
  });
}

const usual = (logs) => FIRST.map((one) => logs.find(({ name, size }) => one.test(name) && size > 0)?.name).find(Boolean) ?? logs[0].name;

function Names({ logs, chosen }) {
  const groups = Map.groupBy ? Map.groupBy(logs, folderOf) : grouped(logs);
  const list = useRef(null);
  useEffect(() => {
    const button = list.current.querySelector("[aria-current]");
    if (button) list.current.scrollTop = button.offsetTop - list.current.clientHeight / 2;
  }, []);
  const choose = (name) => goQuery({ log: name, mini_batch: "", file: "", at: "", search: "" });
  return html`
    <nav ref=${list} class="log-names card" aria-label="Logs">
      <label class="field log-select"><span class="offscreen">Log</span>
        <select value=${chosen} onChange=${(event) => choose(event.target.value)}>${logs.map(({ name, size }) => html`<option key=${name} value=${name}>${name.replace(/^logs\//, "")} (${bytes(size)})</option>`)}</select></label>
      ${[...groups].map(([folder, some]) => html`<div key=${folder} class="log-folder"><h2>${folder || "job"}</h2><ul>
        ${some.map(({ name, size }) => html`<li key=${name}><button type="button" aria-current=${name === chosen ? "true" : undefined} onClick=${() => choose(name)}>
          <span>${shortOf(name)}</span><span class="faint number">${bytes(size)}</span></button></li>`)}</ul></div>`)}
    </nav>`;
}

const folderOf = ({ name }) => name.split("/").slice(1, 3).slice(0, Math.max(0, name.split("/").length - 2)).join("/");
const shortOf = (name) => name.split("/").slice(Math.min(3, name.split("/").length - 1)).join("/");

function grouped(logs) {
  const groups = new Map();
  for (const one of logs) groups.set(folderOf(one), [...(groups.get(folderOf(one)) ?? []), one]);
  return groups;
}

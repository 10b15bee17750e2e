// Jobs: newest first, filtered by what the address says, and alive.
import { get } from "../api.js";
import { count } from "../format.js";
import { BUSY_MS, IDLE_MS, useLive } from "../live.js";
import { Page } from "../parts/page.js";
import { rowsPath } from "../paths.js";
import { Empty, drawn } from "../parts/states.js";
import { ENDED, Status } from "../parts/status.js";
import { Table } from "../parts/table.js";
import { Time, Took } from "../parts/time.js";
import { goQuery, jobHref, place } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useMemo, useState } from "../view.js";

// A word of a name is looked for in thousands of names; that need not be every few seconds.
const SEARCH_MS = 20_000;
const STATES = [
  ["", "Any state"],
  ["UnderWay", "Under way"],
  ["Completed", "Completed"],
  ["Failed", "Failed"],
  ["Canceled", "Canceled"],
];

export default function Jobs() {
  const { query } = useStore(place);
  const filter = { name: query.get("name") ?? "", status: query.get("status") ?? "", endpoint: query.get("endpoint") ?? "" };
  const path = rowsPath(filter);
  const idle = filter.name ? SEARCH_MS : IDLE_MS;
  const live = useLive(path, (page) => (page?.value.some((row) => !ENDED.has(row.status)) ? BUSY_MS : idle));
  const isFiltered = Object.values(filter).some(Boolean);
  return html`
    <${Page} title="Jobs">
      <${Filters} filter=${filter} />
      ${drawn(live, (page) => (page.value.length || page.nextLink ? html`<${Rows} key=${path} first=${page} />` : html`<${Nothing} isFiltered=${isFiltered} />`))}
    <//>`;
}

function Filters({ filter }) {
  const [name, setName] = useState(filter.name);
  const [endpoint, setEndpoint] = useState(filter.endpoint);
  useEffect(() => setName(filter.name), [filter.name]);
  useEffect(() => setEndpoint(filter.endpoint), [filter.endpoint]);
  useLater(() => name.trim() !== filter.name && goQuery({ name: name.trim() }), [name]);
  useLater(() => endpoint.trim() !== filter.endpoint && goQuery({ endpoint: endpoint.trim() }), [endpoint]);
  const isOther = !STATES.some(([value]) => value === filter.status);
  return html`
    <form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
      <label class="field"><span class="offscreen">Words of the name</span>
        <input type="search" data-filter placeholder="Filter by name" value=${name} onInput=${(event) => setName(event.target.value)} />
        <kbd class="field-key" aria-hidden="true">/</kbd></label>
      <label class="field"><span class="offscreen">Endpoint</span>
        <input type="search" placeholder="Endpoint" value=${endpoint} onInput=${(event) => setEndpoint(event.target.value)} /></label>
      <label class="field"><span class="offscreen">State</span>
        <select value=${filter.status} onChange=${(event) => goQuery({ status: event.target.value })}>
          ${STATES.map(([value, words]) => html`<option key=${value} value=${value}>${words}</option>`)}
          ${isOther && html`<option value=${filter.status}>${filter.status}</option>`}
        </select></label>
    </form>`;
}

function useLater(act, inputs) {
  useEffect(() => {
    const timer = setTimeout(act, 250);
    return () => clearTimeout(timer);
  }, inputs);
}

// The first page is alive; older ones are added below it, as they were when they were asked for.
function Rows({ first }) {
  const [older, setOlder] = useState({ rows: [], next: first.nextLink, isLoading: false, failure: null });
  const rows = useMemo(() => merged(first.value, older.rows), [first, older.rows]);
  const next = older.rows.length ? older.next : first.nextLink;
  const more = async () => {
    setOlder((now) => ({ ...now, isLoading: true, failure: null }));
    try {
      const page = await get(next);
      setOlder((now) => ({ rows: [...now.rows, ...page.value], next: page.nextLink, isLoading: false, failure: null }));
    } catch (failure) {
      setOlder((now) => ({ ...now, isLoading: false, failure }));
    }
  };
  return html`
    <${JobTable} rows=${rows} />
    ${next &&
    html`<p class="more"><button type="button" class="button" disabled=${older.isLoading} onClick=${more}>
      ${older.isLoading ? "Loading …" : "Show older jobs"}</button>
      <span class="faint" role="status">${older.failure?.message ?? `${count(rows.length)} shown`}</span></p>`}`;
}

function merged(newest, older) {
  const known = new Set(newest.map((row) => row.name));
  return [...newest, ...older.filter((row) => !known.has(row.name))];
}

const COLUMNS = [
  ["Job", (row) => html`<span class="strong">${row.displayName}</span>${row.displayName !== row.name && html`<span class="faint mono">${row.name}</span>`}`, "grow"],
  ["State", (row) => html`<${Status} value=${row.status} title=${row.reason || undefined} />`],
  ["Endpoint", (row) => html`<span>${row.endpoint}</span><span class="faint">${row.deployment}</span>`],
  ["Files", (row) => html`<${Files} row=${row} />`, "wide"],
  ["Created", (row) => html`<${Time} at=${row.createdAt} />`],
  ["Took", (row) => html`<${Took} from=${row.startedAt} to=${row.endedAt ?? (ENDED.has(row.status) ? row.startedAt : null)} />`, "end"],
  ["By", (row) => html`<span class="faint">${row.createdBy}</span>`, "optional"],
];

export const JobTable = ({ rows, without = [] }) => html`
  <${Table} caption="Jobs, newest first" rows=${rows} keyOf=${(row) => row.name} to=${(row) => jobHref(row.name)}
    columns=${COLUMNS.filter(([head]) => !without.includes(head))} />`;

function Files({ row }) {
  if (row.files === null) return html`<span class="faint">–</span>`;
  const share = row.files ? (100 * row.done) / row.files : 0;
  const bad = row.files ? (100 * row.failed) / row.files : 0;
  return html`<span class="files">
    <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="meter-all" width="100" height="4" /><rect class="meter-done" width=${share} height="4" />
      ${row.failed > 0 && html`<rect class="meter-bad" x=${Math.max(0, share - Math.max(bad, 2))} width=${Math.max(bad, 2)} height="4" />`}
    </svg>
    <span class="number">${count(row.done)} of ${count(row.files)}${row.failed > 0 && html`<span class="bad-text"> · ${count(row.failed)} failed</span>`}</span>
  </span>`;
}

function Nothing({ isFiltered }) {
  if (isFiltered)
    return html`<${Empty} title="No job fits the filter" icon="search">
      <button type="button" class="button" onClick=${() => goQuery({ name: "", endpoint: "", status: "" })}>Show all jobs</button><//>`;
  return html`<${Empty} title="No jobs yet" command="./run bep batch-endpoint invoke --name ENDPOINT --input FOLDER">
    Invoke an endpoint, by its page or by:<//>`;
}

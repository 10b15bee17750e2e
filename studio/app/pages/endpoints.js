// Endpoints: what can be invoked here, and how its newest jobs went.
import { shortTime } from "../format.js";
import { BUSY_MS, useLive } from "../live.js";
import { Icon } from "../parts/icons.js";
import { Page } from "../parts/page.js";
import { Empty, drawn } from "../parts/states.js";
import { ENDED, stateOf, Status } from "../parts/status.js";
import { Table } from "../parts/table.js";
import { Time } from "../parts/time.js";
import { rowsPath } from "../paths.js";
import { endpointHref, jobHref } from "../router.js";
import { me } from "../session.js";
import { html, useMemo } from "../view.js";

// Together under one request in five seconds while nothing happens here.
const IDLE_MS = 15_000;
const NEWEST = 100; // jobs that are looked at, of all endpoints: one request
const MARKS = 8;

const columns = (jobs) => [
  ["Endpoint", (one) => html`<span class="strong">${one.name}</span>${one.properties.description && html`<span class="faint">${one.properties.description}</span>`}`, "grow"],
  ["State", (one) => html`<${Status} value=${one.properties.provisioningState} />`],
  ["Default deployment", (one) => one.properties.defaults?.deploymentName ?? html`<span class="faint">none</span>`],
  ["Recent jobs", (one) => html`<${Runs} endpoint=${one.name} jobs=${jobs} />`],
  ["Changed", (one) => html`<${Time} at=${one.systemData.lastModifiedAt} />`, "optional"],
];

export default function Endpoints() {
  const live = useLive(`${me.get().workspace.id}/batchEndpoints?$top=1000`, () => IDLE_MS);
  const newest = useLive(rowsPath({}, NEWEST), (page) => (page?.value.some((row) => !ENDED.has(row.status)) ? BUSY_MS : IDLE_MS));
  const jobs = useMemo(() => newest.data && byEndpoint(newest.data), [newest.data]);
  return html`
    <${Page} title="Endpoints">
      ${drawn(live, ({ value }) =>
        value.length
          ? html`<${Table} caption="Batch endpoints" rows=${value} columns=${columns(jobs)} keyOf=${(one) => one.name} to=${(one) => endpointHref(one.name)} />`
          : html`<${Empty} title="No endpoints yet" icon="box" command="./run bep init MODEL -o endpoint\n./run bep batch-endpoint create --file endpoint/endpoint.yml\n./run bep batch-deployment create --file endpoint/deployment.yml --set-default">
              With the folder of a model that MLflow saved, or of a <code>score.py</code>:<//>`,
      )}
    <//>`;
}

function byEndpoint({ value, nextLink }) {
  const rows = new Map();
  for (const row of value) {
    const key = row.endpoint.toLowerCase();
    rows.set(key, [...(rows.get(key) ?? []), row]);
  }
  return { rows, isAll: !nextLink };
}

// A mark for each, the newest at the end.
function Runs({ endpoint, jobs }) {
  if (!jobs) return null;
  const rows = (jobs.rows.get(endpoint.toLowerCase()) ?? []).slice(0, MARKS).reverse();
  if (!rows.length) return html`<span class="faint" title=${jobs.isAll ? undefined : `None of the ${NEWEST} newest jobs is its.`}>${jobs.isAll ? "none yet" : "none lately"}</span>`;
  return html`<ul class="runs" aria-label=${`Newest jobs of ${endpoint}`}>${rows.map((row) => html`<li key=${row.name}><${Run} row=${row} /></li>`)}</ul>`;
}

function Run({ row }) {
  const [kind, icon, words] = stateOf(row.status);
  const told = `${row.displayName}: ${words}`;
  return html`<a class=${`run ${kind}`} href=${jobHref(row.name)} aria-label=${told} title=${`${told}, ${shortTime(row.createdAt)}`}><${Icon} name=${icon} /></a>`;
}

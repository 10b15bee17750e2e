// One endpoint: its deployments as they are made, the form that invokes it, and what it did last.
import { send } from "../api.js";
import { Callbacks } from "../endpoint/callbacks.js";
import { Deployments } from "../endpoint/deployments.js";
import { InvokeForm } from "../endpoint/invoke_form.js";
import { Starters } from "../endpoint/starters.js";
import { BUSY_MS, useLive } from "../live.js";
import { announce } from "../parts/announcer.js";
import { Id } from "../parts/copy.js";
import { Icon } from "../parts/icons.js";
import { Page } from "../parts/page.js";
import { Empty, Failure, drawn } from "../parts/states.js";
import { ENDED, Status } from "../parts/status.js";
import { Time } from "../parts/time.js";
import { goQuery, href, place } from "../router.js";
import { may, me } from "../session.js";
import { useStore } from "../store.js";
import { html, useState } from "../view.js";
import { rowsPath } from "../paths.js";
import { JobTable } from "./jobs.js";

const RECENT = 10;
// Together under one request in five seconds while nothing happens here.
const OWN_MS = 60_000;
const DEPLOYMENTS_MS = 30_000;
const JOBS_MS = 10_000;

export default function Endpoint({ endpoint }) {
  const { query } = useStore(place);
  const own = `${me.get().workspace.id}/batchEndpoints/${encodeURIComponent(endpoint)}`;
  const found = useLive(own, () => OWN_MS);
  const made = useLive(`${own}/deployments?$top=100`, (page) => (isMoving(page) ? BUSY_MS : DEPLOYMENTS_MS));
  const isInvoking = query.has("invoke") && may("invoker");
  const ready = made.data?.value.some((one) => one.properties.provisioningState === "Succeeded");
  const name = found.data?.name ?? endpoint;
  const actions =
    may("invoker") &&
    found.data &&
    html`<button type="button" class="button primary" disabled=${!ready} aria-expanded=${isInvoking}
      onClick=${() => goQuery({ invoke: isInvoking ? "" : "1" })}><${Icon} name="play" />Invoke</button>`;
  return html`
    <${Page} title=${name} crumbs=${[["Endpoints", href("/endpoints")]]} actions=${actions}
      beside=${found.data && html`<${Status} value=${found.data.properties.provisioningState} />`}>
      ${drawn(found, (one) => html`
        <${Facts} endpoint=${one} />
        ${isInvoking && made.data && html`<${InvokeForm} endpoint=${one} deployments=${made.data.value} />`}
        <section class="section" aria-label="Deployments">
          <h2>Deployments</h2>
          ${drawn(made, ({ value }) => html`<${MadeOrEmpty} endpoint=${one} deployments=${value} again=${() => (found.again(), made.again())} />`)}
        </section>
        <${Recent} endpoint=${one.name} />
        <${Starters} own=${own} endpoint=${one.name} />
        <${Callbacks} own=${own} />`,
        { missing: { title: "There is no such endpoint", way: html`<a href=${href("/endpoints")}>All endpoints</a>` } })}
    <//>`;
}

const isMoving = (page) => page?.value.some((one) => ["Creating", "Deleting"].includes(one.properties.provisioningState));

const Facts = ({ endpoint }) => html`
  ${endpoint.properties.description && html`<p class="soft">${endpoint.properties.description}</p>`}
  <dl class="facts card">
    <div class="span"><dt>Scoring URI</dt><dd><${Id} text=${endpoint.properties.scoringUri} label="Copy the scoring URI" /></dd></div>
    <div><dt>Default deployment</dt><dd>${endpoint.properties.defaults?.deploymentName ?? html`<span class="faint">none: invokes must name one</span>`}</dd></div>
    <div><dt>Changed</dt><dd><${Time} at=${endpoint.systemData.lastModifiedAt} /> <span class="faint">by ${endpoint.systemData.lastModifiedBy}</span></dd></div>
  </dl>`;

function MadeOrEmpty({ endpoint, deployments, again }) {
  const [failure, setFailure] = useState(null);
  const choose = (name) =>
    send("PATCH", endpoint.id, { properties: { defaults: { deploymentName: name } } }).then(
      () => (setFailure(null), announce(`${name} is the default`), again()),
      setFailure,
    );
  if (!deployments.length)
    return html`<${Empty} title="No deployments yet" icon="box"
      command=${`./run bep init MODEL -o deployment\n./run bep batch-deployment create --file deployment/deployment.yml --endpoint-name ${endpoint.name} --set-default`}>
      Put a model behind this endpoint:<//>`;
  return html`
    ${failure && html`<${Failure} failure=${failure} />`}
    <${Deployments} deployments=${deployments} chosen=${endpoint.properties.defaults?.deploymentName} choose=${choose} />`;
}

function Recent({ endpoint }) {
  const live = useLive(rowsPath({ endpoint }, RECENT), (page) =>
    page?.value.some((row) => !ENDED.has(row.status)) ? BUSY_MS : JOBS_MS,
  );
  return html`
    <section class="section" aria-label="Recent jobs">
      <div class="section-head"><h2>Recent jobs</h2><a href=${href("/jobs", { endpoint })}>All its jobs</a></div>
      ${drawn(live, ({ value }) =>
        value.length
          ? html`<${JobTable} rows=${value} without=${["Endpoint", "By"]} />`
          : html`<${Empty} title="No jobs yet" command=${`./run bep batch-endpoint invoke --name ${endpoint} --input FOLDER`}>Invoke it here, or by:<//>`,
        { rows: 3 },
      )}
    </section>`;
}

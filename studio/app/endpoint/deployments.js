// Deployments: what scores and how, and how the making of each one goes, with its log.
import { send } from "../api.js";
import { count, duration, plural } from "../format.js";
import { CopyButton } from "../parts/copy.js";
import { Icon } from "../parts/icons.js";
import { Failure } from "../parts/states.js";
import { Status } from "../parts/status.js";
import { Time } from "../parts/time.js";
import { may } from "../session.js";
import { html, useEffect, useRef, useState } from "../view.js";

const STAGES = {
  Queued: "Waiting for its turn",
  DownloadingModel: "Downloading the model",
  ResolvingEnvironment: "Finding a version of every package",
  WaitingForBuild: "Waiting for the same environment, which another deployment builds",
  CreatingEnvironment: "Creating the environment",
  DownloadingPackages: "Downloading packages",
  InstallingPackages: "Installing packages",
  CompilingPackages: "Compiling packages",
  Initializing: "Running init()",
};

// From an ARM id of an asset, `.../models/wine/versions/3`, to `wine:3`.
export const assetName = (id) => (id ? id.replace(/^.*\/([^/]+)\/versions\/([^/]+)$/, "$1:$2") : null);

export const Deployments = ({ deployments, chosen, choose }) => html`
  <div class="cards">
    ${deployments.map(
      (one) => html`<${Deployment} key=${one.name} deployment=${one} choose=${choose}
        isDefault=${one.name.toLowerCase() === chosen?.toLowerCase()} />`,
    )}
  </div>`;

function Deployment({ deployment, isDefault, choose }) {
  const { name, properties, systemData } = deployment;
  const isMade = properties.provisioningState === "Succeeded";
  return html`
    <article class="card" aria-label=${`Deployment ${name}`}>
      <header class="section-head">
        <div class="page-title"><h3>${name}</h3>${isDefault && html`<span class="tag accent">default</span>`}
          <${Status} value=${properties.provisioningState} /></div>
        ${may("contributor") && isMade && !isDefault &&
        html`<button type="button" class="button" onClick=${() => choose(name)}>Make default</button>`}
      </header>
      ${properties.description && html`<p class="soft">${properties.description}</p>`}
      ${properties.provisioningStage && html`<${Stage} stage=${properties.provisioningStage} />`}
      ${properties.provisioningError &&
      html`<div class="notice bad" role="status"><${Icon} name="warning" /><div>${properties.provisioningError}</div></div>`}
      <${Settings} properties=${properties} />
      ${properties.provisioningNotes.length > 0 &&
      html`<ul class="notes">${properties.provisioningNotes.map((note) => html`<li key=${note}>${note}</li>`)}</ul>`}
      <footer class="section-head">
        <${Log} deployment=${deployment} />
        <span class="faint">changed <${Time} at=${systemData.lastModifiedAt} /></span>
      </footer>
    </article>`;
}

const Stage = ({ stage }) => html`
  <div class="notice" role="status"><${Icon} name="spinner" />
    <div><strong>${STAGES[stage.name] ?? stage.name}</strong>${stage.detail && html` <span class="soft">${stage.detail}</span>`}</div>
    <span class="number">${duration(1000 * stage.totalSeconds)}</span></div>`;

function Settings({ properties }) {
  const code = properties.codeConfiguration;
  const facts = [
    ["Model", assetName(properties.model?.assetId)],
    ["Script", code && `${assetName(code.codeId)} · ${code.scoringScript}`],
    ["Environment", assetName(properties.environmentId)],
    ["Mini-batch", plural(properties.miniBatchSize, "file")],
    ["At once", plural((properties.resources?.instanceCount ?? 1) * properties.maxConcurrencyPerInstance, "mini-batch", "mini-batches")],
    ["Tries", `${properties.retrySettings.maxRetries}, each up to ${seconds(properties.retrySettings.timeout)}`],
    ["Failures allowed", properties.errorThreshold < 0 ? "any number of files" : `${count(properties.errorThreshold)} files`],
    ["Output", properties.outputFileName],
  ];
  return html`<dl class="facts">
    ${facts.filter(([, value]) => value).map(([term, value]) => html`<div key=${term}><dt>${term}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

// An ISO duration such as PT1M30S, in words.
function seconds(text) {
  const [, hours, minutes, rest] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(text ?? "") ?? [];
  const all = 3600 * (hours ?? 0) + 60 * (minutes ?? 0) + Number(rest ?? 0);
  return all ? duration(1000 * all) : text;
}

// What its build and its init() printed; read again while it is being made.
function Log({ deployment }) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState(null);
  const [failure, setFailure] = useState(null);
  const end = useRef(null);
  const isMoving = deployment.properties.provisioningState === "Creating";
  useEffect(() => {
    if (!isOpen) return undefined;
    let timer = 0;
    let wanted = true;
    const read = async () => {
      try {
        const { body } = await send("POST", `${deployment.id}/getLogs`, {});
        if (wanted) setText(body.content);
      } catch (refused) {
        if (wanted) setFailure(refused);
      }
      if (wanted && isMoving) timer = setTimeout(read, 2000);
    };
    read();
    return () => ((wanted = false), clearTimeout(timer));
  }, [isOpen, isMoving, deployment.etag]);
  useEffect(() => {
    if (isMoving && end.current) end.current.scrollTop = end.current.scrollHeight;
  }, [text]);
  return html`<details class="log" onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>Log of its making</summary>
    ${failure && html`<${Failure} failure=${failure} />`}
    ${text !== null &&
    html`<div class="log-box"><pre ref=${end} tabindex="0" aria-label="Log">${text || "It printed nothing."}</pre><${CopyButton} text=${text} label="Copy the log" /></div>`}
  </details>`;
}

// What may be done with a job: cancel it, or run the same again; for roles that may.
import { send } from "../api.js";
import { announce } from "../parts/announcer.js";
import { Icon } from "../parts/icons.js";
import { Failure } from "../parts/states.js";
import { ENDED } from "../parts/status.js";
import { go, jobHref } from "../router.js";
import { may, me } from "../session.js";
import { html, useRef, useState } from "../view.js";

export function Actions({ document, again, fail }) {
  const dialog = useRef(null);
  const [doing, setDoing] = useState("");
  const requestId = useRef(newId()); // the same for every click: a second one starts nothing
  if (!may("invoker")) return null;
  const { status } = document.properties;
  const isOver = ENDED.has(status);
  const act = async (what, work) => {
    setDoing(what);
    fail(null);
    try {
      await work();
    } catch (refused) {
      fail(refused);
      again();
    }
    setDoing("");
  };
  const cancel = () =>
    act("cancel", async () => {
      await send("POST", `${me.get().workspace.id}/jobs/${encodeURIComponent(document.name)}/cancel`);
      announce("The job is canceled");
      again();
    });
  const run = () =>
    act("run", async () => {
      const { path, body, headers } = sameAgain(document);
      const answer = await send("POST", path, body, { headers: { ...headers, "repeatability_request-id": requestId.current } });
      announce("Another job was started");
      go(jobHref(answer.body.name));
    });
  return html`
    ${!isOver &&
    html`<button type="button" class="button danger" disabled=${Boolean(doing) || status === "CancelRequested"} onClick=${() => dialog.current.showModal()}>
      <${Icon} name="stop" />${doing === "cancel" || status === "CancelRequested" ? "Canceling …" : "Cancel"}</button>`}
    ${isOver &&
    html`<button type="button" class="button" disabled=${Boolean(doing)} onClick=${run}>
      <${Icon} name="again" />${doing === "run" ? "Starting …" : status === "Completed" ? "Run again" : "Retry"}</button>`}
    <dialog ref=${dialog} class="dialog" aria-labelledby="cancel-title">
      <form method="dialog" onSubmit=${(event) => event.submitter?.value === "yes" && cancel()}>
        <header><h2 id="cancel-title">Cancel this job?</h2></header>
        <p class="soft">What runs is ended at once. Rows that are finished stay among its parts, and its receipt, errors and logs are written.</p>
        <div class="dialog-end"><button class="button" value="no" autofocus>Let it run</button><button class="button danger" value="yes">Cancel the job</button></div>
      </form>
    </dialog>`;
}

export const ActionFailure = ({ failure }) => failure && html`<${Failure} failure=${failure} />`;

// The request that starts a job with the same input, deployment and settings; its output is its own.
export function sameAgain({ properties }) {
  const { inputData, miniBatchSize, errorThreshold, maxConcurrencyPerInstance, retrySettings, loggingLevel, outputFileName, compute, experimentName } =
    properties;
  const settings = { inputData, miniBatchSize, errorThreshold, maxConcurrencyPerInstance, retrySettings, loggingLevel, compute, experimentName };
  if (outputFileName) settings.outputFileName = outputFileName;
  if (properties.properties) settings.properties = properties.properties; // what its rows look like
  if (properties.sample) settings.sample = properties.sample.requested;
  return {
    path: `endpoints/${encodeURIComponent(properties.endpointName)}/jobs`,
    body: { properties: settings },
    headers: { "azureml-model-deployment": properties.deploymentName },
  };
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Invoking: an input, a deployment, what differs from its settings; and the same as a command.
import { send } from "../api.js";
import { Command } from "../parts/copy.js";
import { Icon } from "../parts/icons.js";
import { Failure } from "../parts/states.js";
import { go, jobHref } from "../router.js";
import { html, useEffect, useRef, useState } from "../view.js";
import { bepCommand, curlCommand, invocation } from "./invocation.js";
import { Picker } from "./picker.js";

const OVERRIDES = [
  ["miniBatchSize", "Files in a mini-batch", "number"],
  ["instanceCount", "Instances", "number"],
  ["errorThreshold", "Failed files allowed (-1: any)", "number"],
  ["outputFileName", "Output file", "text"],
  ["name", "Name of the job", "text"],
  ["experimentName", "Experiment", "text"],
];

export function InvokeForm({ endpoint, deployments }) {
  const ready = deployments.filter((one) => one.properties.provisioningState === "Succeeded");
  const [form, setForm] = useState({ uri: "", kind: "", deployment: "", overrides: {} });
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState(null);
  const [shown, setShown] = useState("bep");
  const requestId = useRef(newId());
  const first = useRef(null);
  useEffect(() => first.current?.focus(), []);

  const set = (changes) => {
    requestId.current = newId(); // another form is another request
    setFailure(null);
    setForm((now) => ({ ...now, ...changes }));
  };
  const submit = async (event) => {
    event.preventDefault();
    setSending(true);
    setFailure(null);
    const { body, headers } = invocation(form);
    try {
      const path = `endpoints/${encodeURIComponent(endpoint.name)}/jobs`;
      const answer = await send("POST", path, body, {
        headers: { ...headers, "repeatability_request-id": requestId.current },
      });
      go(jobHref(answer.body.name));
    } catch (refused) {
      setFailure(refused);
      setSending(false);
    }
  };
  const written = shown === "bep" ? bepCommand(endpoint.name, form) : curlCommand(endpoint.properties.scoringUri, form);
  return html`
    <section class="card" aria-labelledby="invoke-title">
      <form class="invoke" onSubmit=${submit}>
        <h2 id="invoke-title" tabindex="-1" ref=${first}>Invoke ${endpoint.name}</h2>
        <${Picker} value=${form} choose=${set} />
        <div class="two">
          <label class="field">Input
            <input required name="uri" placeholder="azureml://datastores/…/paths/…, https://…, azureml:data:1" spellcheck=${false}
              value=${form.uri} onInput=${(event) => set({ uri: event.target.value })} /></label>
          <label class="field">Deployment
            <select value=${form.deployment} onChange=${(event) => set({ deployment: event.target.value })}>
              <option value="">The default: ${endpoint.properties.defaults?.deploymentName ?? "none"}</option>
              ${ready.map((one) => html`<option key=${one.name} value=${one.name}>${one.name}</option>`)}
            </select></label>
          <label class="field">Type of the input
            <select value=${form.kind} onChange=${(event) => set({ kind: event.target.value })}>
              <option value="">Folder</option><option value="UriFile">One file</option>
            </select></label>
        </div>
        <details class="more-settings"><summary>Other settings for this job</summary>
          <div class="three">
            ${OVERRIDES.map(([key, words, type]) => html`<label key=${key} class="field">${words}
              <input type=${type} name=${key} value=${form.overrides[key] ?? ""}
                onInput=${(event) => set({ overrides: { ...form.overrides, [key]: event.target.value } })} /></label>`)}
          </div>
        </details>
        <div class="as-command">
          <div role="group" aria-label="The same as a command" class="switch">
            ${["bep", "curl"].map((one) => html`<button key=${one} type="button" class="switch-part" aria-pressed=${shown === one} onClick=${() => setShown(one)}>${one}</button>`)}
          </div>
          <${Command} text=${written} />
        </div>
        ${failure && html`<${Failure} title="No job was started" failure=${failure} />`}
        <div><button class="button primary" disabled=${isSending || !form.uri.trim()}><${Icon} name="play" />${isSending ? "Starting …" : "Start the job"}</button></div>
      </form>
    </section>`;
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

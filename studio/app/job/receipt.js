// The receipt: what the job proves, and a check of it in this browser.
import { ask, get } from "../api.js";
import { bytes, count } from "../format.js";
import { useLive } from "../live.js";
import { Icon } from "../parts/icons.js";
import { drawn } from "../parts/states.js";
import { html, useState } from "../view.js";

const VERDICTS = {
  proven: ["good", "check", "Every file of the plan is accounted for: scored, or failed with its reason."],
  sample: ["info", "help", "Every file of the sample is accounted for; the rest of the input was not scored."],
  incomplete: ["warn", "warning", "Some of the input was not scored."],
};
const LARGEST = 4 << 20; // what the service answers itself; larger files are the store's

export function Receipt({ path, file, properties }) {
  const live = useLive(`${path}/outputs/receipt`, () => 0);
  return html`
    <section class="card" aria-labelledby="receipt-title">
      <div class="section-head"><h2 id="receipt-title">Receipt</h2>
        ${file && html`<a class="button" href=${file.url} download><${Icon} name="down_tray" />Download receipt.json</a>`}</div>
      ${drawn(live, (receipt) => html`<${Told} path=${path} receipt=${receipt} properties=${properties} />`, { rows: 3 })}
    </section>`;
}

function Told({ path, receipt }) {
  const { files } = receipt;
  const [kind, icon, words] = VERDICTS[receipt.verdict] ?? ["warn", "warning", receipt.reason || "The job did not end as planned."];
  const sums = [
    ["Planned", files.planned],
    ["Scored", files.scored],
    ["Failed", files.failed],
    ["Not tried", files.untried],
    ["Left out, no inputs", files.skipped],
  ];
  return html`
    <div class=${`notice ${kind}`}><${Icon} name=${icon} /><div><strong>${receipt.verdict[0].toUpperCase() + receipt.verdict.slice(1)}.</strong> ${words}</div></div>
    <dl class="facts">
      ${sums.map(([term, value]) => html`<div key=${term}><dt>${term}</dt><dd class="number">${count(value)} ${value === 1 ? "file" : "files"}</dd></div>`)}
      <div><dt>Scored by</dt><dd>${receipt.scored_by.model} <span class="faint">${receipt.scored_by.deployment}</span></dd></div>
      <div><dt>Plan's digest</dt><dd><code title=${receipt.plan?.digest}>${receipt.plan?.digest?.slice(0, 16)}…</code></dd></div>
    </dl>
    <${Check} path=${path} receipt=${receipt} />`;
}

// Adds up the files, and takes the digest of the predictions as they lie there now.
function Check({ path, receipt }) {
  const [state, setState] = useState({ isBusy: false, lines: [] });
  const check = async () => {
    setState({ isBusy: true, lines: [] });
    setState({ isBusy: false, lines: await lines(path, receipt).catch((failure) => [[null, failure.message]]) });
  };
  return html`
    <div class="check"><button type="button" class="button" disabled=${state.isBusy} onClick=${check}><${Icon} name="check" />${state.isBusy ? "Checking …" : "Check it now"}</button>
      <div class="check-found" role="status"><ul>${state.lines.map(([isGood, words]) => html`<li key=${words} class=${isGood === null ? "faint" : isGood ? "good-text" : "bad-text"}>
        <${Icon} name=${isGood === null ? "warning" : isGood ? "check" : "cross"} />${words}</li>`)}</ul></div></div>`;
}

async function lines(path, receipt) {
  const { planned, scored, failed, untried, skipped } = receipt.files;
  const found = [[planned === scored + failed + untried, `${count(planned)} files planned: ${count(scored)} scored, ${count(failed)} failed, ${count(untried)} not tried; ${count(skipped)} left out`]];
  const { output } = receipt;
  if (!output?.sha256) return found;
  const { properties } = await get(path);
  found.push([properties.outputs.sha256 === output.sha256, "The job's document has the same digest as the receipt"]);
  if (output.bytes > LARGEST) return [...found, [null, `The predictions have ${bytes(output.bytes)}: bep job download checks them while it downloads`]];
  if (!crypto.subtle) return [...found, [null, "This browser takes digests on pages over https only: bep job download checks them, too"]];
  const data = await (await ask(`${path}/outputs/predictions`)).arrayBuffer();
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", data))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  found.push([data.byteLength === output.bytes && digest === output.sha256, `The predictions as they are now have ${bytes(data.byteLength)} and the SHA-256 ${digest.slice(0, 16)}…, ${digest === output.sha256 ? "as" : "not what"} the receipt says`]);
  return found;
}

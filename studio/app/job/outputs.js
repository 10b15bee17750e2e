// Outputs: where the predictions are, their first rows, what the receipt says, and the other files.
import { bytes, count, plural } from "../format.js";
import { get } from "../api.js";
import { Command, CopyButton, Id } from "../parts/copy.js";
import { Icon } from "../parts/icons.js";
import { Empty, Failure, Skeleton } from "../parts/states.js";
import { goQuery, place } from "../router.js";
import { useStore } from "../store.js";
import { html, useEffect, useState } from "../view.js";
import { Preview } from "./preview.js";
import { Receipt } from "./receipt.js";

export default function Outputs({ job, path, document, isEnded }) {
  const { properties } = document;
  const planned = Object.values(properties.outputData)[0].uri;
  if (!isEnded)
    return html`<section class="card"><h2>Predictions</h2>
      <p class="soft">They are published whole, when the job ends. Then they lie here:</p><${Id} text=${planned} label="Copy the address" /></section>`;
  return html`<${Ended} job=${job} path=${path} properties=${properties} />`;
}

function Ended({ job, path, properties }) {
  const { query } = useStore(place);
  const files = useOnce(`${path}/outputs?$top=200`);
  const shown = query.get("file") ?? "";
  const { outputs } = properties;
  const main = files.data?.value.find((one) => one.output === "predictions");
  return html`
    <section class="card" aria-labelledby="predictions-title">
      <div class="section-head"><h2 id="predictions-title">Predictions</h2>
        ${main && html`<a class="button primary" href=${main.url} download><${Icon} name="down_tray" />Download ${main.name}</a>`}</div>
      ${outputs.predictions
        ? html`<p><${Id} text=${outputs.predictions} label="Copy the predictions' address" /></p>
            <p class="faint number with-button">${plural(properties.progress?.rows ?? 0, "row")}, ${bytes(outputs.bytes)}${outputs.sha256 && html` · SHA-256 <code title=${outputs.sha256}>${outputs.sha256.slice(0, 16)}…</code><${CopyButton} text=${outputs.sha256} label="Copy the SHA-256" />`}</p>
            <${Preview} path=${path} file=${shown} />
            <${Command} text=${`./run bep job download --name ${job} --output-name score`} />`
        : html`<${Empty} title="No predictions were published" icon="box">${properties.status === "Canceled" ? "The job was canceled." : "A failed job publishes none."} Its finished parts, receipt and errors are kept.<//>`}
    </section>
    ${files.failure && html`<${Failure} failure=${files.failure} again=${files.again} />`}
    ${!files.data && !files.failure && html`<${Skeleton} rows=${3} />`}
    ${properties.outputs.receipt && html`<${Receipt} path=${path} file=${files.data?.value.find((one) => one.output === "receipt")} properties=${properties} />`}
    ${files.data && html`<${Files} path=${path} page=${files.data} job=${job} />`}`;
}

function useOnce(path) {
  const [state, setState] = useState({ data: null, failure: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const aborter = new AbortController();
    get(path, { signal: aborter.signal }).then(
      (data) => setState({ data, failure: null }),
      (failure) => aborter.signal.aborted || setState((now) => ({ ...now, failure })),
    );
    return () => aborter.abort();
  }, [path, turn]);
  useEffect(() => {
    const timer = setInterval(() => setTurn((now) => now + 1), 50 * 60_000); // the links are good for an hour
    return () => clearInterval(timer);
  }, []);
  return { ...state, again: () => setTurn((now) => now + 1) };
}

function Files({ page, job }) {
  const [more, setMore] = useState({ files: [], next: page.nextLink, failure: null });
  const files = [...page.value, ...more.files];
  const load = () =>
    get(more.next).then(
      (next) => setMore((now) => ({ files: [...now.files, ...next.value], next: next.nextLink, failure: null })),
      (failure) => setMore((now) => ({ ...now, failure })),
    );
  return html`
    <section class="section" aria-labelledby="files-title">
      <h2 id="files-title">All files</h2>
      <div class="table-frame" role="region" aria-label="Files of the job" tabindex="0"><table class="figures">
        <thead><tr><th scope="col">File</th><th scope="col">Output</th><th scope="col">Size</th><th scope="col"><span class="offscreen">Do</span></th></tr></thead>
        <tbody>${files.map((one) => html`<tr key=${`${one.output}/${one.path}`}>
          <th scope="row">${one.path}</th><td>${one.output}</td><td class="number">${bytes(one.size)}</td>
          <td class="row-end">${one.output === "predictions" && html`<button type="button" class="button quiet" aria-label=${`Show the first rows of ${one.path}`} onClick=${() => goQuery({ file: one.path })}>First rows</button>`}
            <a class="button quiet" href=${one.url} download aria-label=${`Download ${one.path}`}><${Icon} name="down_tray" />Download</a></td></tr>`)}</tbody>
      </table></div>
      ${more.failure && html`<${Failure} failure=${more.failure} />`}
      ${more.next && html`<p class="more"><button type="button" class="button" onClick=${load}>More files</button><span class="faint">${count(files.length)} shown; all of them: <code>./run bep job download --name ${job} --all</code></span></p>`}
    </section>`;
}

// Looking for an input: datastores, and what lies in their folders.
import { get } from "../api.js";
import { Icon } from "../parts/icons.js";
import { Failure } from "../parts/states.js";
import { me } from "../session.js";
import { html, useEffect, useState } from "../view.js";

export function Picker({ value, choose }) {
  const [stores, setStores] = useState([]);
  const [store, setStore] = useState(me.get().defaultDatastore);
  const [folder, setFolder] = useState("");
  const [level, setLevel] = useState({ entries: [], hasMore: false });
  const [failure, setFailure] = useState(null);
  useEffect(() => {
    get(`${me.get().workspace.id}/datastores?$top=1000`).then(({ value: found }) => setStores(found.map((one) => one.name)), setFailure);
  }, []);
  const load = (after = "") => {
    const query = new URLSearchParams({ datastore: store, folder, after });
    return get(`studio/api/files?${query}`).then(
      (found) => setLevel((now) => ({ ...found, entries: after ? [...now.entries, ...found.entries] : found.entries })),
      setFailure,
    );
  };
  useEffect(() => {
    setFailure(null);
    load();
  }, [store, folder]);

  const uri = (path) => `azureml://datastores/${store}/paths/${path}`;
  const enter = (path) => {
    setFolder(path);
    if (path) choose({ uri: uri(path), kind: "" });
  };
  const inside = (name) => (folder ? `${folder}/${name}` : name);
  return html`
    <fieldset class="picker">
      <legend>Pick the input</legend>
      <div class="picker-head">
        <select aria-label="Datastore" value=${store} onChange=${(event) => (setFolder(""), setStore(event.target.value))}>
          ${(stores.length ? stores : [store]).map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
        </select>
        <${Trail} folder=${folder} enter=${enter} />
      </div>
      ${failure && html`<${Failure} failure=${failure} again=${() => load()} />`}
      <ul class="entries" aria-label="What lies here">
        ${level.entries.map(({ name, isFolder }) => {
          const path = inside(name.replace(/\/$/, ""));
          return html`<li key=${name}><button type="button" aria-pressed=${isFolder ? undefined : value.uri === uri(path)}
            onClick=${() => (isFolder ? enter(path) : choose({ uri: uri(path), kind: "UriFile" }))}>
            <${Icon} name=${isFolder ? "folder" : "file"} />${name.replace(/\/$/, "")}</button></li>`;
        })}
        ${level.hasMore && html`<li><button type="button" onClick=${() => load(level.entries.at(-1).name)}>More …</button></li>`}
        ${!level.entries.length && !failure && html`<li class="faint">Nothing lies here.</li>`}
      </ul>
    </fieldset>`;
}

function Trail({ folder, enter }) {
  const parts = folder ? folder.split("/") : [];
  return html`<nav aria-label="Folder" class="trail">
    <button type="button" onClick=${() => enter("")}>top</button>
    ${parts.map((part, at) => html`<span key=${at}><span class="faint" aria-hidden="true">/</span><button type="button" onClick=${() => enter(parts.slice(0, at + 1).join("/"))}>${part}</button></span>`)}
  </nav>`;
}

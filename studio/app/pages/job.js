// One job: its head, and below it the part that the address names.
import { BUSY_MS, useLive } from "../live.js";
import { ActionFailure, Actions } from "../job/actions.js";
import { crumbs, Head } from "../job/head.js";
import { jobPath, partHref } from "../job/source.js";
import { stylesheet } from "../parts/stylesheet.js";
import { Page } from "../parts/page.js";
import { drawn, Empty, Skeleton } from "../parts/states.js";
import { ENDED, Status } from "../parts/status.js";
import { href } from "../router.js";
import { me } from "../session.js";
import { html, useEffect, useRef, useState } from "../view.js";

await stylesheet("job.css");

const PARTS = [
  ["", "Overview", () => import("../job/overview.js")],
  ["mini-batches", "Mini-batches", () => import("../job/minibatches.js")],
  ["timeline", "Timeline", () => import("../job/timeline.js")],
  ["errors", "Errors", () => import("../job/errors.js")],
  ["logs", "Logs", () => import("../job/logs.js")],
  ["outputs", "Outputs", () => import("../job/outputs.js")],
];

export default function Job({ job, part = "" }) {
  const named = useLive(`${me.get().workspace.id}/jobs/${encodeURIComponent(job)}`, () => 0);
  const facts = named.data?.properties?.properties;
  const path = facts ? jobPath(facts.endpointName, named.data.name) : null;
  const live = useLive(path, (one) => (ENDED.has(one?.properties.status) ? 0 : BUSY_MS));
  const [refused, setRefused] = useState(null);
  const title = named.data?.properties?.displayName ?? job;
  const status = live.data?.properties.status;
  const name = PARTS.find(([key]) => key === part)?.[1];
  return html`
    <${Page} title=${title} tab=${`${part ? `${name ?? part} · ` : ""}${title}`} crumbs=${crumbs}
      beside=${status && html`<${Status} value=${status} />`}
      actions=${live.data && html`<${Actions} document=${live.data} again=${live.again} fail=${setRefused} />`}>
      <${ActionFailure} failure=${refused} />
      ${drawn(
        named,
        (known) => (path ? drawn(live, (document) => html`<${Whole} job=${known.name} part=${part} path=${path} document=${document} />`) : html`<${Step} />`),
        { missing: { title: "There is no such job", way: html`<a href=${href("/jobs")}>All jobs</a>` } },
      )}
    <//>`;
}

const Step = () => html`<${Empty} title="This is the step of another job">
  Open the job itself: it is in the list of jobs.<//>`;

const Whole = ({ job, part, path, document }) => html`
  <${Head} job=${job} document=${document} part=${part} />
  <${Parts} job=${job} part=${part} properties=${document.properties} />
  <${Part} key=${part} part=${part} job=${job} path=${path} document=${document} isEnded=${ENDED.has(document.properties.status)} />`;

const BAR = 60; // the height of what stays at the top

function Parts({ job, part, properties }) {
  const bar = useRef(null);
  useEffect(() => {
    const link = bar.current.querySelector("[aria-current]");
    const { top } = bar.current.getBoundingClientRect();
    if (top < 0) scrollBy(0, top - BAR);
    if (link) bar.current.scrollLeft = link.offsetLeft - (bar.current.clientWidth - link.clientWidth) / 2;
  }, [part]);
  return html`
  <nav ref=${bar} class="parts" aria-label="Parts of the job">
    ${PARTS.map(([key, words]) => html`<a key=${key} href=${partHref(job, key)} aria-current=${key === part ? "page" : undefined}>
      ${words}${key === "errors" && properties.progress?.files.failed > 0 && html`<span class="tag bad">${properties.progress.files.failed}</span>`}</a>`)}
  </nav>`;
}

function Part({ part, ...given }) {
  const load = PARTS.find(([key]) => key === part)?.[2];
  const [page, setPage] = useState(null);
  useEffect(() => {
    load?.().then(
      (module) => setPage({ draw: module.default }),
      (failure) => setPage({ failure }),
    );
  }, []);
  if (!load) return html`<${Empty} title="A job has no such part" icon="search">Choose one above.<//>`;
  if (page?.failure) return html`<${Empty} title="The Studio was updated" icon="again">
    <button type="button" class="button primary" onClick=${() => location.reload()}>Load it again</button><//>`;
  return page ? html`<${page.draw} ...${given} />` : html`<${Skeleton} />`;
}

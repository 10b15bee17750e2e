// The beginning: who is it, which page is it, draw it.
import { Page } from "./parts/page.js";
import { Empty, Failure, Skeleton } from "./parts/states.js";
import { SignIn } from "./pages/sign_in.js";
import { go, href, match, place } from "./router.js";
import { begin, me } from "./session.js";
import { Shell } from "./shell.js";
import { useStore } from "./store.js";
import { html, render, useEffect, useErrorBoundary, useRef, useState } from "./view.js";

const JOB = () => import("./pages/job.js");
const ROUTES = [
  ["/", () => import("./pages/endpoints.js")],
  ["/endpoints", () => import("./pages/endpoints.js")],
  ["/endpoints/:endpoint", () => import("./pages/endpoint.js")],
  ["/jobs", () => import("./pages/jobs.js")],
  ["/jobs/:job", JOB],
  ["/jobs/:job/:part", JOB],
];

function App() {
  const person = useStore(me);
  const { path } = useStore(place);
  const [failure, setFailure] = useState(null);
  const start = () => {
    setFailure(null);
    begin().catch(setFailure);
  };
  useEffect(start, []);
  if (failure) return html`<${Shell}><div class="page"><${Failure} failure=${failure} again=${start} /></div><//>`;
  if (person === undefined) return html`<${Shell}><div class="page"><${Skeleton} /></div><//>`;
  if (path !== "/sign-in" && !match(ROUTES, path)) return html`<${Shell}><${NoSuchPage} path=${path} /><//>`;
  if (path === "/sign-in" || person === null) return html`<${Shell}><${SignIn} /><//>`;
  return html`<${Shell}><${Routed} path=${path} /><//>`;
}

let isFirst = true; // a page that somebody comes to from elsewhere; its heading does not take the focus

function NoSuchPage({ path }) {
  useEffect(() => void (isFirst = false), []);
  return html`
  <${Page} title="There is no such page">
    <${Empty} title="Nothing is at this address" icon="search">
      <code>${path.slice(0, 200)}</code> is no page of the Studio. Go to <a href=${href("/endpoints")}>the endpoints</a> or <a href=${href("/jobs")}>the jobs</a>.<//><//>`;
}

// The page of an address; its heading has the focus after each change of page.
function Routed({ path }) {
  const found = match(ROUTES, path);
  const [page, setPage] = useState(null);
  // Parts of a page are one page: it stays, and so does the focus.
  const pattern = found.load;
  const whole = path.split("/").slice(0, 3).join("/");
  const before = useRef(isFirst ? whole : "");
  useEffect(() => void (isFirst = false), []);
  useEffect(() => {
    let wanted = true;
    found.load().then(
      (module) => wanted && setPage({ pattern, draw: module.default }),
      (failure) => wanted && setPage({ pattern, failure }),
    );
    return () => (wanted = false);
  }, [pattern]);
  useEffect(() => {
    if (page?.pattern !== pattern) return;
    if (before.current !== whole) {
      document.querySelector("main h1")?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    before.current = whole;
  }, [page, whole]);
  if (page?.pattern !== pattern) return html`<div class="page"><${Skeleton} /></div>`;
  if (page.failure) return html`<div class="page"><${Outdated} /></div>`;
  return html`<${Guarded} key=${whole}><${page.draw} ...${found.params} /><//>`;
}

const Outdated = () => html`<${Empty} title="The Studio was updated" icon="again">
  <button type="button" class="button primary" onClick=${() => location.reload()}>Load it again</button><//>`;

// A page that cannot be drawn says so, and leaves the others as they are.
function Guarded({ children }) {
  const [failure, again] = useErrorBoundary((error) => console.error(error));
  return failure ? html`<div class="page"><${Failure} title="This page cannot be drawn" failure=${failure} again=${again} /></div>` : children;
}

if (place.get().path === "/") go(href("/endpoints"), { replace: true });
render(html`<${App} />`, document.getElementById("app"));

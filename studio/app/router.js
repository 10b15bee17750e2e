// Addresses and pages. What a page shows is in its address: each view of it can be sent to others.
import { STUDIO_PATH } from "./root.js";
import { store } from "./store.js";

export const place = store(read());

addEventListener("popstate", () => place.set(read()));

function read() {
  const path = location.pathname.slice(STUDIO_PATH.length) || "/";
  return { path: path.replace(/(.)\/+$/, "$1"), query: new URLSearchParams(location.search), hash: location.hash };
}

// The address of a page: href("/jobs", { status: "Failed" }); empty values are left out.
export function href(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const text = new URLSearchParams(given).toString();
  return `${STUDIO_PATH}${path === "/" ? "" : path}${text ? `?${text}` : ""}`;
}

export const jobHref = (name) => href(`/jobs/${encodeURIComponent(name)}`);
export const endpointHref = (name) => href(`/endpoints/${encodeURIComponent(name)}`);

export function go(to, { replace = false } = {}) {
  if (to !== location.pathname + location.search + location.hash)
    history[replace ? "replaceState" : "pushState"](null, "", to);
  place.set(read());
}

// Change what the page shows: a filter, a tab, a page of a list.
export function goQuery(changes, { replace = true } = {}) {
  const { path, query } = place.get();
  go(href(path, { ...Object.fromEntries(query), ...changes }), { replace });
}

// Links of ours are followed without loading the page again.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const to = new URL(link.href);
  const isOurs = to.origin === location.origin && (to.pathname === STUDIO_PATH || to.pathname.startsWith(`${STUDIO_PATH}/`));
  if (!isOurs || (to.hash && to.pathname === location.pathname && to.search === location.search)) return;
  event.preventDefault();
  go(to.pathname + to.search + to.hash);
});

// The first route that fits: [pattern, loader] with `:name` for a part. Null: none does.
export function match(routes, path) {
  const parts = path.split("/").filter(Boolean);
  for (const [pattern, load] of routes) {
    const wanted = pattern.split("/").filter(Boolean);
    if (wanted.length !== parts.length) continue;
    const params = {};
    if (wanted.every((one, at) => fits(one, parts[at], params))) return { pattern, load, params };
  }
  return null;
}

function fits(wanted, part, params) {
  if (!wanted.startsWith(":")) return wanted === part;
  try {
    params[wanted.slice(1)] = decodeURIComponent(part);
  } catch {
    params[wanted.slice(1)] = part;
  }
  return true;
}

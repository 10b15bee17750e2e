// What stands where data would: nothing yet, still coming, or something went wrong.
import { html } from "../view.js";
import { Command } from "./copy.js";
import { Icon } from "./icons.js";

export const Empty = ({ title, children, command, icon = "list" }) => html`
  <div class="empty">
    <span class="empty-mark"><${Icon} name=${icon} /></span>
    <h2>${title}</h2>
    ${children && html`<p>${children}</p>`}
    ${command && html`<${Command} text=${command} />`}
  </div>`;

export const Failure = ({ failure, again, title = "That did not work" }) => html`
  <div class="notice bad" role="alert">
    <${Icon} name="warning" />
    <div><strong>${title}.</strong> <span>${failure.message}</span></div>
    ${again && html`<button type="button" class="button" onClick=${again}><${Icon} name="again" />Try again</button>`}
  </div>`;

export const Notice = ({ kind = "info", icon = "help", children }) => html`
  <div class=${`notice ${kind}`}><${Icon} name=${icon} /><div>${children}</div></div>`;

export const Skeleton = ({ rows = 6 }) => html`
  <div class="skeleton" aria-busy="true" aria-label="Loading">
    ${Array.from({ length: rows }, (_, at) => html`<span key=${at}></span>`)}
  </div>`;

// What to draw of a useLive(): its data, or what is there instead. Data stays while asking fails.
// `missing` says what is not there, and leads back: { title, way }.
export function drawn(live, draw, { rows, missing = { title: "There is nothing here" } } = {}) {
  if (live.data !== null)
    return html`${live.failure && html`<${Stale} live=${live} />`}${draw(live.data)}`;
  if (live.failure?.status === 404)
    return html`<${Empty} title=${missing.title} icon="search">${live.failure.message} ${missing.way}<//>`;
  if (live.failure && live.failure.status !== 401)
    return html`<${Failure} failure=${live.failure} again=${live.again} />`;
  return html`<${Skeleton} rows=${rows} />`;
}

const Stale = ({ live }) =>
  live.failure.status !== 401 &&
  html`<div class="notice warn" role="status"><${Icon} name="warning" />
    <div>This may be out of date: ${live.failure.message}</div>
    <button type="button" class="button" onClick=${live.again}><${Icon} name="again" />Try again</button>
  </div>`;

// The frame of a page: its title for the browser's tab, its way up, its heading and its buttons.
import { html, useEffect } from "../view.js";
import { Icon } from "./icons.js";

// `crumbs` are [words, address] of the pages above; `title` is the page's own name.
export function Page({ title, crumbs = [], beside, actions, children, tab }) {
  useEffect(() => {
    document.title = `${tab ?? title} · Studio`;
  }, [tab, title]);
  return html`
    <div class="page">
      ${crumbs.length > 0 &&
      html`<nav class="crumbs" aria-label="Breadcrumb"><ol>
        ${crumbs.map(([words, to]) => html`<li key=${to}><a href=${to}>${words}</a><${Icon} name="right" /></li>`)}
        <li aria-current="page">${title}</li>
      </ol></nav>`}
      <header class="page-head">
        <div class="page-title"><h1 tabindex="-1">${title}</h1>${beside}</div>
        ${actions && html`<div class="page-actions">${actions}</div>`}
      </header>
      ${children}
    </div>`;
}

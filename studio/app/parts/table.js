// Tables of things that have pages: rows are links, walked by j and k. Roles are said, for on small
// screens rows are drawn as blocks, and browsers then take them for anything.
import { html } from "../view.js";

// The whole row is its link's, for a mouse; what is a link or a button of its own stays that.
function follow({ target, currentTarget, ctrlKey, metaKey, shiftKey }) {
  if (target.closest("a, button") || String(getSelection())) return;
  const click = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey });
  currentTarget.querySelector("[data-row]").dispatchEvent(click);
}

// `columns` are [heading, draw(row), class]; `to(row)` is the address of the row's page.
export function Table({ caption, columns, rows, to, keyOf, nameOf }) {
  return html`
    <div class="table-frame" role="region" aria-label=${caption} tabindex="0">
      <table class="rows" role="table">
        <caption class="offscreen">${caption}</caption>
        <thead role="rowgroup"><tr role="row">${columns.map(([head, , kind]) => html`<th key=${head} scope="col" role="columnheader" class=${kind}>${head}</th>`)}</tr></thead>
        <tbody role="rowgroup">
          ${rows.map(
            (row) => html`<tr key=${keyOf(row)} role="row" onClick=${to && follow}>
              ${columns.map(([head, draw, kind], at) =>
                at === 0 && to
                  ? html`<th key=${head} scope="row" role="rowheader" class=${kind}>
                      <a class="row-link" data-row href=${to(row)} aria-label=${nameOf?.(row)}>${draw(row)}</a>
                    </th>`
                  : html`<td key=${head} role="cell" class=${kind} data-label=${head}>${draw(row)}</td>`,
              )}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

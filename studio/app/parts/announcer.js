// What screen readers are told when something happened without a new page.
import { store, useStore } from "../store.js";
import { html } from "../view.js";

const words = store("");

export function announce(text) {
  words.set("");
  setTimeout(() => words.set(text), 50);
}

export function Announcer() {
  return html`<div class="offscreen" role="status" aria-live="polite">${useStore(words)}</div>`;
}

// A moment as people say it, the exact one as its title; and how long something takes, counting on.
import { duration, exactTime, now, shortTime } from "../format.js";
import { store, useStore } from "../store.js";
import { html, useEffect, useState } from "../view.js";

const minute = store(0);
setInterval(() => document.visibilityState === "visible" && minute.set(minute.get() + 1), 20_000);

export function Time({ at, none = "–" }) {
  useStore(minute);
  if (!at) return html`<span class="faint">${none}</span>`;
  return html`<time datetime=${at} title=${exactTime(at)}>${shortTime(at)}</time>`;
}

export function Took({ from, to }) {
  const [, draw] = useState(0);
  useEffect(() => {
    if (!from || to) return undefined;
    const timer = setInterval(() => document.visibilityState === "visible" && draw(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [from, to]);
  if (!from) return html`<span class="faint">–</span>`;
  return html`<span class="number">${duration((to ? Date.parse(to) : now()) - Date.parse(from))}</span>`;
}

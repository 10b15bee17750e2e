// The keyboard: `?` help, `/` filter, `j` and `k` along the rows, `g` and a letter to a page.
import { go, href } from "./router.js";

export const KEYS = [
  ["?", "Show this help"],
  ["/", "Go to the filter"],
  ["j / k", "Next, previous row"],
  ["Enter", "Open the row"],
  ["g e", "Endpoints"],
  ["g j", "Jobs"],
  ["g a", "API"],
  ["t", "Dark, light, or the system's theme"],
  ["Esc", "Close, or leave a field"],
];

const PLACES = { e: "/endpoints", j: "/jobs" };
let leader = 0;

export function listen({ help, theme, api }) {
  const onKey = (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    const field = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (field) {
      if (event.key === "Escape") field.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const acted = act(event.key, { help, theme, api });
    if (acted) event.preventDefault();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

function act(key, { help, theme, api }) {
  const isSecond = Date.now() - leader < 1200;
  leader = 0;
  if (isSecond && key === "a") return api(), true;
  if (isSecond && PLACES[key]) return go(href(PLACES[key])), true;
  if (key === "g") leader = Date.now();
  else if (key === "?") help();
  else if (key === "t") theme();
  else if (key === "/") return focusFilter();
  else if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  else return false;
  return true;
}

function focusFilter() {
  const filter = document.querySelector("[data-filter]");
  filter?.focus();
  filter?.select?.();
  return Boolean(filter);
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement);
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return Boolean(next);
}

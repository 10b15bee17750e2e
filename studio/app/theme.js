// Dark, light, or as the system has it.
import { forget, keep, recall } from "./kept.js";
import { store } from "./store.js";

const ORDER = ["auto", "light", "dark"];

export const theme = store(recall("theme") ?? "auto");

export function nextTheme() {
  const next = ORDER[(ORDER.indexOf(theme.get()) + 1) % ORDER.length];
  if (next === "auto") {
    forget("theme");
    delete document.documentElement.dataset.theme;
  } else {
    keep("theme", next);
    document.documentElement.dataset.theme = next;
  }
  theme.set(next);
}

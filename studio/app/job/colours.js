// Colours of what is drawn on a canvas: those of the theme, read again when it changes.
import { theme } from "../theme.js";
import { useStore } from "../store.js";
import { useEffect, useState } from "../view.js";

const NAMES = ["surface", "sunken", "line", "line-strong", "text", "text-soft", "text-faint", "accent", "good-fill", "bad-fill", "busy-fill", "warn-fill", "off"];

export function useColours() {
  const chosen = useStore(theme);
  const [colours, setColours] = useState(read);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const again = () => setColours(read());
    again();
    dark.addEventListener("change", again);
    return () => dark.removeEventListener("change", again);
  }, [chosen]);
  return colours;
}

// As they are drawn: a token may be one colour for light and another for dark.
function read() {
  const probe = document.body.appendChild(document.createElement("span"));
  const style = getComputedStyle(probe);
  const found = NAMES.map((name) => {
    probe.style.setProperty("color", `var(--${name})`);
    return [name, style.color];
  });
  probe.remove();
  return Object.fromEntries(found);
}

// A canvas of so many CSS pixels, sharp on every screen; returns what draws on it.
export function prepared(canvas, width, height) {
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { alpha: false });
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

// Text to take along: an id with its button, or a block of commands.
import { html, useEffect, useState } from "../view.js";
import { Icon } from "./icons.js";
import { announce } from "./announcer.js";

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "offscreen" });
    document.body.append(area);
    area.select();
    document.execCommand("copy"); // a page without https has no other way
    area.remove();
  }
}

export function CopyButton({ text, label = "Copy" }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    await write(text);
    setDone(true);
    announce("Copied");
  };
  return html`<button type="button" class="icon-button small" onClick=${copy} aria-label=${label} title=${label}>
    <${Icon} name=${done ? "check" : "copy"} />
  </button>`;
}

export const Id = ({ text, label }) => html`
  <span class="id"><code>${text}</code><${CopyButton} text=${text} label=${label ?? `Copy ${text}`} /></span>`;

export const Command = ({ text }) => html`
  <div class="command"><pre tabindex="0"><code>${text}</code></pre><${CopyButton} text=${text} label="Copy the command" /></div>`;

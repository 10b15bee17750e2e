// States as pills: an icon, a word and a colour, for the colour alone says nothing to many.
import { html } from "../view.js";
import { Icon } from "./icons.js";

const KINDS = {
  Completed: ["good", "check", "Completed"],
  Succeeded: ["good", "check", "Ready"],
  Failed: ["bad", "cross", "Failed"],
  Canceled: ["off", "stop", "Canceled"],
  CancelRequested: ["warn", "stop", "Canceling"],
  NotStarted: ["wait", "clock", "Not started"],
  Preparing: ["busy", "spinner", "Preparing"],
  Running: ["busy", "spinner", "Running"],
  Paused: ["wait", "clock", "Paused"],
  Finalizing: ["busy", "spinner", "Finalizing"],
  Creating: ["busy", "spinner", "Creating"],
  Deleting: ["warn", "spinner", "Deleting"],
  Pending: ["wait", "clock", "Pending"],
  Delivered: ["good", "check", "Delivered"],
  GivenUp: ["bad", "cross", "Given up"],
  Dropped: ["off", "stop", "Dropped"],
};

export const ENDED = new Set(["Completed", "Failed", "Canceled"]);
export const UNDER_WAY = ["NotStarted", "Preparing", "Running", "Paused", "Finalizing", "CancelRequested"];

// Kind, icon and words of a state. One that this page does not know keeps its own words, and no colour.
export const stateOf = (value) => KINDS[value] ?? ["off", "clock", wordsOf(value)];

const wordsOf = (value) => (value ? value.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) : "Unknown");

export function Status({ value, title }) {
  const [kind, icon, word] = stateOf(value);
  return html`<span class=${`pill ${kind}`} title=${title}><${Icon} name=${icon} />${word}</span>`;
}

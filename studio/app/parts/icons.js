// Line drawings of 16 by 16; they say nothing that the words beside them do not.
import { html } from "../view.js";

const PATHS = {
  check: "M3.5 8.5l3 3 6-7",
  cross: "M4.5 4.5l7 7m0-7l-7 7",
  stop: "M5 5h6v6H5z",
  clock: "M8 4.5V8l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  spinner: "M8 2a6 6 0 1 1-6 6",
  warning: "M8 2.5l6 11H2zM8 7v3m0 1.7v.1",
  copy: "M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.6-1.4L14 14",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5m0 11V15M1 8h1.5m11 0H15M3 3l1.1 1.1m7.8 7.8L13 13M3 13l1.1-1.1m7.8-7.8L13 3",
  moon: "M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z",
  auto: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12",
  help: "M6 6.2a2 2 0 1 1 2.8 1.9c-.5.2-.8.6-.8 1.1v.5m0 2v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  out: "M6.5 13.5h-4v-11h4m3.5 8.5l3-3-3-3m3 3H6",
  right: "M6 3.5L10.5 8 6 12.5",
  left: "M10 3.5L5.5 8l4.5 4.5",
  down: "M3.5 6L8 10.5 12.5 6",
  folder: "M2 4.5v8h12v-7H8L6.5 3.5H2z",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  play: "M5 3.5v9l7-4.5z",
  list: "M2.5 4h11M2.5 8h11m-11 4h11",
  box: "M8 1.8l5.5 3v6.4L8 14.2l-5.5-3V4.8zm0 6.4v6M2.7 4.9L8 8l5.3-3.1",
  code: "M5.5 4.5L2 8l3.5 3.5m5-7L14 8l-3.5 3.5",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.3 4.3L11.3 8.8M9 11.5L7.5 13a3 3 0 0 1-4.3-4.3l1.5-1.5",
  down_tray: "M8 2v8m-3-3l3 3 3-3M2.5 11v2.5h11V11",
  bulb: "M6 12.5h4M6.5 14.5h3M8 1.5a4.5 4.5 0 0 1 2.6 8.2c-.4.3-.6.7-.6 1.1H6c0-.4-.2-.8-.6-1.1A4.5 4.5 0 0 1 8 1.5z",
  arrow: "M2.5 8h11m-4-4l4 4-4 4",
  again: "M13.5 8A5.5 5.5 0 1 1 11.8 4M13.5 1.5V5H10",
};

export const Icon = ({ name, label }) => html`
  <svg class=${`icon icon-${name}`} viewBox="0 0 16 16" fill="none" stroke="currentColor"
    stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"
    role=${label ? "img" : undefined} aria-label=${label} aria-hidden=${label ? undefined : "true"}>
    <path d=${PATHS[name]} />
  </svg>`;

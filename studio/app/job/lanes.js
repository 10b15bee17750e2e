// The lanes of the timeline, drawn on a canvas: one for each scorer, below an axis of time.
import { decimal, duration } from "../format.js";

export const LANE = 22;
export const AXIS = 22;

// A time since the job began; what a scorer did while it waited for a job lies before it.
export function moment(ms, step = 1000) {
  if (Math.round(ms) === 0) return "0 s";
  const size = Math.abs(ms);
  return `${ms < 0 ? "−" : ""}${step < 1000 && size < 10_000 ? `${decimal(size / 1000)} s` : duration(size)}`;
}

export function paint(context, { timeline, rows, width, height, label, x, start, end, colours }) {
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, width, height);
  context.font = '11px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  context.textBaseline = "middle";
  timeline.scorers.forEach((_, lane) => {
    context.fillStyle = colours.sunken;
    context.fillRect(label, AXIS + lane * LANE + 2, width - label, LANE - 4);
  });
  axis(context, { width, height, label, x, start, end, colours });
  const fills = { i: colours.off, w: colours["warn-fill"], r: colours["good-fill"], f: colours["bad-fill"] };
  for (const one of rows) {
    const left = Math.max(label, x(one.start));
    if (x(one.start + one.ms) < label) continue; // over before what is shown
    const wide = Math.max(1, x(one.start + one.ms) - left - 0.5);
    const y = AXIS + one.scorer * LANE;
    context.fillStyle = fills[one.kind];
    const inset = { i: 5, w: 7, r: 3, f: 3 }[one.kind];
    context.fillRect(left, y + inset, wide, LANE - 2 * inset);
    if (one.kind === "f") notch(context, left, y, wide, colours.surface);
  }
  if (label) timeline.scorers.forEach((name, lane) => write(context, name, 0, AXIS + lane * LANE + LANE / 2, colours["text-soft"], label - 8));
}

// Failed spans have a notch: colour alone says nothing to many.
function notch(context, left, y, wide, ground) {
  if (wide < 4) return;
  context.fillStyle = ground;
  context.fillRect(left + wide / 2 - 1, y + LANE / 2 - 4, 2, 8);
}

function write(context, text, x, y, colour, most) {
  context.fillStyle = colour;
  context.fillText(text.length > 22 ? `${text.slice(0, 8)}…${text.slice(-12)}` : text, x, y, most);
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5, 216e5, 864e5];

function axis(context, { width, height, label, x, start, end, colours }) {
  const most = Math.max(2, (width - label) / 90);
  const step = STEPS.find((one) => (end - start) / one <= most) ?? STEPS.at(-1);
  for (let ms = Math.ceil(start / step) * step; ms <= end; ms += step) {
    context.fillStyle = colours.line;
    context.fillRect(Math.round(x(ms)), AXIS - 4, 1, height - AXIS + 4);
    context.fillStyle = colours["text-faint"];
    context.fillText(moment(ms, step), Math.min(x(ms) + 3, width - 40), 9);
  }
}

// The grid: a cell for each mini-batch, up to 100,000 of them, on a canvas. State is told by
// colour and by shape: failed is a cross or a full dark cell, waiting a frame, running a ring.
import { html, useEffect, useLayoutEffect, useRef } from "../view.js";
import { prepared, useColours } from "./colours.js";
import { STATES, useWidth } from "./source.js";

export const MOST_CELLS = 100_000;
const SIZES = [30, 26, 22, 18, 15, 12, 10, 8, 6, 5, 4, 3];
const TALLEST = 440;
const SHAPED = 8; // from that size on cells have shapes

export function layout(count, width) {
  const fits = (size) => Math.ceil(count / Math.floor(width / size)) * size <= TALLEST;
  const size = SIZES.find(fits) ?? SIZES.at(-1);
  const columns = Math.max(1, Math.floor(width / size));
  return { size, columns, rows: Math.ceil(count / columns) };
}

export function Grid({ states, first, chosen, lit, choose, describe }) {
  const [frame, width] = useWidth();
  const canvas = useRef(null);
  const drawnAs = useRef({ key: "", states: "" });
  const colours = useColours();
  const { size, columns, rows } = layout(states.length, width);
  const height = rows * size;

  useLayoutEffect(() => {
    const key = `${width} ${size} ${lit} ${Object.values(colours)}`;
    const before = drawnAs.current;
    const isSame = before.key === key && before.states.length === states.length;
    const context = isSame ? before.context : prepared(canvas.current, width, height);
    if (!isSame) {
      context.fillStyle = colours.surface;
      context.fillRect(0, 0, width, height);
    }
    const paint = painter(context, size, columns, colours, lit);
    for (let at = 0; at < states.length; at += 1) if (!isSame || before.states[at] !== states[at]) paint(at, states[at]);
    drawnAs.current = { key, states, context };
  }, [states, width, size, lit, colours]);

  const cellAt = (event) => {
    const box = canvas.current.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / size);
    const at = Math.floor((event.clientY - box.top) / size) * columns + column;
    return column >= 0 && column < columns && at >= 0 && at < states.length ? at : null;
  };
  const tip = useRef(null);
  const hover = (event) => {
    const at = cellAt(event);
    tip.current.hidden = at === null;
    if (at === null) return;
    tip.current.textContent = describe(at);
    const x = (at % columns) * size;
    tip.current.className = x > width / 2 ? "tip left" : "tip";
    tip.current.style.setProperty("left", `${x > width / 2 ? x - 4 : x + size + 4}px`);
    tip.current.style.setProperty("top", `${Math.floor(at / columns) * size}px`);
  };
  const place = chosen === null ? null : { x: (chosen % columns) * size, y: Math.floor(chosen / columns) * size };
  const scroller = useRef(null);
  useEffect(() => {
    if (place && (place.y < scroller.current.scrollTop || place.y + size > scroller.current.scrollTop + scroller.current.clientHeight))
      scroller.current.scrollTop = place.y - scroller.current.clientHeight / 2;
  }, [chosen, size]);
  return html`
    <div class="grid-frame" ref=${scroller}>
      <div class="grid" ref=${frame} role="slider" tabindex="0" aria-label="Mini-batch" aria-orientation="horizontal"
        aria-valuemin=${first} aria-valuemax=${first + states.length - 1} aria-valuenow=${first + (chosen ?? 0)}
        aria-valuetext=${chosen === null ? "None is chosen" : describe(chosen)}
        onKeyDown=${(event) => move(event, chosen, columns, states, lit, choose)}>
        <canvas ref=${canvas} style=${{ width: `${width}px`, height: `${height}px` }} aria-hidden="true"
          onClick=${(event) => cellAt(event) !== null && choose(cellAt(event))} onPointerMove=${hover} onPointerLeave=${() => (tip.current.hidden = true)}></canvas>
        ${place && html`<span class="grid-chosen" style=${{ left: `${place.x - 2}px`, top: `${place.y - 2}px`, width: `${size + 3}px`, height: `${size + 3}px` }}></span>`}
        <span class="tip" ref=${tip} hidden></span>
      </div>
    </div>`;
}

// Arrow keys walk the cells - those of the chosen states, if there are such.
function move(event, chosen, columns, states, lit, choose) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: 10 * columns, PageUp: -10 * columns };
  const by = steps[event.key];
  const last = states.length - 1;
  let to = null;
  if (by && chosen === null) to = by > 0 ? 0 : last;
  else if (by) to = Math.min(last, Math.max(0, chosen + by));
  else if (event.key === "Home") to = 0;
  else if (event.key === "End") to = last;
  if (to === null) return;
  event.preventDefault();
  const way = event.key === "End" || (by ?? 1) < 0 ? -1 : 1;
  if (lit) while (to >= 0 && to <= last && states[to] !== lit) to += way;
  if (to >= 0 && to <= last) choose(to);
}

function painter(context, size, columns, colours, lit) {
  const inner = size > 4 ? size - Math.max(1, Math.round(size / 9)) : size === 4 ? 3.4 : 2.6;
  const fills = { w: colours.line, r: colours["busy-fill"], s: colours["good-fill"], p: colours["warn-fill"], f: colours["bad-fill"] };
  return (at, state) => {
    const x = (at % columns) * size;
    const y = Math.floor(at / columns) * size;
    context.globalAlpha = 1;
    context.fillStyle = colours.surface;
    context.fillRect(x, y, size, size);
    context.globalAlpha = lit && lit !== state ? 0.18 : 1;
    context.fillStyle = fills[state] ?? colours.off;
    context.fillRect(x, y, inner, inner);
    if (size >= SHAPED) shape(context, state, x, y, inner, colours.surface);
  };
}

function shape(context, state, x, y, inner, ground) {
  const edge = Math.max(2, inner * 0.28);
  context.strokeStyle = ground;
  context.lineWidth = Math.max(1.2, inner / 9);
  context.fillStyle = ground;
  context.beginPath();
  if (state === "w") context.fillRect(x + 1.2, y + 1.2, inner - 2.4, inner - 2.4);
  else if (state === "r") context.arc(x + inner / 2, y + inner / 2, inner * 0.22, 0, 7);
  else if (state === "f") {
    context.moveTo(x + edge, y + edge);
    context.lineTo(x + inner - edge, y + inner - edge);
    context.moveTo(x + inner - edge, y + edge);
    context.lineTo(x + edge, y + inner - edge);
    context.stroke();
    return;
  } else if (state === "p") {
    context.moveTo(x + edge, y + inner - edge);
    context.lineTo(x + inner - edge, y + edge);
    context.stroke();
    return;
  } else return;
  context.fill();
}

// What colours and shapes mean, how many there are; a click shows only those.
export const Legend = ({ counts, lit, light }) => html`
  <div class="state-legend" role="group" aria-label="States">
    ${Object.entries(STATES).map(
      ([letter, [kind, words]]) => html`<button key=${letter} type="button" class="state-key" aria-pressed=${lit === letter} disabled=${!counts[letter]}
        onClick=${() => light(lit === letter ? "" : letter)}><span class=${`cell ${kind}`} aria-hidden="true"></span>${words} <span class="number faint">${counts[letter].toLocaleString()}</span></button>`,
    )}
  </div>`;

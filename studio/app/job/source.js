// What a job's page reads: every address below the job's own, and the mini-batches, of which only
// shards that changed are read again.
import { ask } from "../api.js";
import { BUSY_MS, useLive } from "../live.js";
import { href } from "../router.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../view.js";

export const SHARD = 200;
export const STATES = {
  w: ["waiting", "Waiting"],
  r: ["running", "Running"],
  s: ["succeeded", "Succeeded"],
  p: ["partly", "Partly failed"],
  f: ["failed", "Failed"],
};
const AT_ONCE = 100; // shards in one answer
const STEP = 10; // closed shards after which the list of etags starts later
const COLUMNS = "states,tries,failed,ms";

export const jobPath = (endpoint, job) => `endpoints/${encodeURIComponent(endpoint)}/jobs/${encodeURIComponent(job)}`;
export const partHref = (job, part, query) => href(`/jobs/${encodeURIComponent(job)}${part ? `/${part}` : ""}`, query);

// As useLive(), while the job runs, every `pause(data)` milliseconds; and once more when it has ended.
export function useWhileRunning(path, isEnded, pause = () => 2 * BUSY_MS) {
  const live = useLive(path, (data) => (isEnded ? 0 : pause(data)));
  const before = useRef(isEnded);
  useEffect(() => {
    if (before.current !== isEnded) live.again();
    before.current = isEnded;
  }, [isEnded]);
  return live;
}

// The mini-batches of a job: { index, sheets: Map of shard to its columns, version, failure }.
export function useSheets(path, isEnded) {
  const [from, setFrom] = useState(0);
  const [version, setVersion] = useState(0);
  const [failure, setFailure] = useState(null);
  const known = useRef({ index: null, sheets: new Map(), closed: [] });
  const aborter = useRef(null);
  const isReading = useRef(false);
  const live = useWhileRunning(`${path}/shards?from=${from}`, isEnded, () => BUSY_MS);

  useEffect(() => {
    aborter.current = new AbortController();
    return () => aborter.current.abort();
  }, []);
  useEffect(() => {
    if (!live.data) return;
    const { current } = known;
    current.index = live.data;
    current.closed.splice(live.data.from, Infinity, ...live.data.closed);
    if (!isReading.current) follow(current);
  }, [live.data]);

  // One reading at a time: what the index says meanwhile is read after it.
  async function follow(current) {
    isReading.current = true;
    const { signal } = aborter.current;
    try {
      let told = null;
      while (told !== current.index) {
        told = current.index;
        if (await read(path, current, signal)) setVersion((one) => one + 1);
      }
      setFailure(null);
      if (current.closed.length - from > 2 * STEP) setFrom(current.closed.length - STEP);
    } catch (refused) {
      if (!signal.aborted) setFailure(refused);
    } finally {
      isReading.current = false;
    }
  }
  return { ...known.current, version, failure: failure ?? live.failure, again: live.again };
}

async function read(path, { index, sheets, closed }, signal) {
  const wanted = closed.map((etag, shard) => [shard, etag]).filter(([shard, etag]) => sheets.get(shard)?.etag !== etag);
  const { open } = index;
  if (open && sheets.get(open.shard)?.etag !== open.etag) wanted.push([open.shard, open.etag]);
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const some = wanted.slice(at, at + AT_ONCE).map(([shard]) => shard);
    const answer = await ask(`${path}/minibatches?shard=${ranges(some)}&columns=${COLUMNS}`, { signal });
    for (const sheet of (await answer.json()).shards) sheets.set(sheet.shard, sheet);
  }
  return wanted.length > 0;
}

// 0,1,2,7 as "0-2,7".
export function ranges(numbers) {
  const parts = [];
  for (const one of numbers) {
    const last = parts.at(-1);
    if (last && last[1] === one - 1) last[1] = one;
    else parts.push([one, one]);
  }
  return parts.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

// The letter of each mini-batch in one text, and how many there are of each.
export function allStates({ index, sheets }) {
  const parts = [];
  for (let shard = 0; shard < index.shards; shard += 1)
    parts.push(sheets.get(shard)?.states ?? "w".repeat(sizeOf(shard, index)));
  return parts.join("");
}

export const sizeOf = (shard, { mini_batches: all, shard_size: size }) => Math.max(0, Math.min(size, all - shard * size));

export function counted(states) {
  const counts = { w: 0, r: 0, s: 0, p: 0, f: 0 };
  for (const one of states) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

// The width of an element that is drawn to its size.
export function useWidth(initial = 900) {
  const element = useRef(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const set = (pixels) => setWidth(Math.max(200, Math.floor(pixels)));
    const { paddingLeft, paddingRight } = getComputedStyle(element.current);
    set(element.current.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight));
    const watcher = new ResizeObserver(([entry]) => set(entry.contentRect.width));
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, []);
  return [element, width];
}

export const LogLink = ({ job, log, minibatch, file, children = "Log" }) =>
  log && html`<a href=${partHref(job, "logs", { log, mini_batch: minibatch, file })}>${children}</a>`;

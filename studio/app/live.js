// What is on the page stays true: each address is asked again and again, and costs a few bytes
// while nothing has changed (If-None-Match). A hidden page does not ask; one that nobody touched
// for long asks seldom.
import { ask } from "./api.js";
import { useEffect, useRef, useState } from "./view.js";

export const BUSY_MS = 2_000;
export const IDLE_MS = 6_000;
const ASLEEP_MS = 30_000;
const ASLEEP_AFTER_MS = 10 * 60_000;
const MOST_MS = 60_000;

let touched = Date.now();
for (const kind of ["pointerdown", "keydown", "focus", "wheel"])
  addEventListener(kind, () => (touched = Date.now()), { passive: true, capture: true });

// The answer of `path` as it is now: { data, failure, isLoading, again }.
// `every(data)` says after how many milliseconds to ask again; 0: not any more.
export function useLive(path, every = () => IDLE_MS) {
  const [state, setState] = useState({ path, data: null, failure: null });
  const run = useRef(null);
  const wanted = useRef(every);
  wanted.current = every;

  useEffect(() => {
    if (!path) return undefined;
    const poll = new Poll(path, (data) => wanted.current(data), setState);
    run.current = poll;
    poll.start();
    return () => poll.stop();
  }, [path]);

  const current = state.path === path ? state : { path, data: null, failure: null };
  return {
    ...current,
    isLoading: Boolean(path) && current.data === null && current.failure === null,
    again: () => run.current?.now(),
  };
}

class Poll {
  constructor(path, every, show) {
    this.path = path;
    this.every = every;
    this.show = show;
    this.data = null;
    this.tag = "";
    this.failures = 0;
    this.aborter = new AbortController();
  }

  start() {
    this.onVisible = () => document.visibilityState === "visible" && this.now();
    document.addEventListener("visibilitychange", this.onVisible);
    addEventListener("studio:signed-in", this.onVisible);
    this.now();
  }

  stop() {
    this.aborter.abort();
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    removeEventListener("studio:signed-in", this.onVisible);
  }

  now() {
    clearTimeout(this.timer);
    if (!this.isAsking) this.look();
  }

  async look() {
    this.isAsking = true;
    try {
      await this.once();
      this.failures = 0;
    } catch (failure) {
      if (this.aborter.signal.aborted) return;
      this.failures += 1;
      this.show({ path: this.path, data: this.data, failure });
    } finally {
      this.isAsking = false;
    }
    this.plan();
  }

  async once() {
    const headers = this.tag ? { "If-None-Match": this.tag } : {};
    const answer = await ask(this.path, { headers, signal: this.aborter.signal });
    const isNew = answer.status !== 304;
    if (isNew) {
      this.data = await answer.json();
      this.tag = answer.headers.get("ETag") ?? "";
    }
    if (isNew || this.failures) this.show({ path: this.path, data: this.data, failure: null });
  }

  plan() {
    if (this.aborter.signal.aborted) return;
    const usual = this.every(this.data);
    if (!usual && !this.failures) return;
    const asleep = Date.now() - touched > ASLEEP_AFTER_MS ? ASLEEP_MS : 0;
    const patience = this.failures ? Math.min(MOST_MS, BUSY_MS * 2 ** this.failures) : 0;
    const wait = Math.max(usual || IDLE_MS, asleep, patience);
    this.timer = setTimeout(() => (document.visibilityState === "visible" ? this.look() : undefined), wait);
  }
}

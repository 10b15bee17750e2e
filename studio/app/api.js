// The service's routes. Who is asking: the key of this page, and the cookie that only it opens.
import { ahead } from "./ahead.js";
import { forget, keep, recall } from "./kept.js";
import { PAGE_KEY as KEY } from "./paths.js";
import { ROOT } from "./root.js";
import { store } from "./store.js";

const LIMIT_MS = 60_000;

// Set when the service says that nobody is signed in any more; pages keep what they show.
export const expired = store(false);
// Set when the service answers again after it did not: it may be another one by now.
export const returned = store(0);
let isSilent = false;
// How far the service's clock is ahead of this machine's, in milliseconds.
export const clock = { ahead: 0 };

export class Refusal extends Error {
  constructor(status, code, message, target = "") {
    super(message);
    this.status = status;
    this.code = code;
    this.target = target;
  }
}

export const hasKey = () => recall(KEY) !== null;

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const text = btoa(String.fromCharCode(...bytes));
  keep(KEY, text.replaceAll("+", "-").replaceAll("/", "_").replace("=", ""));
}

export const dropKey = () => forget(KEY);

// A path below the service, or a whole address of it.
export const address = (path) => (path.startsWith("http") ? path : `${ROOT}/${path.replace(/^\//, "")}`);

export async function ask(path, { method = "GET", body, headers = {}, signal, accept } = {}) {
  const given = { "X-Studio": recall(KEY) ?? "", ...headers };
  if (body !== undefined) given["Content-Type"] = "application/json";
  const limit = AbortSignal.timeout(LIMIT_MS);
  const early = method === "GET" ? await ahead(path) : null;
  const answer = early ?? await fetch(address(path), {
    method,
    headers: given,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  }).catch((failure) => {
    if (signal?.aborted) throw failure;
    isSilent = true;
    throw silence();
  });
  heed(answer);
  if (answer.ok || answer.status === 304 || accept?.includes(answer.status)) return answer;
  throw await refusal(answer);
}

export async function get(path, options) {
  return (await ask(path, options)).json();
}

export async function send(method, path, body, options = {}) {
  const answer = await ask(path, { ...options, method, body });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
}

function heed(answer) {
  const date = Date.parse(answer.headers.get("Date") ?? "");
  if (!Number.isNaN(date) && Math.abs(date - Date.now()) > 2_000) clock.ahead = date - Date.now();
  if (isSilent && answer.status < 500) {
    isSilent = false;
    returned.set(returned.get() + 1);
  }
  if (answer.status === 401) expired.set(true);
}

function silence() {
  return new Refusal(0, "NoAnswer", "The service does not answer. Check that it runs and that this machine is online.");
}

async function refusal(answer) {
  const text = await answer.text().catch(() => "");
  try {
    const { code, message, target } = JSON.parse(text).error;
    return new Refusal(answer.status, code, message, target);
  } catch {
    const words = answer.status === 502 || answer.status === 503 ? "is starting, or too busy" : "answered";
    return new Refusal(answer.status, "Http", `The service ${words} (${answer.status}). Try again in a moment.`);
  }
}

// Numbers and times in words, in the viewer's own language and zone.
import { clock } from "./api.js";

const counts = new Intl.NumberFormat();
const decimals = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const farDay = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const now = () => Date.now() + clock.ahead;

export const count = (value) => (value === null || value === undefined ? "–" : counts.format(value));

export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

export const decimal = (value) => (value === null || value === undefined ? "–" : decimals.format(value));

export const exactTime = (text) => exact.format(new Date(text));

export function shortTime(text, at = now()) {
  const moment = Date.parse(text);
  const past = at - moment;
  if (past < 45_000 && past > -5_000) return "just now";
  if (past < HOUR) return relative.format(-Math.round(past / MINUTE), "minute");
  if (past < DAY) return relative.format(-Math.round(past / HOUR), "hour");
  return past < 300 * DAY ? day.format(moment) : farDay.format(moment);
}

export function duration(ms) {
  if (ms === null || Number.isNaN(ms)) return "–";
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

// As duration(), of what may be over within a second.
export const brief = (ms) => (ms < 1000 ? `${decimal(ms)} ms` : duration(ms));

export function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit ? decimal(size) : size} ${units[unit]}`;
}

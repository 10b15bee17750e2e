// Whom an endpoint calls back, and what became of its newest calls. To look at only.
import { useLive } from "../live.js";
import { Time } from "../parts/time.js";
import { Status } from "../parts/status.js";
import { Table } from "../parts/table.js";
import { jobHref } from "../router.js";
import { html } from "../view.js";

const SELDOM_MS = 60_000;
const NEWEST = 5;

export function Callbacks({ own }) {
  const webhooks = useLive(`${own}/webhooks`, () => SELDOM_MS);
  const called = webhooks.data?.value ?? [];
  if (!called.length) return null;
  return html`
    <section class="section" aria-label="Call-backs">
      <h2>Call-backs</h2>
      ${called.map((webhook) => html`<${Webhook} key=${webhook.name} webhook=${webhook} own=${own} />`)}
    </section>`;
}

function Webhook({ webhook: { name, properties }, own }) {
  const live = useLive(`${own}/webhooks/${encodeURIComponent(name)}/deliveries?$top=${NEWEST}`, () => SELDOM_MS);
  const deliveries = (live.data?.value ?? []).slice(0, NEWEST);
  return html`
    <p><span class="strong">${name}</span> <span class="tag">${properties.state === "Paused" ? "webhook, paused" : "webhook"}</span>
      <span class="soft"> <code>${properties.url}</code></span></p>
    ${deliveries.length
      ? html`<${Table} caption=${`Newest deliveries of ${name}`} rows=${deliveries} keyOf=${(one) => one.name} columns=${COLUMNS} />`
      : html`<p class="faint">Nothing was to be told yet.</p>`}`;
}

const COLUMNS = [
  ["Event", ({ properties }) => properties.event.split(".").slice(-2).join(".")],
  ["Job", ({ properties }) => html`<a href=${jobHref(properties.job)}>${properties.job}</a>`],
  ["Delivery", ({ properties }) => html`<${Status} value=${properties.state} title=${properties.reason} />`],
  ["Last attempt", ({ properties }) => lastAttempt(properties)],
  ["Next", ({ properties }) => html`<${Time} at=${properties.nextAttemptAt} />`],
];

function lastAttempt({ attemptCount, lastAttempt }) {
  if (!lastAttempt) return html`<span class="faint">none yet</span>`;
  return html`${lastAttempt.error ?? lastAttempt.statusCode} <span class="faint">try ${attemptCount}, <${Time} at=${lastAttempt.at} /></span>`;
}

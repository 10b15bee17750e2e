// What starts jobs of an endpoint by itself: watches of folders, and schedules. To look at only.
import { useLive } from "../live.js";
import { jobHref } from "../router.js";
import { me } from "../session.js";
import { html } from "../view.js";

const SELDOM_MS = 60_000;

export function Starters({ own, endpoint }) {
  const watches = useLive(`${own}/watches`, () => SELDOM_MS);
  const schedules = useLive(`${me.get().workspace.id}/schedules?listViewType=All&$top=1000`, () => SELDOM_MS);
  const timed = (schedules.data?.value ?? []).filter((one) => endpointOf(one)?.toLowerCase() === endpoint.toLowerCase());
  const watched = watches.data?.value ?? [];
  if (!timed.length && !watched.length) return null;
  return html`
    <section class="section" aria-label="What starts jobs">
      <h2>Starts by itself</h2>
      <ul class="card plain">
        ${watched.map(({ name, properties: { source, gather } }) => html`<li key=${`w ${name}`}>
          <span><span class="strong">${name}</span> <span class="tag">watch</span></span>
          <span class="soft">uploads to <code>${source.datastoreName}/${source.folder}</code>, once quiet for ${gather.quietSeconds} s</span></li>`)}
        ${timed.map(({ name, properties }) => html`<li key=${`s ${name}`}>
          <span><span class="strong">${name}</span> <span class="tag">${properties.isEnabled ? "schedule" : "schedule, off"}</span></span>
          <span class="soft">${triggerWords(properties.trigger)}</span>
          ${properties.nextRunTime && html`<span class="faint">next <${Next} at=${properties.nextRunTime} /></span>`}
          ${properties.lastRun?.jobName && html`<a href=${jobHref(properties.lastRun.jobName)}>last job</a>`}</li>`)}
      </ul>
    </section>`;
}

const Next = ({ at }) => html`<time datetime=${at} title=${at}>${new Date(at).toLocaleString()}</time>`;

const endpointOf = (schedule) => schedule.properties.action?.endpointInvocationDefinition?.endpointName;

function triggerWords(trigger) {
  const zone = trigger.timeZone ? ` (${trigger.timeZone})` : "";
  if (trigger.expression) return html`<code>${trigger.expression}</code>${zone}`;
  return `every ${trigger.interval ?? 1} ${String(trigger.frequency ?? "").toLowerCase()}${zone}`;
}

// From span to span of the timeline by keys: along a scorer's lane, or to what another did then.

const laneOf = (spans, scorer) => spans.filter((one) => one.scorer === scorer).sort((one, other) => one.start - other.start);

function along(spans, span, by) {
  if (!span) return laneOf(spans, spans[0]?.scorer).at(by > 0 ? 0 : -1);
  const lane = laneOf(spans, span.scorer);
  return lane[lane.indexOf(span) + by];
}

// Lanes without a span are passed over.
function across(spans, span, by) {
  if (!span) return along(spans, span, 1);
  const lanes = [...new Set(spans.map((one) => one.scorer))].sort((one, other) => one - other);
  const scorer = lanes[lanes.indexOf(span.scorer) + by];
  if (scorer === undefined) return undefined;
  const far = (one) => Math.max(0, one.start - span.start, span.start - one.start - one.ms);
  return laneOf(spans, scorer).reduce((best, one) => (far(one) < far(best) ? one : best));
}

const end = (spans, span, at) => laneOf(spans, (span ?? spans[0])?.scorer).at(at);

// By key: the span to go to from the one that is chosen, or undefined where there is none.
export const WAYS = {
  ArrowRight: (spans, span) => along(spans, span, 1),
  ArrowLeft: (spans, span) => along(spans, span, -1),
  ArrowDown: (spans, span) => across(spans, span, 1),
  ArrowUp: (spans, span) => across(spans, span, -1),
  Home: (spans, span) => end(spans, span, 0),
  End: (spans, span) => end(spans, span, -1),
};

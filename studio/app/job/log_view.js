// One log. Only pieces of it are read: its end, which is followed, or the surroundings of a line.
import { bytes, count, plural } from "../format.js";
import { get } from "../api.js";
import { Icon } from "../parts/icons.js";
import { Failure } from "../parts/states.js";
import { goQuery } from "../router.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../view.js";

const PIECE = 65_536;
const BEFORE = 2_048; // bytes shown above the line that was asked for
const KEPT = 1_000_000; // characters of a followed log that stay on the page
const FOLLOW_MS = 2_000;

export function LogView({ path, name, isEnded, minibatch, file, at, search }) {
  const own = `${path}/log?name=${encodeURIComponent(name)}`;
  const [piece, setPiece] = useState(null);
  const [failure, setFailure] = useState(null);
  const [isFollowing, setFollowing] = useState(!at && !minibatch);
  const frame = useRef(null);
  const offset = at === "" ? null : Math.max(0, Number.parseInt(at, 10) || 0);

  // The line of a mini-batch, or of a file of it, is found once; then it is an offset.
  useEffect(() => {
    if (!minibatch || offset !== null) return undefined;
    const aborter = new AbortController();
    get(`${own}&mini_batch=${encodeURIComponent(minibatch)}`, { signal: aborter.signal }).then(
      ({ matches }) => {
        const found = matches.findLast((one) => file && one.line.includes(file)) ?? matches[0];
        goQuery({ at: found ? found.offset : "", mini_batch: found ? minibatch : "" });
      },
      (refused) => aborter.signal.aborted || setFailure(refused),
    );
    return () => aborter.abort();
  }, [own, minibatch, offset === null]);

  useEffect(() => {
    if (minibatch && offset === null) return undefined;
    const aborter = new AbortController();
    const start = offset === null ? -PIECE : Math.max(0, offset - BEFORE);
    setFollowing(offset === null);
    get(`${own}&from=${start}`, { signal: aborter.signal }).then(
      (found) => (setPiece(found), setFailure(null)),
      (refused) => aborter.signal.aborted || setFailure(refused),
    );
    return () => aborter.abort();
  }, [own, at, minibatch && offset === null]);

  const add = async (isEarlier) => {
    const from = isEarlier ? Math.max(0, piece.from - PIECE) : piece.to;
    const most = isEarlier ? piece.from - from : PIECE;
    try {
      const more = await get(`${own}&from=${from}&most=${most}`);
      setFailure(null);
      setPiece((now) => joined(now, more, isEarlier));
    } catch (refused) {
      setFailure(refused);
    }
  };

  useEffect(() => {
    if (!isFollowing || isEnded || !piece) return undefined;
    const timer = setInterval(() => document.visibilityState === "visible" && add(false), FOLLOW_MS);
    return () => clearInterval(timer);
  }, [isFollowing, isEnded, piece]);

  useEffect(() => {
    if (isEnded && isFollowing && piece) add(false); // what was written last
  }, [isEnded]);

  useLayoutEffect(() => {
    if (!piece || !frame.current) return;
    const marked = frame.current.querySelector("mark");
    if (offset !== null && marked) frame.current.scrollTop = marked.offsetTop - 48;
    else if (isFollowing) frame.current.scrollTop = frame.current.scrollHeight;
  }, [piece, offset]);

  const onScroll = ({ currentTarget: box }) => offset === null && setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < 40);
  return html`
    <section class="card log-view" aria-label=${name}>
      <header class="section-head"><h2>${name.replace(/^logs\//, "")}</h2>
        <span class="faint number" role="status">${piece && (piece.from > 0 || piece.to < piece.size ? `${bytes(piece.to - piece.from)} of ${bytes(piece.size)}` : bytes(piece.size))}${!isEnded && isFollowing && " · following"}</span></header>
      <${Search} own=${own} search=${search} />
      ${failure && html`<${Failure} failure=${failure} />`}
      <div class="log-steps">
        ${piece?.from > 0 && html`<button type="button" class="button" onClick=${() => add(true)}>Earlier</button>`}
        ${piece && piece.to < piece.size && html`<button type="button" class="button" onClick=${() => add(false)}>Later</button>`}
        ${offset !== null && html`<button type="button" class="button" onClick=${() => goQuery({ at: "", mini_batch: "", file: "" })}><${Icon} name="down" />To its end</button>`}
      </div>
      <pre ref=${frame} class="log-text" tabindex="0" aria-label="Log" onScroll=${onScroll}>${piece ? html`<${Text} piece=${piece} offset=${offset} />` : "Loading …"}</pre>
    </section>`;
}

function joined(now, more, isEarlier) {
  const [head, tail] = isEarlier ? [more, now] : [now, more];
  const text = head.text + tail.text;
  const size = Math.max(now.size, more.size);
  if (isEarlier || text.length <= KEPT) return { ...now, size, from: head.from, to: tail.to, text };
  const kept = text.slice(text.indexOf("\n", text.length - KEPT) + 1);
  return { ...now, size, from: tail.to - new TextEncoder().encode(kept).length, to: tail.to, text: kept };
}

// The text, with the line at `offset` marked; offsets are bytes.
function Text({ piece, offset }) {
  if (!piece.text) return "It is empty so far.";
  if (offset === null || offset < piece.from || offset >= piece.to) return piece.text;
  const raw = new TextEncoder().encode(piece.text);
  const before = new TextDecoder().decode(raw.subarray(0, offset - piece.from));
  const rest = piece.text.slice(before.length);
  const end = rest.indexOf("\n") < 0 ? rest.length : rest.indexOf("\n");
  return html`${before}<mark>${rest.slice(0, end)}</mark>${rest.slice(end)}`;
}

function Search({ own, search }) {
  const [text, setText] = useState(search);
  const [found, setFound] = useState(null);
  const [failure, setFailure] = useState(null);
  useEffect(() => {
    setFound(null);
    if (!search) return undefined;
    const aborter = new AbortController();
    get(`${own}&search=${encodeURIComponent(search)}`, { signal: aborter.signal }).then(
      (answer) => (setFound(answer), setFailure(null)),
      (refused) => aborter.signal.aborted || setFailure(refused),
    );
    return () => aborter.abort();
  }, [own, search]);
  const submit = (event) => {
    event.preventDefault();
    goQuery({ search: text.trim() });
  };
  return html`
    <form class="log-search" role="search" onSubmit=${submit}>
      <label class="field"><span class="offscreen">Search in this log</span>
        <input type="search" data-filter maxlength="200" placeholder="Search in this log   /" value=${text} onInput=${(event) => (setText(event.target.value), event.target.value || goQuery({ search: "" }))} /></label>
      <button class="button"><${Icon} name="search" />Search</button>
    </form>
    ${failure && html`<${Failure} failure=${failure} />`}
    ${search && found &&
    html`<div class="matches"><p class="faint" role="status">${found.matches.length ? plural(found.matches.length, "line") : "No line"} with “${search}”${found.to < found.size && ` in the first ${bytes(found.to)}`}</p>
      <ol>${found.matches.slice(0, 200).map((one) => html`<li key=${one.offset}><button type="button" onClick=${() => goQuery({ at: one.offset, mini_batch: "", file: "" })}>${one.line}</button></li>`)}</ol>
      ${found.matches.length > 200 && html`<p class="faint">${count(found.matches.length - 200)} more: search for something rarer.</p>`}</div>`}`;
}

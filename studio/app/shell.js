// What is around every page: the bar with its places, who is signed in, banners, and the help.
import { expired } from "./api.js";
import { KEYS, listen } from "./keys.js";
import { Announcer, announce } from "./parts/announcer.js";
import { Icon } from "./parts/icons.js";
import { SignInAgain } from "./parts/sign_in_again.js";
import { ROOT } from "./root.js";
import { href, place } from "./router.js";
import { me, outdated, signOut } from "./session.js";
import { useStore } from "./store.js";
import { nextTheme, theme } from "./theme.js";
import { html, useEffect, useRef } from "./view.js";

const PLACES = [
  ["Endpoints", "/endpoints", "box"],
  ["Jobs", "/jobs", "list"],
];
const THEMES = { auto: ["auto", "Theme: the system's"], light: ["sun", "Theme: light"], dark: ["moon", "Theme: dark"] };
const API = `${ROOT}/docs`;

export function Shell({ children }) {
  const help = useRef(null);
  const isExpired = useStore(expired);
  const isOutdated = useStore(outdated);
  const person = useStore(me);
  useEffect(
    () =>
      listen({
        help: () => help.current?.showModal(),
        theme: nextTheme,
        api: () => location.assign(API),
      }),
    [],
  );
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <${Bar} person=${person} help=${() => help.current?.showModal()} />
    ${isExpired && person && html`<${SignInAgain} />`}
    ${isOutdated && !isExpired && html`<${Updated} />`}
    <main id="main" tabindex="-1">${children}</main>
    <${Help} dialog=${help} />
    <${Announcer} />`;
}

const Updated = () => html`
  <div class="banner" role="status">
    <${Icon} name="again" />
    <div>The Studio was updated; this page is still the one before.</div>
    <button type="button" class="button" onClick=${() => location.reload()}>Load it again</button>
  </div>`;

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function Bar({ person, help }) {
  const { path } = useStore(place);
  const [icon, words] = THEMES[useStore(theme)];
  return html`
    <header class="bar">
      <a class="brand" href=${href("/")}><span class="brand-mark" aria-hidden="true"></span>Studio</a>
      ${person &&
      html`<nav class="places" aria-label="Main">
        ${PLACES.map(
          ([name, to, mark]) => html`<a key=${to} href=${href(to)}
            aria-current=${path === to || path.startsWith(`${to}/`) ? "page" : undefined}><${Icon} name=${mark} />${name}</a>`,
        )}
        <a href=${API}><${Icon} name="code" />API</a>
      </nav>`}
      <div class="bar-end">
        ${person && html`<${Person} person=${person} />`}
        <button type="button" class="icon-button" onClick=${nextTheme} aria-label=${words} title=${words}><${Icon} name=${icon} /></button>
        <button type="button" class="icon-button" onClick=${help} aria-label="Keyboard and help" title="Keyboard and help (?)"><${Icon} name="help" /></button>
        ${person &&
        html`<button type="button" class="icon-button" onClick=${leave} aria-label="Sign out" title="Sign out"><${Icon} name="out" /></button>`}
      </div>
    </header>`;
}

const Person = ({ person }) => html`
  <span class="person" title=${`Workspace ${person.workspace.name}`}>
    <span class="person-name">${person.name}</span><span class="tag">${person.role}</span>
  </span>`;

function leave() {
  signOut()
    .then(() => announce("Signed out"))
    .catch((failure) => announce(failure.message));
}

const Help = ({ dialog }) => html`
  <dialog ref=${dialog} class="dialog" aria-labelledby="help-title">
    <form method="dialog">
      <header><h2 id="help-title">Keyboard</h2>
        <button class="icon-button" aria-label="Close"><${Icon} name="cross" /></button></header>
      <dl class="keys">
        ${KEYS.map(
          ([keys, words]) => html`<div key=${keys}><dt>${keys.split(" ").map((one) => (one === "/" && keys !== "/" ? " / " : html`<kbd>${one}</kbd>`))}</dt><dd>${words}</dd></div>`,
        )}
      </dl>
    </form>
  </dialog>`;

// Signing in: by a one-use link of this machine, by Entra ID, by App Service, or by a token.
import { get } from "../api.js";
import { Command } from "../parts/copy.js";
import { Failure } from "../parts/states.js";
import { recall } from "../kept.js";
import { ROOT, STUDIO_PATH } from "../root.js";
import { go, href, place } from "../router.js";
import { leaveForEntra, me, signIn } from "../session.js";
import { useStore } from "../store.js";
import { html, useEffect, useState } from "../view.js";

export function SignIn() {
  const { path, query, hash } = useStore(place);
  const person = useStore(me);
  const [ways, setWays] = useState(null);
  const [failure, setFailure] = useState(null);
  const [token, setToken] = useState("");
  const isHere = path === "/sign-in";
  const isBack = isHere && hash.includes("state="); // from Entra ID
  const code = isHere && !isBack ? hash.slice(1) : "";

  const enter = (proof) =>
    signIn(proof).then(
      () => isHere && go(isBack ? recall("after") || href("/endpoints") : target(query), { replace: true }),
      (refused) => setFailure(refused),
    );
  useEffect(() => {
    document.title = "Sign in · Studio";
    get("studio/api/ways").then(setWays, setFailure);
  }, []);
  useEffect(() => {
    if (!code) return;
    history.replaceState(null, "", location.pathname + location.search); // it is good once
    enter({ code });
  }, [code]);
  useEffect(() => {
    if (!isBack) return;
    history.replaceState(null, "", location.pathname);
    enter({ answer: Object.fromEntries(new URLSearchParams(hash.slice(1))) });
  }, []);
  useEffect(() => {
    if (isHere && !code && !isBack && person) go(target(query), { replace: true });
  }, [person]);

  const submit = (event) => {
    event.preventDefault();
    setFailure(null);
    enter({ token: token.trim() });
  };
  const wanted = isHere ? target(query) : location.pathname + location.search;
  if ((code || isBack) && !failure) return html`<div class="sign-in"><p role="status">Signing in …</p></div>`;
  return html`
    <div class="sign-in">
      <h1 tabindex="-1">Sign in</h1>
      ${failure && html`<${Failure} title="Not signed in" failure=${failure} />`}
      ${ways?.link &&
      html`<section class="card"><h2>On this machine</h2>
        <p>This opens the Studio, signed in, by a link that is good once:</p>
        <${Command} text=${ways.command} /></section>`}
      ${ways?.entra &&
      html`<section class="card"><h2>With your organization's account</h2>
        <button type="button" class="button primary" onClick=${() => leaveForEntra(wanted).catch(setFailure)}>Sign in with Microsoft</button></section>`}
      ${ways?.appService &&
      html`<section class="card"><h2>With your organization's account</h2>
        <a class="button primary" href=${`${new URL(ROOT).origin}/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(wanted)}`}>Sign in with Microsoft</a></section>`}
      <section class="card"><h2>With a token</h2>
        <form onSubmit=${submit}>
          <label for="token">A bearer token that the service takes</label>
          <textarea id="token" name="token" rows="4" required autocomplete="off" spellcheck=${false}
            value=${token} onInput=${(event) => setToken(event.target.value)}></textarea>
          <p class="hint">${ways?.link ? html`<code>${ways.tokenCommand}</code> prints one` : html`<code>az account get-access-token --resource ${ways?.audience}</code> prints one`}; it stays in this browser until it ends.</p>
          <button class="button primary">Sign in</button>
        </form></section>
    </div>`;
}

// Where to go then: a page of ours that the link names, and nowhere else.
function target(query) {
  const to = query.get("to") ?? "";
  return /^[\w][^:\\]*$/.test(to) && !to.includes("//") ? `${STUDIO_PATH}/${to}` : href("/endpoints");
}

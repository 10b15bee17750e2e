// The session ended while a page is open: it keeps what it shows, and goes on after a new sign-in.
import { begin } from "../session.js";
import { href } from "../router.js";
import { html } from "../view.js";
import { Icon } from "./icons.js";

export const SignInAgain = () => html`
  <div class="banner" role="status">
    <${Icon} name="clock" />
    <div>Your session has ended; this page no longer follows what happens. Nothing on it is lost.</div>
    <a class="button" href=${href("/sign-in")} target="_blank" rel="opener">Sign in again</a>
    <button type="button" class="button quiet" onClick=${() => begin().catch(() => undefined)}>I have signed in</button>
  </div>`;

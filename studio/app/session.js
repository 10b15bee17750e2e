// Who is signed in: as the service says, for as long as their token lasts.
import { dropKey, expired, get, hasKey, newKey, returned, send } from "./api.js";
import { keep } from "./kept.js";
import { ME } from "./paths.js";
import { ROOT, VERSION } from "./root.js";
import { store } from "./store.js";

// Whether the service has another Studio by now than the one that this page is of.
export const outdated = store(false);

// undefined: not asked yet; null: nobody.
export const me = store(undefined);

const ROLES = ["reader", "invoker", "contributor"];

// Whether the role of who is signed in includes this one.
export const may = (role) => ROLES.indexOf(me.get()?.role) >= ROLES.indexOf(role);

export async function begin() {
  if (!hasKey()) newKey();
  try {
    welcome(await get(ME));
  } catch (failure) {
    if (failure.status !== 401) throw failure;
    if (me.get()) return; // the page keeps what it shows, under the banner
    expired.set(false);
    me.set(null);
  }
}

// To Entra ID, which sends the browser back with an answer; then to the page that was wanted.
export async function leaveForEntra(page) {
  if (!hasKey()) newKey();
  keep("after", page);
  location.assign((await send("POST", "studio/api/sign-ins")).body.to);
}

// `proof` is { token }, { code } or { answer }.
export async function signIn(proof) {
  if (!hasKey()) newKey();
  welcome((await send("POST", "studio/api/session", proof)).body);
  keep("entered", String(Date.now())); // the other tabs hear of it
}

export async function signOut() {
  await send("DELETE", "studio/api/session");
  const { appService } = await get("studio/api/ways");
  dropKey();
  newKey();
  expired.set(false);
  me.set(null);
  if (appService) location.assign(`${new URL(ROOT).origin}/.auth/logout`);
}

function welcome(caller) {
  me.set(caller);
  outdated.set(caller.studio !== VERSION);
  expired.set(false);
  dispatchEvent(new Event("studio:signed-in"));
}

returned.watch(() => me.get() && begin().catch(() => undefined));

// Another tab signed in: this one may go on.
addEventListener("storage", (event) => {
  if (event.key === "studio.entered") begin().catch(() => undefined);
});

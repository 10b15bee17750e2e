// The service's OpenAPI document in Swagger UI; what is tried out there goes by the Studio's session.
import { ask, hasKey, newKey } from "../app/api.js";
import { recall } from "../app/kept.js";
import { ROOT } from "../app/root.js";

const said = document.getElementById("said");
const LINKS = { studio: "/studio", endpoints: "/studio/endpoints", jobs: "/studio/jobs", here: "/docs", source: "/openapi.json" };
for (const [id, path] of Object.entries(LINKS)) document.getElementById(id).href = `${ROOT}${path}`;
// What most people look for stands first; the others follow as the document has them.
const FIRST = ["endpoints", "batchEndpoints", "jobs", "outputs"];

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const darken = () =>
  document.documentElement.classList.toggle("dark-mode", (recall("theme") ?? (systemIsDark.matches ? "dark" : "light")) === "dark");
systemIsDark.addEventListener("change", darken);
darken();

async function show() {
  if (!hasKey()) newKey();
  const spec = await (await ask("openapi.json")).json();
  spec.servers = [{ url: ROOT }]; // the address that this page came from
  const used = new Set(Object.values(spec.paths).flatMap((path) => Object.values(path).flatMap((one) => one.tags ?? [])));
  spec.tags = FIRST.filter((name) => used.has(name)).map((name) => ({ name }));
  globalThis.SwaggerUIBundle({
    spec,
    domNode: document.getElementById("viewer"),
    deepLinking: true,
    docExpansion: "list",
    filter: true,
    tryItOutEnabled: false,
    validatorUrl: null,
    supportedSubmitMethods: ["get", "head"],
    requestInterceptor: (request) => {
      request.headers["X-Studio"] = recall("key") ?? "";
      return request;
    },
  });
}

show().catch((failure) => {
  said.textContent = failure.message;
  if (failure.status === 401) {
    const link = Object.assign(document.createElement("a"), { href: `${ROOT}/studio/sign-in`, textContent: "Sign in" });
    said.replaceChildren(link, " to read the API's document.");
  }
});

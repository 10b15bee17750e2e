// Where the service is: whatever stands before `/studio` in the address this module came from.
export const ROOT = new URL(import.meta.url).href.replace(/\/studio\/assets\/[^?#]*$/, "");

// Which files of the Studio this page was made of.
export const VERSION = new URL(import.meta.url).pathname.split("/").at(-3);

// The path of the Studio itself, without a slash at its end.
export const STUDIO_PATH = `${new URL(ROOT).pathname.replace(/\/$/, "")}/studio`;

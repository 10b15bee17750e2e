// Styles of a page that not every view needs; its module waits for them.
const loaded = new Map();

export function stylesheet(name) {
  if (!loaded.has(name)) loaded.set(name, load(new URL(`../../${name}`, import.meta.url).href));
  return loaded.get(name);
}

function load(href) {
  return new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done, onerror: done });
    document.head.append(link);
  });
}
